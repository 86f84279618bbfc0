"""The state of the territory once actions are done, each alone, in pairs or together."""

from bocage.domains.lighting.simulate.appraise import appraise
from bocage.domains.lighting.simulate.interact import interact
from bocage.domains.lighting.simulate.joint import simulate

__all__ = ["appraise", "interact", "simulate"]
