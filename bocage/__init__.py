"""Bocage: the digital twin that every French commune can afford."""

__version__ = "0.1.0"
