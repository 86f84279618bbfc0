"""Use cases as functions; the only floor that meets the domains."""
