"""What the meters of cabinets should read, and the rules that find where they do not."""

from bocage.domains.lighting.watch.detect import detect
from bocage.domains.lighting.watch.expected import watch

__all__ = ["detect", "watch"]
