"""What each action costs and brings: draws by role, realisation applied, present values by start year."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import polars as pl
from numpy.typing import NDArray

from bocage.decide.economy import Economy, stream_factors
from bocage.decide.request import PlanRequest
from bocage.parameters.reader import Parameters
from bocage.vocabulary.codes import BocageError
from bocage.vocabulary.draws import DrawTable, factor_draws

Array = NDArray[np.float64]
GAINS = ("cash", "carbon", "energy", "water", "risk")
"""Roles whose yearly decrease is a gain, subject to the realisation factor."""


@dataclass(frozen=True, kw_only=True)
class PairWorth:
    """What two actions gain (or lose, negative) together each year by role, before realisation, and their cost."""

    a: int
    b: int
    gain: Mapping[str, float]
    cost_eur: float


@dataclass(frozen=True, kw_only=True)
class Worth:
    """Costs and gains of n actions as K draws, in the order of the frame of actions.

    Attributes:
        ids: identifiers of the actions.
        cost: array (n, K), investment excluding VAT [EUR].
        gains: by role, array (n, K), yearly gain (EUR, kgCO2e or kWh a year), realisation applied.
        realised: array (n, K), realisation factors [1].
        lifetime: array (n,) [year].
        vat: array (n,), VAT rate of the works [1].
        pairs: interactions.
        economy: rates and values.
        years: T, number of years of the plan.
    """

    ids: Sequence[str]
    cost: Array
    gains: Mapping[str, Array]
    realised: Array
    lifetime: Array
    vat: Array
    pairs: Sequence[PairWorth]
    economy: Economy
    years: int

    @cached_property
    def mean_cost(self) -> Array:
        """Array (n,), mean cost excluding VAT, to the cent [EUR]."""
        return np.asarray(self.cost.mean(axis=1).round(2))

    @cached_property
    def mean_gains(self) -> Mapping[str, Array]:
        """By role, array (n,), mean yearly gain."""
        return {role: np.asarray(draws.mean(axis=1)) for role, draws in self.gains.items()}

    @cached_property
    def social_factors(self) -> Array:
        """Array (n, T), society's present value of 1 EUR a year."""
        return stream_factors(self.lifetime, self.years, self.economy.social_rate)

    @cached_property
    def carbon_factors(self) -> Array:
        """Array (n, T), society's present value of 1 kgCO2e a year [EUR]."""
        return stream_factors(self.lifetime, self.years, self.economy.social_rate, self.economy.carbon_eur_kg)

    @cached_property
    def payer_factors(self) -> Array:
        """Array (n, T), the payer's present value of 1 EUR a year."""
        return stream_factors(self.lifetime, self.years, self.economy.financial_rate)

    def at(self, draws: Sequence[int]) -> "Worth":
        """The same in some of the draws only; every field that holds draws is cut to them."""
        kept = np.asarray(draws, dtype=np.int64)
        return replace(
            self,
            cost=self.cost[:, kept],
            gains={role: its[:, kept] for role, its in self.gains.items()},
            realised=self.realised[:, kept],
        )

    def pair_gain(self, pair: PairWorth, role: str) -> Array:
        """Draws (K,) of the yearly gain of a pair, realisation applied."""
        return np.asarray(pair.gain.get(role, 0.0) * self.realised[pair.a])


def read_worth(request: PlanRequest, economy: Economy) -> Worth:
    """Arrange the appraisal by action and role, and apply the realisation factor of each domain.

    Args:
        request: what the plan is asked for.
        economy: rates and values.

    Raises:
        BocageError: an action has no investment in the appraisal (BOC-DEC-003).
    """
    actions, table = request.actions, request.appraisal
    ids = actions["action_id"].to_list()
    place = {action: row for row, action in enumerate(ids)}
    realised = _realised(request, actions["domain"].to_list(), table.draws.shape[1])
    cost, found = _by_role(table, place, request.roles, "investment")
    missing = [action for action, row in place.items() if not found[row]]
    if missing:
        raise BocageError("BOC-DEC-003", where={"action": missing[0]}, count=len(missing))
    return Worth(
        ids=ids,
        cost=np.maximum(cost, 0.0),
        gains={role: -_by_role(table, place, request.roles, role)[0] * realised for role in GAINS},
        realised=realised,
        lifetime=actions["lifetime_years"].fill_null(0.0).to_numpy().astype(float),
        vat=actions["vat_rate"].fill_null(0.0).to_numpy().astype(float),
        pairs=_pairs(request.interactions, place, request.roles),
        economy=economy,
        years=request.years,
    )


def _by_role(
    table: DrawTable, place: Mapping[str, int], roles: Mapping[str, str], role: str
) -> tuple[Array, NDArray[np.bool_]]:
    names = [name for name, its in roles.items() if its == role]
    keys = table.keys.with_row_index("_row").filter(
        pl.col("indicator").is_in(names) & pl.col("action_id").is_in(list(place))
    )
    draws = np.zeros((len(place), table.draws.shape[1]))
    found = np.zeros(len(place), dtype=bool)
    rows = np.array([place[action] for action in keys["action_id"]], dtype=np.int64)
    np.add.at(draws, rows, table.draws[keys["_row"].to_numpy()])
    found[rows] = True
    return draws, found


def realisation_draws(parameters: Parameters, domain: str, count: int, *, seed: int) -> Array:
    """Draws (K,) of the share of predicted savings that comes true in a domain [1].

    Args:
        parameters: dated parameters.
        domain: name of the domain; that of the others where it has none of its own.
        count: K, number of draws.
        seed: seed of the run.
    """
    own = f"realisation.{domain}"
    name = own if own in parameters.names("realisation.") else "realisation.other"
    low, high = parameters.bounds(name)
    return parameters.number(name) * factor_draws(low, high, count, seed=seed, name=name)


def _realised(request: PlanRequest, domains: Sequence[str], count: int) -> Array:
    rows = {
        domain: realisation_draws(request.parameters, domain, count, seed=request.seed)
        for domain in sorted(set(domains))
    }
    return np.array([rows[domain] for domain in domains]).reshape(len(domains), count)


def _pairs(interactions: pl.DataFrame, place: Mapping[str, int], roles: Mapping[str, str]) -> list[PairWorth]:
    gains: dict[tuple[int, int], dict[str, float]] = {}
    for row in interactions.iter_rows(named=True):
        a, b, role = place.get(row["action_a"]), place.get(row["action_b"]), roles.get(row["indicator"])
        if a is None or b is None or a == b or role not in (*GAINS, "investment"):
            continue
        gain = gains.setdefault((min(a, b), max(a, b)), {})
        gain[role] = gain.get(role, 0.0) - row["value"]
    return [
        PairWorth(a=a, b=b, gain={role: gain.get(role, 0.0) for role in GAINS}, cost_eur=-gain.get("investment", 0.0))
        for (a, b), gain in sorted(gains.items())
    ]
