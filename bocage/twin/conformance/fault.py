"""What the conformance suite finds."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Fault:
    """A departure from the protocol.

    Attributes:
        rule: short name of the rule, such as `exclusive-group`.
        what: what was seen, for the author of the domain.
    """

    rule: str
    what: str

    def __str__(self) -> str:
        return f"{self.rule}: {self.what}"
