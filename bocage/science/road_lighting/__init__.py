"""Road lighting by calculation: luminance, illuminance, glare and edges of a road (EN 13201)."""
