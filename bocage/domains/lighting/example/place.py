"""Where the example is: a commune that does not exist, on a spot of open country."""

ORIGIN_M = (433_000.0, 6_794_000.0)
"""Lambert-93 coordinates of the church square, the origin of `streets.csv` [m]."""
