"""What the data lack and how the territory compares: findings and tables beside the indicators."""

import polars as pl

from bocage.domains.lighting.diagnose.communes import commune_figures, commune_finding, commune_table
from bocage.domains.lighting.diagnose.completeness import DATA, by_datum, by_place
from bocage.domains.lighting.diagnose.national import compared, national_finding, national_table
from bocage.domains.lighting.diagnose.scopes import SCOPE, with_scopes
from bocage.domains.lighting.diagnose.survey_first import survey_finding, survey_gains, survey_table
from bocage.vocabulary.domain import Finding, ResultTable, Site
from bocage.vocabulary.draws import DrawTable
from bocage.vocabulary.origin import origin_column


def comparisons(
    rows: pl.DataFrame, outcomes: DrawTable, roads: pl.DataFrame | None, site: Site
) -> tuple[list[Finding], list[ResultTable]]:
    """Findings and tables on the data held, what to survey first, national figures and communes.

    Args:
        rows: luminaires after `with_load`; without any there is nothing to say.
        outcomes: of the diagnosis.
        roads: figures of lit roads, None where none is known.
        site: date, seed, population.
    """
    if rows.is_empty():
        return [], []
    gains = survey_gains(rows, site)
    against = compared(rows, outcomes, roads, site)
    communes = commune_figures(rows)
    found = [*survey_finding(rows, gains), *national_finding(against), *commune_finding(communes, rows)]
    origins = [origin_column(name) for name in DATA]
    told = [name for name in (*DATA, *origins) if name in rows.columns]
    places = by_place(with_scopes(rows.select("commune_code", "sector", *told))[0], SCOPE)
    tables = [by_datum(rows), places, survey_table(gains), national_table(against, site), commune_table(communes)]
    return found, [one for one in tables if not one.rows.is_empty()]
