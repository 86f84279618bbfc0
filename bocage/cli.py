"""The command line (thin)."""


def main() -> None:
    """Entry point."""
