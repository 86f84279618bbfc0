"""What is there: luminaires with every value that the physics needs, each with its origin and interval."""

from bocage.domains.lighting.inventory.complete import complete

__all__ = ["complete"]
