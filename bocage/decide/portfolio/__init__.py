"""The portfolio problem as arrays, and the search for the best selection: it knows no action, no aid and no law."""
