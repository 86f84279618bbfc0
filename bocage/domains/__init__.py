"""One folder per domain, independent of each other, discovered and never listed."""
