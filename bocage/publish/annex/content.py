"""What an annex says: sections, each a title, a sentence, a table, a chart, a note."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from bocage.publish.tables import NamedTable
from bocage.publish.texts import Text


@dataclass(frozen=True, kw_only=True)
class Picture:
    """A chart made ready.

    Attributes:
        title: what it shows.
        svg: drawing.
        alt: text alternative.
        source: where its figures come from.
    """

    title: Text
    svg: str
    alt: str
    source: Text = ""


@dataclass(frozen=True, kw_only=True)
class AnnexSection:
    """A section of an annex.

    Attributes:
        title: heading.
        lead: what the reader must know before the table.
        picture: chart, above the table.
        table: table, its numbers in their units.
        totals: number of last rows of the table that are totals.
        note: what the reader must know of its limits.
        new_page: True where it starts a page.
    """

    title: Text
    lead: Text = ""
    picture: Picture | None = None
    table: NamedTable | None = None
    totals: int = 0
    note: Text = ""
    new_page: bool = False


@dataclass(frozen=True, kw_only=True)
class AnnexContent:
    """An annex.

    Attributes:
        title: of the document.
        place: name of the territory.
        code: its INSEE or SIREN code.
        subtitle: what it is for, and for whom.
        data_date: date of the data.
        version: version of the software.
        fingerprint: fingerprint of the territory.
        synthetic: True where the territory is fictional.
        sections: in order.
    """

    title: Text
    place: str
    code: str
    subtitle: Text
    data_date: dt.date
    version: str
    fingerprint: str
    synthetic: bool
    sections: Sequence[AnnexSection]
