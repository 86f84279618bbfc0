"""What the page of an estimate says, before it is put into words."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from bocage.publish.texts import Text


@dataclass(frozen=True)
class Spread:
    """A median and its 10th and 90th percentiles."""

    median: float
    low: float
    high: float


@dataclass(frozen=True)
class Seen:
    """One record behind the estimate.

    Attributes:
        title: what was done.
        place: where; empty where it is not told.
        quality: how its value is known, in words.
        value: value seen, in the unit of the estimate.
        weight: how much the estimate moves with it [1].
        without: relative change of the estimate without it [1].
        foreseen: what the others foresee for it.
        surprise: gap to that, in standard deviations.
    """

    title: str
    place: str
    quality: Text
    value: float
    weight: float
    without: float
    foreseen: float
    surprise: float


@dataclass(frozen=True, kw_only=True)
class EvidenceContent:
    """An estimate and all that it rests on.

    Attributes:
        subject: what is estimated.
        territory: for whom.
        synthetic: whether the territory is fictional.
        unit: unit code; `1` for a share.
        at: at what size it is stated; empty for a share.
        prior: before any record.
        posterior: with the records.
        prior_share: how much of the estimate is the prior [1].
        prior_source: where the prior comes from.
        seen: the records, those that weigh most first.
        inside: records of the model that fall into the 80 % interval foreseen by the others.
        of: records of the model.
        r_hat: largest split R-hat.
        formula: how it is computed, in a sentence or two.
        cautions: what the reader must know.
        date: date of the data.
    """

    subject: Text
    territory: str
    synthetic: bool
    unit: str
    at: Text
    prior: Spread
    posterior: Spread
    prior_share: float
    prior_source: Text
    seen: Sequence[Seen]
    inside: int
    of: int
    r_hat: float
    formula: Sequence[Text]
    cautions: Sequence[Text]
    date: dt.date
