"""Annexes: documents of any length, made of tables and charts under titles."""
