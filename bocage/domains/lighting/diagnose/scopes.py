"""Scopes of the outcomes: the whole territory, its communes, its sectors."""

import polars as pl

from bocage.vocabulary.domain import COMMUNE_PREFIX, SECTOR_PREFIX, WHOLE_TERRITORY

SCOPE = "_scope"


def with_scopes(rows: pl.DataFrame) -> tuple[pl.DataFrame, list[str]]:
    """Repeat the luminaires once for each scope they belong to.

    A luminaire without a sector, or without a commune, belongs to no scope of that kind. Sectors of
    different communes may bear the same name: where the twin holds several communes, a sector is
    named `sector:CODE/NAME`; in a single commune, `sector:NAME`.

    Args:
        rows: luminaires with `sector` and `commune_code`, null or empty where unknown.

    Returns:
        The rows with the column `_scope`, and all scopes in order: territory, communes, sectors.

    >>> rows = pl.DataFrame({"commune_code": ["35001", "35002"], "sector": ["Bourg", "Bourg"]})
    >>> with_scopes(rows)[1]
    ['territory', 'commune:35001', 'commune:35002', 'sector:35001/Bourg', 'sector:35002/Bourg']
    >>> with_scopes(rows.head(1))[1]
    ['territory', 'commune:35001', 'sector:Bourg']
    """
    commune, sector = pl.col("commune_code"), pl.col("sector")
    several = rows.select(commune.filter(commune != "").n_unique()).item() > 1
    within = pl.when(commune.fill_null("") != "").then(commune + "/").otherwise(pl.lit("")) if several else pl.lit("")
    kinds = [
        pl.lit(WHOLE_TERRITORY),
        pl.when(commune != "").then(COMMUNE_PREFIX + commune),
        pl.when(sector != "").then(SECTOR_PREFIX + within + sector),
    ]
    parts = [rows.with_columns(kind.alias(SCOPE)).filter(pl.col(SCOPE).is_not_null()) for kind in kinds]
    scopes = [WHOLE_TERRITORY, *(name for part in parts[1:] for name in part[SCOPE].unique().sort())]
    return pl.concat(parts), scopes
