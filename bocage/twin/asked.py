"""What a plan is asked for, in the words of the territory."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # the command line says what it asks before polars is there
    from bocage.decide.question.request import Objective


@dataclass(frozen=True, kw_only=True)
class Further:
    """What may be asked of a plan beside its money, its length and its objective.

    Attributes:
        aims: weight of each objective where several count together.
        then: objectives pursued after the first, without giving up what was reached.
        scenario: name of the view of the future; the trend where empty.
        prudence: weight of the worst futures beside the mean [1].
        keep_preferred: True where something of each preference has to be done.
        law_deadlines: True where deadlines of law have to be met.
    """

    aims: Mapping["Objective", float] = field(default_factory=dict)
    then: Sequence["Objective"] = ()
    scenario: str = ""
    prudence: float = 0.0
    keep_preferred: bool = False
    law_deadlines: bool = True


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What a plan is asked for.

    Attributes:
        budget_eur_year: own funds per year, VAT included [EUR/year]; those of the tables or settings where None.
        years: number of years; that of `territory.toml` where None.
        first_year: first year; the next one where None.
        objective: what the plan is best at.
        time_limit_s: longest search [s].
        gap: relative gap at which the search may stop [1].
        further: the rest.
    """

    budget_eur_year: float | None = None
    years: int | None = None
    first_year: int | None = None
    objective: "Objective" = "npv"
    time_limit_s: float = 20.0
    gap: float = 0.005
    further: Further = field(default_factory=Further)
