"""What the sheet of a commune says, as data; whoever fills it owns the truth of each figure."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field

from bocage.publish.report.content import Figure, FindingLine, MapData, Place, QualityLine
from bocage.publish.texts import Text


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """One measure of the commune beside those of similar ones.

    Attributes:
        label: what is compared.
        unit: declared unit code.
        value: of the commune [unit], None where it is unknown.
        low: first quartile of the similar communes [unit].
        median: their median [unit].
        high: their third quartile [unit].
    """

    label: Text
    unit: str
    value: float | None
    low: float
    median: float
    high: float


@dataclass(frozen=True, kw_only=True)
class BillLine:
    """One delivery point: what it was billed and what the twin expects over the same days.

    Attributes:
        point: reference of the point (PRM).
        name: its name or street.
        billed_kwh: energy billed [kWh].
        expected_kwh: energy expected [kWh], None where nothing is known of what it feeds.
        low_kwh: 10th percentile of what is expected [kWh].
        high_kwh: 90th percentile [kWh].
        verdict: what follows, empty for nothing.
    """

    point: str
    name: str = ""
    billed_kwh: float | None = None
    expected_kwh: float | None = None
    low_kwh: float | None = None
    high_kwh: float | None = None
    verdict: Text = ""


@dataclass(frozen=True, kw_only=True)
class YearLine:
    """The works of one year in the commune.

    Attributes:
        year: year of the works.
        label: kind of works.
        places: streets or sectors, the dearest first.
        cost_eur: works excluding VAT [EUR].
        grants_eur: grants counted on [EUR].
        own_eur: own share excluding VAT: cost less grants, before FCTVA [EUR].
        saving_kwh: energy saved each year, each action alone [kWh/year].
        saving_eur: running costs saved each year, each action alone [EUR/year].
    """

    year: int
    label: Text
    places: Sequence[str]
    cost_eur: float
    grants_eur: float
    own_eur: float
    saving_kwh: float | None = None
    saving_eur: float | None = None


@dataclass(frozen=True, kw_only=True)
class SheetContent:
    """All that the sheet of one commune says.

    Attributes:
        place: the commune.
        body: name of the body that makes the plan.
        data_date: date of the data.
        computed_on: date of the computation.
        version: version of the software.
        fingerprint: fingerprint of the twin.
        figures: at most five figures of the head.
        findings: what the diagnosis found here, the most important first.
        map: where the points are, None where they have no location.
        works: works of the plan here, by year.
        left_out: number of actions studied here that the plan does not hold.
        similar: the commune beside similar ones.
        similar_note: which communes are similar.
        bills: delivery points, those to look at first.
        quality: origins of the inputs, the weakest first.
        rests_on_defaults: share of the energy that rests on default or inferred values [1].
        sources: sources of the data.
    """

    place: Place
    body: str
    data_date: dt.date
    computed_on: dt.date
    version: str
    fingerprint: str
    figures: Sequence[Figure]
    findings: Sequence[FindingLine] = ()
    map: MapData | None = None
    works: Sequence[YearLine] = ()
    left_out: int = 0
    similar: Sequence[Comparison] = ()
    similar_note: Text = ""
    bills: Sequence[BillLine] = ()
    quality: Sequence[QualityLine] = ()
    rests_on_defaults: float | None = None
    sources: Sequence[Text] = field(default_factory=tuple)
