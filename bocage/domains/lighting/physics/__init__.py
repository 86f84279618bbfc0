"""Burning hours from sun and clocks, power from gear and dimming, energy as the product of both."""
