"""What was observed elsewhere: projects with a value, a size, a kind and a territory, each as well known as it is."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Project:
    """A project to predict.

    Attributes:
        kind: kind of action.
        size: its size, in the unit of the kind; for a realisation, the predicted share [1].
        territory: whose project; one that has no record is a new territory, and an empty name nobody's.
        covariates: values of the covariates; those left out are 0.
        area: where the territory lies, such as its département; empty where unknown.
    """

    kind: str
    size: float = 1.0
    territory: str = ""
    covariates: Mapping[str, float] = field(default_factory=dict)
    area: str = ""


@dataclass(frozen=True)
class Records:
    """Observed projects, one position each in all the arrays.

    Attributes:
        value: what was observed (n,), > 0: cost [EUR], subsidy [EUR], realised over predicted [1].
        size: size (n,), > 0, in the unit of the kind.
        kind: kind of action (n,).
        territory: whose project (n,); an empty name is a territory that nobody else shares.
        value_log_sd: standard deviation of the error of ln value (n,); never less than 0.01.
        size_log_sd: standard deviation of the error of ln size (n,); none where not given.
        covariates: other columns by name, each (n,), of the project or of its territory.
        through: rate through which the value was seen (n,), such as that of the subsidy when only its amount
            is known; an empty name where the value itself was seen.
        weight: precision of a record relative to an ordinary one (n,), > 0; one where not given.
        area: where the territory lies (n,), such as its département, so that a territory without records learns
            from its neighbours; an empty name where unknown.
    """

    value: Array
    size: Array
    kind: Sequence[str]
    territory: Sequence[str]
    value_log_sd: Array | None = None
    size_log_sd: Array | None = None
    covariates: Mapping[str, Array] = field(default_factory=dict)
    through: Sequence[str] | None = None
    weight: Array | None = None
    area: Sequence[str] | None = None

    def __post_init__(self) -> None:
        lengths = {"size": len(self.size), "kind": len(self.kind), "territory": len(self.territory)}
        lengths |= {name: len(column) for name, column in self._numbers().items()}
        named = {"through": self.through, "area": self.area}
        lengths |= {name: len(column) for name, column in named.items() if column is not None}
        for name, length in lengths.items():
            if length != len(self.value):
                raise ValueError(f"{name} has {length} values for {len(self.value)} records")
        for name, column in self._numbers().items():
            fits = column >= 0 if name.endswith("_log_sd") else column > 0
            wrong = np.flatnonzero(~(np.isfinite(column) & (fits | (name in self.covariates))))
            if len(wrong):
                raise ValueError(f"{name} of record {wrong[0]} is {column[wrong[0]]}")

    def __len__(self) -> int:
        return len(self.value)

    @staticmethod
    def none() -> "Records":
        """No record at all."""
        return Records(np.empty(0), np.empty(0), (), ())

    def rows(self, wanted: Iterable[int]) -> "Records":
        """The records at some positions, in that order."""
        keep = np.asarray(list(wanted), dtype=np.intp)
        return Records(
            self.value[keep],
            self.size[keep],
            [self.kind[row] for row in keep],
            [self.territory[row] for row in keep],
            None if self.value_log_sd is None else self.value_log_sd[keep],
            None if self.size_log_sd is None else self.size_log_sd[keep],
            {name: column[keep] for name, column in self.covariates.items()},
            None if self.through is None else [self.through[row] for row in keep],
            None if self.weight is None else self.weight[keep],
            None if self.area is None else [self.area[row] for row in keep],
        )

    def projects(self) -> list[Project]:
        """The same projects without their values."""
        return [
            Project(
                self.kind[row],
                float(self.size[row]),
                self.territory[row],
                {name: float(column[row]) for name, column in self.covariates.items()},
                self.area[row] if self.area is not None else "",
            )
            for row in range(len(self))
        ]

    def column(self, name: str, default: float) -> Array:
        """A column that may not have been given (n,)."""
        given = getattr(self, name)
        return np.full(len(self), default) if given is None else np.asarray(given, dtype=np.float64)

    def _numbers(self) -> dict[str, Array]:
        named = {
            "value": self.value,
            "size": self.size,
            "value_log_sd": self.value_log_sd,
            "size_log_sd": self.size_log_sd,
            "weight": self.weight,
            **self.covariates,
        }
        return {name: column for name, column in named.items() if column is not None}
