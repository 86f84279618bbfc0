"""The awards of a public programme: subsidies, not costs, with the kind and the count that their titles say."""

import math
from pathlib import Path

import numpy as np
import polars as pl

from bocage.commons.confusion import count_precision, precision
from bocage.commons.titles_reader import read_title
from bocage.vocabulary.codes import BocageError
from bocage.vocabulary.draws import Array

COLUMNS = {
    "code_departement": "department",
    "code_commune": "commune_code",
    "nom_demarche_ds": "form",
    "numero_dossier_ds": "file",
    "nom_du_projet": "title",
    "siren": "siren",
    "montant_engage": "subsidy_eur",
}


def read_awards(path: Path) -> pl.DataFrame:
    """Read the published list of awards of the Fonds vert, one row per award, with what its title says.

    Args:
        path: CSV of data.gouv.fr.

    Returns:
        `file`, `department`, `commune_code`, `siren`, `form`, `title`, `subsidy_eur`, `kind`, `count`
        (null where the title says none), `unit`, `told`.

    Raises:
        BocageError: BOC-COM-001 it cannot be read, 010 it lacks a column.
    """
    try:
        with path.open(encoding="utf-8-sig") as stream:
            head = stream.readline()
        separator = ";" if head.count(";") > head.count(",") else ","
        raw = pl.read_csv(path, infer_schema=False, separator=separator)
    except (OSError, UnicodeDecodeError, pl.exceptions.PolarsError) as fault:
        raise BocageError("BOC-COM-001", where={"file": path}, reason=str(fault).partition("\n")[0]) from fault
    missing = sorted(set(COLUMNS) - set(raw.columns))
    if missing:
        raise BocageError("BOC-COM-010", where={"file": path}, columns=", ".join(missing))
    awards = raw.select(pl.col(name).alias(alias) for name, alias in COLUMNS.items()).with_columns(
        pl.col("subsidy_eur").cast(pl.Float64, strict=False)
    )
    read = [read_title(title or "", form or "") for title, form in awards.select("title", "form").iter_rows()]
    return awards.with_columns(
        pl.Series("kind", [one.kind for one in read], dtype=pl.String),
        pl.Series("count", [one.count for one in read], dtype=pl.Int64),
        pl.Series("unit", [one.unit for one in read], dtype=pl.String),
        pl.Series("told", [one.told for one in read], dtype=pl.Boolean),
    )


def counted_awards(awards: pl.DataFrame, kind: str, unit: str) -> pl.DataFrame:
    """Awards of a kind whose title says a count and whose subsidy is above zero, each file once.

    Args:
        awards: as `read_awards` gives them.
        kind: kind of project.
        unit: what is counted.
    """
    kept = awards.filter(pl.col("kind") == kind, pl.col("unit") == unit, pl.col("count") > 0, pl.col("subsidy_eur") > 0)
    return kept.unique(["siren", "title", "subsidy_eur"], keep="first", maintain_order=True)


def count_log_sd(unit: str, wrong: float) -> float:
    """Standard deviation of the error of the logarithm of a count read in a title [1].

    A count is right with the measured probability p, else anywhere: s = sqrt(1 - p) of the spread of a
    wrong one. p is the posterior mean (k + 1) / (n + 2) under a flat prior, so that a perfect small
    sample does not pass for certainty.

    Args:
        unit: what is counted.
        wrong: standard deviation of the logarithm of a count read wrongly, `feedback.count_error_wrong` [1].
    """
    rate = count_precision(unit)
    return wrong * math.sqrt(1.0 - (rate.right + 1) / (rate.of + 2))


def kind_weight(kind: str) -> float:
    """What an award read as a kind weighs beside a project whose kind is known: the probability that it is right [1].

    Args:
        kind: kind of project.
    """
    rate = precision(kind)
    return (rate.right + 1) / (rate.of + 2)


def awarded_shares(awards: pl.DataFrame) -> pl.DataFrame:
    """Population of the awards by kind: `kind`, `awards`, `median_eur`, `p10_eur`, `p90_eur`, `counted`.

    Args:
        awards: as `read_awards` gives them.
    """
    subsidy = pl.col("subsidy_eur")
    return (
        awards.filter(subsidy > 0)
        .group_by("kind")
        .agg(
            pl.len().alias("awards"),
            subsidy.median().alias("median_eur"),
            subsidy.quantile(0.1).alias("p10_eur"),
            subsidy.quantile(0.9).alias("p90_eur"),
            pl.col("count").is_not_null().sum().alias("counted"),
        )
        .sort("awards", descending=True)
    )


def selection_weights(used: Array, population: Array) -> Array:
    """Weights that give the awards whose title says a count the subsidies of all awards of their kind.

    Titles that say a count are no random draw. Awards are split at the quintiles of the population's
    subsidies; a stratum weighs as in the population (Horvitz and Thompson, JASA 47, 1952) and the mean
    weight is 1.

    Args:
        used: subsidies of the awards that say a count (n,) [EUR].
        population: subsidies of all awards of the kind (N,) [EUR].

    >>> selection_weights(np.array([1.0, 1.0, 1.0, 9.0]), np.array([1.0, 1.0, 9.0, 9.0])).tolist()
    [0.6666666666666666, 0.6666666666666666, 0.6666666666666666, 2.0]
    """
    edges = np.quantile(population, [0.2, 0.4, 0.6, 0.8])
    stratum = np.searchsorted(edges, used)
    here = np.bincount(stratum, minlength=len(edges) + 1)
    every = np.bincount(np.searchsorted(edges, population), minlength=len(edges) + 1)
    weight = every[stratum] / here[stratum]
    return np.asarray(weight / weight.mean())
