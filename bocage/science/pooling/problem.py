"""Records arranged for the sampler."""

from dataclasses import dataclass

import numpy as np

from bocage.science.pooling.layout import Indices, Layout, territory_names
from bocage.science.pooling.records import Array, Records

ROUNDING = 0.01
"""Log standard deviation below which nobody knows a value: equal figures do not make projects equal."""


@dataclass(frozen=True)
class Problem:
    """Records arranged for the sampler, in order of territory.

    Attributes:
        layout: coefficients.
        order: position of each row among the records (n,).
        log_value: logarithm of the value (n,).
        log_size: logarithm of the size over the usual one, as observed (n,).
        base: columns, sized ones not yet multiplied (n, p).
        kind: position of the kind (n,).
        kind_is: whether a row is of a kind (n, S).
        starts: first row of each territory (G,).
        territory: position of the territory (n,).
        value_variance: variance of the error of the value (n,).
        size_variance: variance of the error of the size (n,).
        weight: relative precision (n,).
    """

    layout: Layout
    order: Indices
    log_value: Array
    log_size: Array
    base: Array
    kind: Indices
    kind_is: Array
    starts: Indices
    territory: Indices
    value_variance: Array
    size_variance: Array
    weight: Array

    @staticmethod
    def of(records: Records, layout: Layout) -> "Problem":
        """Arrange records; their order does not matter."""
        names = territory_names(records)
        through = list(records.through or [""] * len(records))
        rows = layout.territory_rows(names)
        order = np.lexsort((records.value, records.size, layout.kind_rows(records.kind), rows))
        spread = np.array([layout.prior.rates[name].spread if name else 0.0 for name in through], dtype=np.float64)
        base = layout.base(records.kind, records.covariates, through=through, areas=records.area)
        kind = layout.kind_rows(records.kind)[order]
        return Problem(
            layout=layout,
            order=order,
            log_value=np.log(records.value)[order],
            log_size=layout.log_sizes(records.kind, records.size)[order],
            base=base[order],
            kind=kind,
            kind_is=(kind[:, None] == np.arange(len(layout.kinds))).astype(np.float64),
            starts=np.searchsorted(rows[order], np.arange(len(layout.territories))),
            territory=rows[order],
            value_variance=(np.maximum(records.column("value_log_sd", 0.0), ROUNDING) ** 2 + spread**2)[order],
            size_variance=(records.column("size_log_sd", 0.0) ** 2)[order],
            weight=records.column("weight", 1.0)[order],
        )
