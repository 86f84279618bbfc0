"""What each action costs and brings: draws by role and driver, realisation applied, present values by start year."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Literal

import numpy as np
import polars as pl
from numpy.typing import NDArray

from bocage.decide.question.request import PlanRequest
from bocage.decide.value.economy import Economy, started_values, works_values
from bocage.decide.value.realisation import realised_by_domain, realised_gain
from bocage.parameters.scenarios import TREND, Scenario, load_scenario
from bocage.vocabulary.codes import BocageError
from bocage.vocabulary.draws import DrawTable

Array = NDArray[np.float64]
GAINS = ("cash", "carbon", "energy", "water", "risk")
"""Roles whose yearly decrease is a gain, subject to the realisation factor."""
Kind = tuple[str, str]
"""Role and driver."""
View = Literal["society", "carbon", "carbon_2019", "payer"]
"""How a yearly unit is valued: at society's rate, the same times the value of carbon, at the payer's rate."""


@dataclass(frozen=True, kw_only=True)
class Stream:
    """What n actions gain each year in one role, as one variable of the future moves it.

    Attributes:
        role: role.
        driver: variable of scenarios; empty where the gain is constant.
        gain: array (n, K), yearly gain at today's value of the driver, realisation applied.
    """

    role: str
    driver: str
    gain: Array


@dataclass(frozen=True, kw_only=True)
class PairWorth:
    """What two actions gain (or lose, negative) together each year, before realisation, and what they save of works.

    Attributes:
        a: row of the first action.
        b: row of the second one.
        driven: yearly gain by role and driver, at today's value of the driver.
        cost_eur: what doing both adds to the cost of the works, had once (negative where it saves) [EUR].
    """

    a: int
    b: int
    driven: Mapping[Kind, float]
    cost_eur: float

    @cached_property
    def gain(self) -> Mapping[str, float]:
        """Yearly gain by role, at today's value of the drivers."""
        found = dict.fromkeys(GAINS, 0.0)
        for (role, _), value in self.driven.items():
            found[role] += value
        return found


@dataclass(frozen=True, kw_only=True)
class Worth:
    """Costs and gains of n actions as K draws, in the order of the frame of actions.

    Attributes:
        ids: identifiers of the actions.
        cost: array (n, K), investment excluding VAT [EUR].
        streams: yearly gains by role and driver.
        realised: array (n, K), share of predicted savings that comes true [1].
        lifetime: array (n,), years after which what was done is renewed, > 0 [year].
        vat: array (n,), VAT rate of the works [1].
        pairs: interactions.
        usual: by role and driver, array (n,), mean yearly gain over all draws.
        usual_share: array (n,), mean share realised over all draws [1].
        economy: rates, values and horizon.
        years: T, number of years of the plan.
        index: by driver, array (H + 1,), value in each year over today's [1].
        known_works: what `works` and `works_paid` found, shared by all worths of the same actions: no draw moves it.
    """

    ids: Sequence[str]
    cost: Array
    streams: Sequence[Stream]
    realised: Array
    lifetime: Array
    vat: Array
    pairs: Sequence[PairWorth]
    usual: Mapping[Kind, Array]
    usual_share: Array
    economy: Economy
    years: int
    index: Mapping[str, Array]
    known_works: dict[Any, Array] = field(default_factory=dict, compare=False, repr=False)

    @cached_property
    def mean_cost(self) -> Array:
        """Array (n,), mean cost excluding VAT, to the cent [EUR]."""
        return np.asarray(self.cost.mean(axis=1).round(2))

    @cached_property
    def gains(self) -> Mapping[str, Array]:
        """By role, array (n, K), yearly gain at today's value of the drivers (EUR, kgCO2e, kWh, m3 a year)."""
        found = {role: np.zeros_like(self.cost) for role in GAINS}
        for stream in self.streams:
            found[stream.role] = found[stream.role] + stream.gain
        return found

    @cached_property
    def mean_gains(self) -> Mapping[str, Array]:
        """By role, array (n,), mean yearly gain at today's value of the drivers."""
        return {role: np.asarray(draws.mean(axis=1)) for role, draws in self.gains.items()}

    @cached_property
    def factors(self) -> Mapping[tuple[str, View], Array]:
        """By driver and view, array (T,), present value by start year of one unit a year up to the horizon."""
        economy = self.economy
        views: dict[View, tuple[float, Array | float]] = {
            "society": (economy.social_rate, 1.0),
            "carbon": (economy.social_rate, economy.carbon_eur_kg),
            "carbon_2019": (economy.social_rate, economy.carbon_2019_eur_kg),
            "payer": (economy.financial_rate, 1.0),
        }
        return {
            (driver, view): started_values(index * value, self.years, rate)
            for driver, index in self.index.items()
            for view, (rate, value) in views.items()
        }

    def present(self, role: str, view: View) -> Array:
        """Array (n, T), mean present value by start year of what each action gains in a role."""
        found = np.zeros((len(self.ids), self.years))
        for stream in self.streams:
            if stream.role == role:
                found += stream.gain.mean(axis=1)[:, None] * self.factors[stream.driver, view]
        return found

    def works(self, view: Literal["society", "payer"] = "society") -> Array:
        """Array (n, T), present value of a euro of works by start year: renewals paid, residual value deducted."""
        rate = self.economy.social_rate if view == "society" else self.economy.financial_rate
        return self._works(rate, np.zeros_like(self.lifetime), np.zeros(len(self.lifetime), dtype=np.int64))

    def works_paid(self, returned: Array, lag: NDArray[np.int64]) -> Array:
        """Array (n, T), the same for the payer: a share of each payment comes back some years later.

        Args:
            returned: array (n,), share of the payment that comes back [1].
            lag: array (n,), years between the payment and its return.
        """
        return self._works(self.economy.financial_rate, returned, lag)

    def _works(self, rate: float, returned: Array, lag: NDArray[np.int64]) -> Array:
        horizon = self.economy.horizon
        key = (rate, horizon, returned.tobytes(), lag.tobytes())
        if key not in self.known_works:
            distinct, rows = np.unique(np.column_stack([self.lifetime, returned, lag]), axis=0, return_inverse=True)
            values = [
                works_values(life, self.years, horizon, rate, returned=back, lag=int(later))
                for life, back, later in distinct.tolist()
            ]
            self.known_works[key] = np.array(values).reshape(len(values), self.years)[rows.ravel()]
        return self.known_works[key]

    def at(self, draws: Sequence[int]) -> "Worth":
        """The same in some of the draws only; every field that holds draws is cut to them."""
        kept = np.asarray(draws, dtype=np.int64)
        return replace(
            self,
            cost=self.cost[:, kept],
            streams=[replace(stream, gain=stream.gain[:, kept]) for stream in self.streams],
            realised=self.realised[:, kept],
        )

    @cached_property
    def _by_kind(self) -> Mapping[Kind, Stream]:
        return {(stream.role, stream.driver): stream for stream in self.streams}

    @cached_property
    def _mean_by_kind(self) -> Mapping[Kind, Array]:
        return {kind: np.asarray(stream.gain.mean(axis=1)) for kind, stream in self._by_kind.items()}

    def _pair_scale(self, pair: PairWorth, kind: Kind, gains: Array, shares: Array) -> Array:
        """What a pair gains over what it was said to gain: as its two actions do beside their usual gain.

        A pair is known by its mean. What its actions lose to each other is made of what they gain: it follows
        the same price, powers and hours, and the same share comes true.

        Args:
            pair: the pair.
            kind: role and driver.
            gains: array (2, ...), gains of its actions.
            shares: array (...), share realised of its first action.
        """
        usual = self.usual[kind][[pair.a, pair.b]]
        if (usual > 0).all():
            return np.asarray(self.usual_share[pair.a] * gains.sum(axis=0) / usual.sum())
        return shares

    def pair_draws(self, pair: PairWorth, kind: Kind) -> Array:
        """Draws (K,) of the yearly gain of a pair in one role and driver, at today's value of it."""
        gains = self._by_kind[kind].gain[[pair.a, pair.b]]
        return pair.driven[kind] * self._pair_scale(pair, kind, gains, self.realised[pair.a])

    def pair_mean(self, pair: PairWorth, kind: Kind) -> float:
        """Mean yearly gain of a pair in one role and driver, at today's value of it."""
        gains = self._mean_by_kind[kind][[pair.a, pair.b]]
        return float(pair.driven[kind] * self._pair_scale(pair, kind, gains, self.realised[pair.a].mean()))

    def pair_gain(self, pair: PairWorth, role: str) -> Array:
        """Draws (K,) of the yearly gain of a pair at today's value of the drivers, as far as it comes true."""
        parts = (self.pair_draws(pair, kind) for kind in pair.driven if kind[0] == role)
        return sum(parts, np.zeros(self.cost.shape[1]))

    def pair_present(self, pair: PairWorth, role: str, view: View) -> Array:
        """Array (T,), mean present value of what a pair gains in a role, by year of the later start."""
        found = np.zeros(self.years)
        for kind in pair.driven:
            if kind[0] == role:
                found += self.pair_mean(pair, kind) * self.factors[kind[1], view]
        return found

    def gain_by_year(self, starts: Mapping[int, int], role: str, count: int, weights: Array | None = None) -> Array:
        """Draws (count, K) of what actions gain in a role each year from the first, interactions included.

        Works of a year bring their gain from the next year on, to the horizon; what two of them gain or lose
        together begins with the later one.

        Args:
            starts: index of the start year by row of the actions done.
            role: role.
            count: number of years of the result; those after the horizon are zero.
            weights: array (n,), what each gain is multiplied by (that of its first action, for a pair); 1 where None.
        """
        weight = np.ones(len(self.ids)) if weights is None else weights
        found = np.zeros((count, self.cost.shape[1]))
        years = min(count, self.economy.horizon + 1)
        for driver, index in self.index.items():
            moved = np.zeros_like(found)
            for stream in self.streams:
                if (stream.role, stream.driver) == (role, driver):
                    for row, start in starts.items():
                        moved[start + 1 : years] += stream.gain[row] * weight[row]
            for pair, later in self.pairs_of(starts):
                if pair.driven.get((role, driver)):
                    moved[later + 1 : years] += weight[pair.a] * self.pair_draws(pair, (role, driver))
            found[:years] += moved[:years] * index[:years, None]
        return found

    def pairs_of(self, starts: Mapping[int, int]) -> list[tuple[PairWorth, int]]:
        """Pairs whose two actions are done, and the index of the year of the later start."""
        return [
            (pair, max(starts[pair.a], starts[pair.b])) for pair in self.pairs if pair.a in starts and pair.b in starts
        ]


def read_worth(request: PlanRequest, economy: Economy) -> Worth:
    """Arrange the appraisal by action, role and driver, and apply the share realised of each domain.

    Args:
        request: what the plan is asked for.
        economy: rates, values and horizon.

    Raises:
        BocageError: an action has no investment in the appraisal (BOC-DEC-003).
    """
    actions, table = request.actions, request.appraisal
    ids = actions["action_id"].to_list()
    place = {action: row for row, action in enumerate(ids)}
    shares = realised_by_domain(request, table.draws.shape[1])
    realised = np.array([shares[domain] for domain in actions["domain"]]).reshape(len(ids), table.draws.shape[1])
    cost, found = _investment(table, place, request.roles)
    missing = [action for action, row in place.items() if not found[row]]
    if missing:
        raise BocageError("BOC-DEC-003", where={"action": missing[0]}, count=len(missing))
    scenario = request.scenario or load_scenario(TREND, date=request.date)
    drivers = {"", *request.drivers.values()}
    streams = _streams(request, place, realised)
    return Worth(
        ids=ids,
        cost=np.maximum(cost, 0.0),
        streams=streams,
        realised=realised,
        lifetime=actions["lifetime_years"].to_numpy().astype(float),
        vat=actions["vat_rate"].fill_null(0.0).to_numpy().astype(float),
        pairs=_pairs(request, place),
        usual={(stream.role, stream.driver): np.asarray(stream.gain.mean(axis=1)) for stream in streams},
        usual_share=np.asarray(realised.mean(axis=1)),
        economy=_carbon_of(scenario, economy),
        years=request.years,
        index={driver: _index(scenario, driver, economy, request.date.year) for driver in sorted(drivers)},
    )


def _carbon_of(scenario: Scenario, economy: Economy) -> Economy:
    """The economy with the value of carbon of the scenario, where it has one of its own."""
    path = scenario.paths.get("carbon_value")
    if path is None:
        return economy
    return replace(economy, carbon_eur_kg=path.at(economy.first_year + np.arange(economy.horizon + 1)) / 1000.0)


def _index(scenario: Scenario, driver: str, economy: Economy, base_year: int) -> Array:
    return scenario.index(driver, economy.first_year + np.arange(economy.horizon + 1), base_year)


def _investment(
    table: DrawTable, place: Mapping[str, int], roles: Mapping[str, str]
) -> tuple[Array, NDArray[np.bool_]]:
    keys, rows = _rows(table, place, [name for name, its in roles.items() if its == "investment"])
    draws, found = np.zeros((len(place), table.draws.shape[1])), np.zeros(len(place), dtype=bool)
    np.add.at(draws, rows, table.draws[keys["_row"].to_numpy()])
    found[rows] = True
    return draws, found


def _rows(table: DrawTable, place: Mapping[str, int], names: Sequence[str]) -> tuple[pl.DataFrame, NDArray[np.int64]]:
    """Keys of some indicators with their row in the table, and the row of their action."""
    keys = table.keys.with_row_index("_row").filter(
        pl.col("indicator").is_in(names) & pl.col("action_id").is_in(list(place))
    )
    return keys, np.array([place[action] for action in keys["action_id"]], dtype=np.int64)


def _streams(request: PlanRequest, place: Mapping[str, int], realised: Array) -> list[Stream]:
    table = request.appraisal
    by_kind: dict[tuple[str, str], list[str]] = {}
    for name, role in request.roles.items():
        if role in GAINS:
            by_kind.setdefault((role, request.drivers.get(name, "")), []).append(name)
    streams = []
    for (role, driver), names in sorted(by_kind.items()):
        keys, rows = _rows(table, place, names)
        gain = np.zeros_like(realised)
        # Indicator by indicator: a saving and an expense added by the same action are not of one kind.
        np.add.at(gain, rows, realised_gain(table.draws[keys["_row"].to_numpy()], realised[rows]))
        streams.append(Stream(role=role, driver=driver, gain=gain))
    return streams


def _pairs(request: PlanRequest, place: Mapping[str, int]) -> list[PairWorth]:
    gains: dict[tuple[int, int], dict[Kind, float]] = {}
    costs: dict[tuple[int, int], float] = {}
    for row in request.interactions.iter_rows(named=True):
        a, b, role = place.get(row["action_a"]), place.get(row["action_b"]), request.roles.get(row["indicator"])
        if a is None or b is None or a == b or role not in (*GAINS, "investment"):
            continue
        key = min(a, b), max(a, b)
        gain = gains.setdefault(key, {})
        if role == "investment":
            costs[key] = costs.get(key, 0.0) + row["value"]
        else:
            kind = role, request.drivers.get(row["indicator"], "")
            gain[kind] = gain.get(kind, 0.0) - row["value"]
    return [PairWorth(a=a, b=b, driven=gain, cost_eur=costs.get((a, b), 0.0)) for (a, b), gain in sorted(gains.items())]
