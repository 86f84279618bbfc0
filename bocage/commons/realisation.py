"""What share of predicted savings comes true, learned from records that tell both: the prior where none does."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from bocage.commons.estimate import Estimate, percentiles, weigh
from bocage.commons.record import Record
from bocage.commons.wording import _
from bocage.decide.question.request import Realisation
from bocage.parameters.reader import Parameters
from bocage.science.pooling import Fit, Project, Records, fit_pooled, predict, realisation_prior
from bocage.vocabulary.draws import Z90, Array, generator
from bocage.vocabulary.text import LANGUAGES

PREFIX = "realisation:"
PRIOR_RESTS_ON: Mapping[str, frozenset[str]] = {"buildings": frozenset({"california-k12-schools"})}
"""Records from which a prior was written: counted again, they would count twice."""
OPEN, GUARANTEED = "open", "guaranteed"
DRAWS, WARM_UP = 2400, 400
_RATIO = "realised_share"


@dataclass(frozen=True)
class RealisationModel:
    """Realised over predicted savings of one domain as records and prior say together.

    Attributes:
        domain: domain.
        kind: `open`, or `guaranteed` by a contract; one says nothing of the other.
        fit: fitted model.
        told: what each record of the fit is called.
        prior: median, 10th and 90th percentiles before any record [1].
        seed: seed of the run.
    """

    domain: str
    kind: str
    fit: Fit
    told: Sequence[Mapping[str, str]]
    prior: tuple[float, float, float]
    seed: int

    @property
    def name(self) -> str:
        """Name of its estimate, such as `realisation:lighting`."""
        return PREFIX + self.domain + (f".{self.kind}" if self.kind != OPEN else "")

    def draws(self, *, territory: str = "", count: int = DRAWS) -> Array:
        """Draws (K,) of the share of the predicted savings of one more project that comes true [1].

        Args:
            territory: code of the territory; a new one where it has no record.
            count: K, number of draws.
        """
        random = generator(self.seed, "realisation", self.domain, self.kind, territory)
        if not self.told:
            median, low, high = self.prior
            return np.asarray(median * np.exp(_sigma(low, high) * random.standard_normal(count)))
        return np.asarray(predict(self.fit, [Project(self.kind, 1.0, territory)], random, count=count)[0])

    def figures(self, *, territory: str = "") -> tuple[float, float, float]:
        """Median, 10th and 90th percentiles of that share [1]; exactly the prior where there is no record.

        Args:
            territory: code of the territory.
        """
        return percentiles(self.draws(territory=territory)) if self.told else self.prior

    def estimate(self, *, territory: str = "") -> Estimate:
        """The share, and what it rests on.

        Args:
            territory: code of the territory.
        """
        median, low, high = self.figures(territory=territory)
        project, units = Project(self.kind, 1.0, territory), np.ones(len(self.told))
        share, witnesses, inside = weigh(self.fit, project, self.told, units)
        return Estimate(
            name=self.name,
            unit="1",
            quantity=1.0,
            quantity_unit="",
            median=median,
            low=low,
            high=high,
            records=len(self.told),
            all_records=len(self.told),
            prior_share=share,
            prior=self.prior,
            witnesses=witnesses,
            inside=inside,
            r_hat=self.fit.worst.r_hat,
        )


def learn_realisation(
    domain: str, parameters: Parameters, records: Sequence[Record], *, seed: int, kind: str = OPEN
) -> RealisationModel:
    """Learn the share of predicted savings that comes true in a domain.

    ln(realised / predicted) is partially pooled over territories; a record enters with the error of its
    grade, or with the interval that it tells where that is wider.

    Args:
        domain: name of the domain.
        parameters: dated parameters of the core.
        records: checked records of any domain.
        seed: seed of the run.
        kind: `open`, or `guaranteed` by a contract.
    """
    figures = prior_figures(domain, parameters, kind)
    rows = [row for record in records if (row := _row(record, domain, parameters)) and row["kind"] == kind]
    # where nobody has said how sure the prior is, records must still be able to move it
    sigma = _sigma(*figures[1:]) or parameters.number("feedback.realisation_log_sd")
    prior = realisation_prior(figures[0], sigma)
    fit = fit_pooled(
        _records(rows), prior, generator(seed, "feedback realisation", domain, kind), draws=DRAWS, warm_up=WARM_UP
    )
    told = [{key: str(row[key]) for key in ("record_id", "title", "place", "quality")} for row in rows]
    return RealisationModel(domain, kind, fit, told, figures, seed)


def prior_figures(domain: str, parameters: Parameters, kind: str = OPEN) -> tuple[float, float, float]:
    """Median, 10th and 90th percentiles of what is held of a domain before any record [1].

    The median of a lognormal law is the geometric mean of its symmetric percentiles.

    Args:
        domain: name of the domain; `other` where no parameter is its own.
        parameters: dated parameters of the core.
        kind: `open`, or `guaranteed` by a contract.
    """
    if domain == "buildings" and kind == GUARANTEED:
        return _figures(parameters, "feedback.realisation_guaranteed")
    name = f"realisation.{domain}"
    name = name if name in parameters.names("realisation.") else "realisation.other"
    return _figures(parameters, name)


def _figures(parameters: Parameters, name: str) -> tuple[float, float, float]:
    low, high = parameters.bounds(name)
    return math.sqrt(low * high), low, high


def _sigma(low: float, high: float) -> float:
    return math.log(high / low) / (2 * Z90)


def learned_realisation(
    domain: str, parameters: Parameters, records: Sequence[Record], seed: int, *, territory: str = ""
) -> Realisation:
    """Share of the predicted savings of a domain that comes true, as a plan uses it.

    Args:
        domain: name of the domain.
        parameters: dated parameters of the core.
        records: checked records of any domain.
        seed: seed of the run.
        territory: code of the territory of the plan; its own records count most.
    """
    return as_realisation(learn_realisation(domain, parameters, records, seed=seed).estimate(territory=territory))


def as_realisation(found: Estimate) -> Realisation:
    """An estimate of a share as a plan uses it, with the sentence that tells where it comes from.

    Args:
        found: estimate of a `RealisationModel`.
    """
    shown = {"median": 100 * found.median, "low": 100 * found.low, "high": 100 * found.high}
    if found.records:
        prior = 100 * found.prior_share
        said = _(
            "learned from {count} records (the prior weighs {prior}%): {median}%, between {low}% and {high}%",
            count=found.records, prior=prior, **shown,
        )  # fmt: skip
    else:
        said = _("no record tells it yet, the declared prior holds: {median}%, between {low}% and {high}%", **shown)
    told: dict[str, str] = {language: said.say(language) for language in LANGUAGES}
    return Realisation(median=found.median, low=found.low, high=found.high, records=found.records, told=told)


def realised_over_predicted(record: Record) -> tuple[float, Mapping[str, Any]] | None:
    """The ratio that a record tells and the measured effect it comes from; None where it tells none.

    A ratio that is told as such comes first; else measured over predicted of one indicator, the best
    graded one. Nothing is learned from a predicted effect of zero or below, nor from a measured loss,
    which a logarithm cannot hold: see `losses`.

    Args:
        record: checked record.
    """
    grades = ("causally_estimated", "metered", "invoiced", "declared")
    measured = sorted(record.rows("measured_effects"), key=lambda row: grades.index(row["quality"]))
    told = [row for row in measured if row["indicator"] == _RATIO and row["value"] > 0]
    if told:
        return float(told[0]["value"]), told[0]
    predicted = {row["indicator"]: row["value"] for row in record.rows("predicted_effects")}
    for row in measured:
        foreseen = predicted.get(row["indicator"], 0.0)
        if foreseen > 0 and row["value"] > 0:
            return float(row["value"] / foreseen), row
    return None


def losses(records: Sequence[Record]) -> list[Record]:
    """Records whose works saved nothing or cost energy although a saving was predicted.

    A lognormal share cannot hold them; they are counted and said, never dropped silently.

    Args:
        records: checked records.
    """
    found = []
    for record in records:
        predicted = {row["indicator"]: row["value"] for row in record.rows("predicted_effects")}
        effects = [row for row in record.rows("measured_effects") if predicted.get(row["indicator"], 0.0) > 0]
        if effects and all(row["value"] <= 0 for row in effects):
            found.append(record)
    return found


def _row(record: Record, domain: str, parameters: Parameters) -> dict[str, Any] | None:
    if record.get("action.domain") != domain or record.record_id in PRIOR_RESTS_ON.get(domain, frozenset()):
        return None
    found = realised_over_predicted(record)
    if found is None:
        return None
    ratio, effect = found
    return {
        "record_id": record.record_id,
        "title": record.get("title"),
        "place": record.get("territory.name", ""),
        "quality": effect["quality"],
        "value": ratio,
        "kind": GUARANTEED if record.get("action.guaranteed") else OPEN,
        "territory": record.get("territory.code") or record.get("territory.name", ""),
        "value_log_sd": _log_sd(effect, parameters),
    }


def _log_sd(effect: Mapping[str, Any], parameters: Parameters) -> float:
    """Error of the logarithm of a measured effect: from its interval or standard error, its grade at least."""
    graded = parameters.number(f"feedback.effect_error_{effect['quality']}")
    low, high, error = effect.get("low"), effect.get("high"), effect.get("standard_error")
    if error is not None:
        return max(graded, float(error / effect["value"]))
    if low is not None and high is not None and low > 0:
        return max(graded, _sigma(low, high))
    return graded


def _records(rows: Sequence[Mapping[str, Any]]) -> Records:
    if not rows:
        return Records.none()
    return Records(
        np.array([row["value"] for row in rows], dtype=np.float64),
        np.ones(len(rows)),
        [row["kind"] for row in rows],
        [row["territory"] for row in rows],
        value_log_sd=np.array([row["value_log_sd"] for row in rows], dtype=np.float64),
    )
