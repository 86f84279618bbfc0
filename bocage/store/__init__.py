"""The twin file (GeoPackage) behind one interface."""
