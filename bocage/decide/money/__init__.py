"""The books of a selection, and the tables of the trade that are read from them."""
