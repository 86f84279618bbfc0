"""Files that come from outside: one file per format, one path for all."""
