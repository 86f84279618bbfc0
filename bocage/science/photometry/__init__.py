"""Photometry of a luminaire: intensities by direction, the flux they carry, generic distributions."""
