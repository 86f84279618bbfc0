"""How works will be judged, and what they really did, from the meters."""

from bocage.domains.lighting.evaluate.foreseen import evaluate
from bocage.domains.lighting.evaluate.measured import measure

__all__ = ["evaluate", "measure"]
