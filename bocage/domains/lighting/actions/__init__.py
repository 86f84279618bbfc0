"""What can be done: lots of works, the edits they make to the luminaires, their cost."""

from bocage.domains.lighting.actions.change import apply
from bocage.domains.lighting.actions.order import order
from bocage.domains.lighting.actions.propose import propose

__all__ = ["apply", "order", "propose"]
