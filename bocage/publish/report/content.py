"""What a council report says, as data; whoever fills it owns the truth of each figure."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import numpy.typing as npt

from bocage.publish.texts import Text
from bocage.publish.tokens import Mark, Severity, Stroke

FundingStatus = Literal["certain", "hoped", "lent", "own", "refund", "uncounted"]
SourceStatus = Literal["verified", "to_verify", "expired"]
PlaceKind = Literal["commune", "epci", "syndicate", "departement", "other"]


@dataclass(frozen=True, kw_only=True)
class Place:
    """The territory of the report.

    Attributes:
        name: official name.
        code: INSEE or SIREN code.
        department: name of the département, empty where unknown.
        population: inhabitants, None where unknown.
        kind: nature of the public body, which names its assembly.
        synthetic: True for a fictional territory; every page then says so.
    """

    name: str
    code: str
    kind: PlaceKind = "commune"
    department: str = ""
    population: int | None = None
    synthetic: bool = False


@dataclass(frozen=True, kw_only=True)
class Figure:
    """A figure with its interval and how much of it rests on defaults.

    Attributes:
        label: what it is.
        value: central value [unit].
        unit: declared unit code.
        low: 10th percentile [unit], None where the value is exact.
        high: 90th percentile [unit].
        default_share: share of the value that rests on default or inferred inputs, 0 to 1.
        note: a sentence shown under it.
        rounded: True where three significant figures are all that the value can claim, interval or not.
    """

    label: Text
    value: float
    unit: str
    low: float | None = None
    high: float | None = None
    default_share: float | None = None
    note: Text = ""
    rounded: bool = False


def is_rounded(figure: Figure) -> bool:
    """Whether three significant figures are enough: the same on every page; a sum of the budget is to the euro.

    >>> is_rounded(Figure(label="Own funds", value=111427.0, unit="EUR", low=38500.0, high=192000.0))
    False
    """
    known_by_interval = figure.low is not None and figure.high is not None and figure.low < figure.high
    return figure.rounded or (known_by_interval and figure.unit != "EUR")


@dataclass(frozen=True, kw_only=True)
class Decision:
    """What the council is asked to decide.

    Attributes:
        programme: name of the programme, as in the title of the report.
        cost_eur: cost of the works excluding VAT [EUR].
        grants_eur: grants of the funding plan, excluding VAT [EUR].
        own_eur: own funds and money borrowed, net of grants and of the VAT refund [EUR].
        lent_eur: how much of it is borrowed [EUR].
        first_year: first year of works.
        last_year: last year of works.
        actions: number of actions chosen.
        statement: one sentence that explains the choice.
    """

    programme: Text
    cost_eur: float
    grants_eur: float
    own_eur: float
    first_year: int
    last_year: int
    actions: int
    lent_eur: float = 0.0
    statement: Text = ""


@dataclass(frozen=True, kw_only=True)
class MapClass:
    """One class of points or lines of the map and how it is drawn."""

    label: Text
    mark: Mark | Stroke


@dataclass(frozen=True, kw_only=True, eq=False)
class MapData:
    """Geometry of a map in the territory's projection [m].

    Attributes:
        title: what the map shows.
        points: float array (n, 2), x and y [m].
        classes: integer array (n,), rank in `legend`.
        legend: classes, the least important first: the last is drawn on top.
        lines: lines that have a class, each a float array (k, 2) [m].
        line_classes: integer array, rank in `legend` of each of them.
        streets: lines under all else, each a float array (k, 2) [m].
        boundary: rings of the territory, each a float array (k, 2) [m].
        names: name and position (x, y) [m] of what may be labelled, the most important first.
        attribution: sources of the geometry.
        note: what the classes cannot show, under the map.
    """

    title: Text
    points: npt.NDArray[np.float64]
    classes: npt.NDArray[np.int64]
    legend: Sequence[MapClass]
    lines: Sequence[npt.NDArray[np.float64]] = ()
    line_classes: npt.NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    streets: Sequence[npt.NDArray[np.float64]] = ()
    boundary: Sequence[npt.NDArray[np.float64]] = ()
    names: Sequence[tuple[str, float, float]] = ()
    attribution: Text = ""
    note: Text = ""


@dataclass(frozen=True, kw_only=True)
class FindingLine:
    """Something that the diagnosis found: code, sentence, number of assets, severity."""

    code: str
    sentence: Text
    count: int
    severity: Severity


@dataclass(frozen=True, kw_only=True)
class Breakdown:
    """Figures of the same unit compared as bars from zero; `source`, a whole sentence, is printed under them."""

    title: Text
    bars: Sequence[Figure]
    source: Text


@dataclass(frozen=True, kw_only=True)
class QualityLine:
    """Share of the values of one input by origin; the four shares add up to 1."""

    label: Text
    measured: float
    declared: float
    inferred: float
    default: float


@dataclass(frozen=True, kw_only=True)
class Option:
    """One of the options compared.

    Attributes:
        name: name of the option.
        figures: the same criteria in the same order for every option; None where one has no value.
        risk: main risks in one sentence.
        chosen: True for the option that the report proposes.
    """

    name: Text
    figures: Sequence[Figure | None]
    risk: Text = ""
    chosen: bool = False


@dataclass(frozen=True, kw_only=True)
class JointLine:
    """An indicator as the sum of the actions taken alone, and as computed with all of them together."""

    label: Text
    unit: str
    additive: float
    joint: float


@dataclass(frozen=True, kw_only=True)
class RequestLine:
    """Works that another public body decides: "à demander à …"."""

    owner: Text
    label: Text
    actions: int
    cost_eur: float | None


@dataclass(frozen=True, kw_only=True)
class DutyLine:
    """Works that a law or the assembly asks for: the year they are due, that of the plan, None where it is not done."""

    reason: Text
    action: Text
    due_year: int | None
    year: int | None


@dataclass(frozen=True, kw_only=True)
class PurchaseLine:
    """A purchase that several works make together, and what its price saves."""

    label: Text
    year: int
    quantity: float
    actions: int
    cost_eur: float
    saved_eur: float


@dataclass(frozen=True, kw_only=True)
class WaitingLine:
    """Works that a contract delays; `from_year` is the first year it allows, None where its end is unknown."""

    contract: Text
    label: Text
    actions: int
    from_year: int | None


@dataclass(frozen=True, kw_only=True)
class FundingLine:
    """What one programme or payer brings.

    Attributes:
        programme: name of the aid, or of the payer for its own funds.
        amount_eur: amount of the plan [EUR].
        low_eur: 10th percentile, None where the amount is exact.
        high_eur: 90th percentile.
        status: `certain` (a right to whoever is eligible), `hoped` (an authority decides),
            `lent` (to be given back), `own` (own funds), `refund` (FCTVA), `uncounted` (the plan does
            without it: never in the total, and it may exclude an aid that is counted).
        condition: what it depends on.
        rule_status: whether the rule of the aid was checked at its source.
    """

    programme: Text
    amount_eur: float
    low_eur: float | None = None
    high_eur: float | None = None
    status: FundingStatus = "hoped"
    condition: Text = ""
    rule_status: SourceStatus = "verified"


@dataclass(frozen=True, kw_only=True)
class PlannedWork:
    """Works of one year in one street or sector; `cost_eur` excludes VAT; `delay` says what put them off."""

    year: int
    place: Text
    label: Text
    cost_eur: float
    delay: Text = ""


@dataclass(frozen=True, kw_only=True)
class LedgerLine:
    """One line of a cash ledger; amounts by year, money in positive and money out negative [EUR].

    `aid` tells the aids, of which the smallest may be shown as one line.
    """

    label: Text
    amounts_eur: Sequence[float]
    aid: bool = False


@dataclass(frozen=True, kw_only=True)
class Ledger:
    """Cash of one payer by year, all taxes included; every line has one amount per year.

    Attributes:
        payer: whose cash.
        years: years, in order.
        lines: what the plan receives and spends; they add up to its balance.
        carried_eur: balance at the end of each year with what the years before left, none where
            nothing is carried over.
        memo: what the plan brings the payer but does not spend: never in the balance.
    """

    payer: Text
    years: Sequence[int]
    lines: Sequence[LedgerLine]
    carried_eur: Sequence[float] = ()
    memo: Sequence[LedgerLine] = ()


@dataclass(frozen=True, kw_only=True)
class EvaluationLine:
    """How one effect will be measured: indicator, method, baseline period, when the council is told."""

    indicator: Text
    method: Text
    baseline: Text = ""
    report: Text = ""


@dataclass(frozen=True, kw_only=True)
class AssumptionLine:
    """A number of the outside world used in the report, with its status and its source (`reference`)."""

    label: Text
    value: str | float
    unit: str
    since: dt.date
    status: SourceStatus
    reference: Text
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, kw_only=True)
class ReportContent:
    """All that the report and the draft deliberation say.

    Attributes:
        place: the territory.
        data_date: date of the data.
        computed_on: date of the computation, None where it is that of the data.
        version: version of the software.
        fingerprint: fingerprint of the twin.
        decision: what is asked, None where no action was chosen.
        headlines: the three figures of the first page.
        map: the map of the first page, None for none.
        state: the state of today: indicators of the diagnosis.
        findings: what the diagnosis found, the most important first.
        breakdowns: charts of the diagnosis; the first two are drawn.
        quality: origins of the inputs, the weakest first.
        options: options compared, doing nothing first.
        charted: rank of the criterion of the options that is drawn with its intervals.
        joint: sum of actions against all actions together.
        joint_note: what to know before these are compared with the other figures.
        duties: works that a law or the assembly asks for.
        purchases: purchases that several works make together.
        requests: works to be asked of other owners.
        waiting: works that wait for a contract.
        funding: who pays, own funds included.
        works: works of the plan.
        ledgers: cash by year, one per payer.
        evaluation: evaluation plan.
        assumptions: numbers used, with their sources.
        sources: sources of the data, a few words each.
    """

    place: Place
    data_date: dt.date
    version: str
    fingerprint: str
    decision: Decision | None
    headlines: Sequence[Figure]
    computed_on: dt.date | None = None
    map: MapData | None = None
    state: Sequence[Figure] = ()
    findings: Sequence[FindingLine] = ()
    breakdowns: Sequence[Breakdown] = ()
    quality: Sequence[QualityLine] = ()
    options: Sequence[Option] = ()
    charted: int = 0
    joint: Sequence[JointLine] = ()
    joint_note: Text = ""
    duties: Sequence[DutyLine] = ()
    purchases: Sequence[PurchaseLine] = ()
    requests: Sequence[RequestLine] = ()
    waiting: Sequence[WaitingLine] = ()
    funding: Sequence[FundingLine] = ()
    works: Sequence[PlannedWork] = ()
    ledgers: Sequence[Ledger] = ()
    evaluation: Sequence[EvaluationLine] = ()
    assumptions: Sequence[AssumptionLine] = ()
    sources: Sequence[Text] = field(default_factory=tuple)
