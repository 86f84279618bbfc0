"""How a plan stands when the world is not as expected."""
