"""The outcome of doing nothing, and what it finds."""

from bocage.domains.lighting.diagnose.diagnosis import diagnose

__all__ = ["diagnose"]
