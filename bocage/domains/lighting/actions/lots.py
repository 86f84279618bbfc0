"""Lots: which luminaires are worth one works order together."""

import hashlib
from collections.abc import Sequence

import polars as pl

RESPONSIBILITY = ("owner_siren", "competence", "budget", "contract_id")
COMMUNE = "commune_code"


def lots(frame: pl.DataFrame, by: Sequence[str], *, least: int = 1) -> pl.DataFrame:
    """Group luminaires that share place, commune, owner, contract and budget.

    Groups of fewer than `least` points lose their first key (the street) and are merged with the
    others of the next (the sector). No lot ever spans two communes.

    Args:
        frame: luminaires with their responsibility filled, `commune_code` maybe null.
        by: keys of the place, finest first, as `street`, `sector`.
        least: number of points below which a group is merged [points].

    Returns:
        One row per lot: keys, commune, responsibility, `asset_ids` (sorted), `lot` (stable identifier).

    >>> lamps = pl.DataFrame({"asset_id": ["1", "2", "3"], "street": ["a", "a", "b"], "sector": ["s", "s", "s"],
    ...     "owner_siren": "9", "competence": "public_lighting", "budget": "M57_main", "contract_id": None,
    ...     "commune_code": "35001"})
    >>> lots(lamps, ["street", "sector"], least=2).select("street", "sector", "asset_ids").rows()
    [('a', 's', ['1', '2']), (None, 's', ['3'])]
    """
    keys = [*by, *RESPONSIBILITY, COMMUNE]
    rows = frame.select("asset_id", *keys)
    if least > 1 and len(by) > 1:
        small = pl.len().over(keys) < least
        rows = rows.with_columns(pl.when(small).then(None).otherwise(pl.col(by[0])).alias(by[0]))
    grouped = rows.group_by(keys).agg(pl.col("asset_id").sort().alias("asset_ids")).sort(keys, nulls_last=True)
    names = [_identifier(by, values) for values in grouped.select(keys).iter_rows()]
    return grouped.with_columns(pl.Series("lot", names, dtype=pl.String))


def _identifier(by: Sequence[str], values: tuple[object, ...]) -> str:
    """Ten hexadecimal digits that depend on the keys only, so that a lot keeps its name when it gains a point.

    A commune that is not said leaves the name as it is.
    """
    *place, commune = values
    told = [*place, commune] if commune else place
    text = "\x1f".join([*by, *("" if value is None else str(value) for value in told)])
    return hashlib.blake2b(text.encode(), digest_size=5).hexdigest()
