"""The server form of the twin: many territories in one PostgreSQL database with PostGIS."""
