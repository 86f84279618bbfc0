"""The command line (thin): it reads arguments, calls one use case of `bocage.twin` and shows its answer."""

from bocage.cli.program import main

__all__ = ["main"]
