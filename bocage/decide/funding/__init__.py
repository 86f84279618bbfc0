"""Aids of one action: who may have them, for how much, when, and why not."""
