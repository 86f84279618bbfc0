"""The two pages of one commune of a wider territory."""
