"""What is held before any record: a level, slopes, and how much kinds, territories and projects may differ."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

Pooling = Literal["partial", "none", "complete"]
Tails = Literal["normal", "student"]

APART = 3.0
"""Log standard deviation of things that know nothing of each other: a factor of twenty either way."""


@dataclass(frozen=True)
class Normal:
    """A normal law of a logarithm, of an elasticity or of an effect on a logarithm.

    Attributes:
        mean: its mean.
        sd: its standard deviation, > 0.
    """

    mean: float
    sd: float

    def __post_init__(self) -> None:
        if not (math.isfinite(self.mean) and self.sd > 0):
            raise ValueError(f"a normal law has a mean and a spread above zero, not {self.mean} and {self.sd}")


@dataclass(frozen=True)
class Spread:
    """How much like things differ: a standard deviation in logarithms.

    Attributes:
        scale: root mean square of that standard deviation beforehand, or itself where it is fixed.
        fixed: whether it is known.
    """

    scale: float
    fixed: bool = False

    def __post_init__(self) -> None:
        if not (math.isfinite(self.scale) and (self.scale > 0 or (self.fixed and self.scale == 0))):
            raise ValueError(f"a spread is above zero, not {self.scale}")


@dataclass(frozen=True)
class KindPrior:
    """What is held of one kind of action.

    Attributes:
        median: median value of a project of the usual size.
        log_sd: standard deviation of what is not known of the logarithm of that median.
        usual_size: size at which it is stated.
    """

    median: float
    log_sd: float
    usual_size: float = 1.0

    def __post_init__(self) -> None:
        if not (self.median > 0 and self.log_sd > 0 and self.usual_size > 0):
            raise ValueError(f"a prior has a median, a spread and a size above zero: {self}")


@dataclass(frozen=True)
class Rate:
    """A rate through which values are seen, such as the share of a cost that a programme pays.

    Attributes:
        median: median of its mean over the programme.
        log_sd: standard deviation of what is not known of the logarithm of that mean.
        spread: standard deviation of its logarithm from project to project.
    """

    median: float
    log_sd: float
    spread: float

    def __post_init__(self) -> None:
        if not (self.median > 0 and self.log_sd > 0 and self.spread >= 0):
            raise ValueError(f"a rate has a median and a spread above zero: {self}")


@dataclass(frozen=True)
class Prior:
    """Weakly informative priors, all of logarithms of values.

    Attributes:
        level: mean over kinds of the level of a project of the usual size.
        between_kinds: how much levels of kinds differ from that mean.
        kinds: kinds of which something is held; their level is their own, not a draw around the mean.
        usual_sizes: size at which the level of a kind is stated; the median of its records where not given.
        slope: mean over kinds of the elasticity to the size.
        between_slopes: how much elasticities of kinds differ.
        between_territories: how much territories of one area differ.
        between_areas: how much areas differ, where records name any.
        residual: how much projects of one kind and territory differ, in the middle of the kinds.
        residual_kinds: standard deviation of the logarithm of that spread between kinds.
        covariates: effects of the covariates; `effect` for those not named.
        effect: effect of one unit of a covariate.
        rates: the rates through which values are seen.
        tails: law of what is left: normal, or Student's with degrees of freedom from the data.
    """

    level: Normal = Normal(0.0, APART)
    between_kinds: Spread = Spread(1.0)
    kinds: Mapping[str, KindPrior] = field(default_factory=dict)
    usual_sizes: Mapping[str, float] = field(default_factory=dict)
    slope: Normal = Normal(0.0, 0.3)
    between_slopes: Spread = Spread(0.2)
    between_territories: Spread = Spread(0.5)
    between_areas: Spread = Spread(0.3)
    residual: Spread = Spread(0.7)
    residual_kinds: float = 0.3
    covariates: Mapping[str, Normal] = field(default_factory=dict)
    effect: Normal = Normal(0.0, 0.3)
    rates: Mapping[str, Rate] = field(default_factory=dict)
    tails: Tails = "normal"

    def pooled(self, pooling: Pooling) -> "Prior":
        """The same prior with other pooling: the two extremes that partial pooling lies between.

        `none`: each territory, each kind and each elasticity is on its own. `complete`: territories and areas
        do not exist and one elasticity serves all kinds, whose levels are their own.
        """
        if pooling == "none":
            return replace(
                self,
                between_areas=Spread(0.0, fixed=True),
                between_kinds=Spread(APART, fixed=True),
                between_slopes=Spread(1.0, fixed=True),
                between_territories=Spread(APART, fixed=True),
            )
        if pooling == "complete":
            return replace(
                self,
                between_areas=Spread(0.0, fixed=True),
                between_kinds=Spread(APART, fixed=True),
                between_slopes=Spread(0.0, fixed=True),
                between_territories=Spread(0.0, fixed=True),
            )
        return self


def cost_prior(kinds: Mapping[str, KindPrior] | None = None, **others: object) -> Prior:
    """Prior of what projects cost: an elasticity of 0.9 ± 0.2 to the size, and levels that say little.

    A kind of which nothing is held costs some 20 kEUR at its usual size, within a factor of 400 either way
    (95 %): kinds counted in different units have nothing to learn from each other's level. Territories,
    and projects of one territory, may each differ by a factor of about two.

    Args:
        kinds: kinds whose cost is known beforehand.
        others: other fields of `Prior`.

    >>> cost_prior().slope.mean
    0.9
    """
    stated = Prior(
        level=Normal(math.log(20_000.0), APART),
        between_kinds=Spread(APART, fixed=True),
        kinds=dict(kinds or {}),
        slope=Normal(0.9, 0.2),
        between_slopes=Spread(0.15),
    )
    return replace(stated, **others)  # type: ignore[arg-type]


def realisation_prior(median: float, log_sd: float, **others: object) -> Prior:
    """Prior of the share of predicted savings that comes true, whose predictive law is the one given.

    The variance that is held of one project is shared out equally: what is not known of the mean, kinds,
    territories, projects. Without any record a project is thus predicted with this median and log
    standard deviation; with many, what is left is what projects and territories really differ by. The
    elasticity to the predicted share is 0 ± 0.2: nobody knows its sign. Areas, where records name any, take
    from the part of territories.

    Args:
        median: median of the realised share [1].
        log_sd: standard deviation of its logarithm, for one project of one territory.
        others: other fields of `Prior`.

    >>> prior = realisation_prior(0.65, 0.4)
    >>> round(prior.level.mean, 3), prior.level.sd, prior.between_territories.scale
    (-0.431, 0.2, 0.2)
    """
    part = log_sd / 2
    stated = Prior(
        level=Normal(math.log(median), part),
        between_kinds=Spread(part),
        slope=Normal(0.0, 0.2),
        between_slopes=Spread(0.1),
        between_territories=Spread(part),
        between_areas=Spread(part / 2),
        residual=Spread(part),
        residual_kinds=0.0,
    )
    return replace(stated, **others)  # type: ignore[arg-type]
