"""Delivery points of each commune, what they were billed beside what is expected."""

from collections.abc import Mapping, Sequence

from bocage.publish.sheet.content import BillLine
from bocage.twin.diagnose import DomainState


def bill_lines(states: Sequence[DomainState]) -> Mapping[str, Sequence[BillLine]]:
    """Delivery points by commune, those to look at first; none where no invoice is known."""
    del states
    return {}
