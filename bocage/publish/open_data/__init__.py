"""Open data: CSV that follows a Table Schema, GeoJSON, Smart Data Models, written as the rows come."""
