"""The outcome of doing nothing, and what it finds."""

from bocage.domains.lighting.diagnose.diagnosis import diagnose
from bocage.domains.lighting.diagnose.survey import survey

__all__ = ["diagnose", "survey"]
