"""Pure functions of arrays: sun, weather, statistics."""
