"""Reports, tables and maps, from tables only."""
