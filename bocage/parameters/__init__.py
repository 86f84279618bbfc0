"""Dated, sourced numbers of the outside world, and their reader."""
