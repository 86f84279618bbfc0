"""Titles of awards: read as a person read them, how often is measured, and what was measured is what is shipped."""

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from bocage.commons.awards import (
    awarded_shares,
    count_log_sd,
    counted_awards,
    kind_weight,
    read_awards,
    selection_weights,
)
from bocage.commons.awards_sample import COUNTED, PARTS, draw_sample
from bocage.commons.confusion import (
    accuracy,
    compare,
    count_precision,
    labels,
    precision,
    recall,
    shipped_confusion,
    tally,
    tally_counts,
    wilson,
)
from bocage.commons.titles_reader import UNKNOWN, read_title
from bocage.vocabulary.codes import BocageError


@pytest.fixture(scope="module")
def awards_file(data: Path) -> Path:
    return data / "decision" / "fonds_vert_2023.csv"


@pytest.fixture(scope="module")
def raw(awards_file: Path) -> pl.DataFrame:
    return pl.read_csv(awards_file, infer_schema=False)


@pytest.fixture(scope="module")
def awards(awards_file: Path) -> pl.DataFrame:
    return read_awards(awards_file)


def columns(raw: pl.DataFrame) -> tuple[list[str], list[str], list[str]]:
    return raw["numero_dossier_ds"].to_list(), raw["nom_du_projet"].to_list(), raw["nom_demarche_ds"].to_list()


@pytest.mark.parametrize(
    ("title", "kind", "count", "unit"),
    [
        ("Rénovation de l'éclairage public : 120 points lumineux", "lighting", 120, "points"),
        ("Remplacement de 45 lanternes", "lighting", 45, "points"),
        ("Remplacement de 1 250 luminaires par des LED", "lighting", 1250, "points"),
        ("Remplacement de 27 luminaires SHP par 27 luminaires LED", "lighting", 27, "points"),
        ("Pose de 12 candélabres et de 3 projecteurs LED", "lighting", 15, "points"),
        ("Réfection de l'éclairage public et retrait de 4 lanternes", "lighting", None, ""),
        ("Éclairage public - Tranche 2 - Programme 2023", "lighting", None, ""),
        ("Rénovation énergétique de 3 écoles", "school", 3, "buildings"),
        ("Rénovation énergétique de trois écoles maternelles", "school", 3, "buildings"),
        ("Transformation de l'ancien presbytère en deux logements", "housing", 2, "dwellings"),
        ("Remplacement de la chaudière fioul de la mairie par une pompe à chaleur", "heating", None, ""),
        ("Isolation des combles de la mairie", "envelope", None, ""),
        ("Rénovation énergétique de la mairie et de l'école", "building", None, ""),
        ("Étude de faisabilité d'un réseau de chaleur", "study", None, ""),
        ("Confortement de la digue", "flood", None, ""),
        ("Désimperméabilisation de la cour", "renaturation", None, ""),
        ("Relamping LED des écoles", "indoor_lighting", None, ""),
        ("Phase 3", UNKNOWN, None, ""),
        ("", UNKNOWN, None, ""),
    ],
)
def test_a_title_says_kind_and_count(title: str, kind: str, count: int | None, unit: str) -> None:
    read = read_title(title)
    assert (read.kind, read.count, read.unit) == (kind, count, unit)
    assert read.told == (kind != UNKNOWN)


def test_the_form_tells_what_a_title_does_not() -> None:
    read = read_title("Tranche 2", "Rénovation des parcs de luminaires d’éclairage public")
    assert (read.kind, read.told) == ("lighting", False)
    assert read_title("Friche de l'école", "Recyclage foncier").kind == "brownfield"


def test_the_sample_is_the_one_that_was_drawn(raw: pl.DataFrame) -> None:
    files, titles, forms = columns(raw)
    drawn = draw_sample(files, titles, forms)
    assert {part: len(rows) for part, rows in drawn.items()} == {**PARTS, **COUNTED}
    everything = [row for rows in drawn.values() for row in rows]
    assert len({files[row] for row in everything}) == len(everything) == len(labels())
    assert [(label.file, label.part) for label in labels()] == [
        (files[row], part) for part in ("tuning", "tuning_counts", "test", "test_counts") for row in drawn[part]
    ]
    # the same awards in another order are the same sample
    turned = draw_sample(files[::-1], titles[::-1], forms[::-1])
    kept = {part: {files[row] for row in rows} for part, rows in drawn.items()}
    again = {part: {files[::-1][row] for row in rows} for part, rows in turned.items()}
    assert again["tuning"] == kept["tuning"]
    assert again["test"] == kept["test"]


def test_the_shipped_confusion_is_what_the_reader_does(raw: pl.DataFrame) -> None:
    compared = compare(*columns(raw))
    found = pl.concat([tally(compared), tally_counts(compared)]).with_columns(pl.col("awards").cast(pl.Int64))
    assert found.rows() == shipped_confusion().rows()


def test_how_often_the_reader_is_right() -> None:
    """Figures of the test part, which was read and labelled once the reader was frozen; pinned, not chosen."""
    drawn, alone = accuracy(["test"]), accuracy(["test_alone"])
    assert (drawn.right, drawn.of) == (182, 200)
    assert (alone.right, alone.of) == (153, 200)
    assert alone.high < drawn.low
    assert precision("lighting").low > 0.95
    assert recall("study").value < 0.7  # animations and diagnostics without the word are missed
    assert (count_precision("points").right, count_precision("points").of) == (9, 9)
    assert 0 < count_log_sd("points", 1.0) < 0.5  # nine of nine is no certainty
    assert 0.9 < kind_weight("lighting") < 1.0


def test_wilson_interval_against_its_equation() -> None:
    # p = (k/n + z²/2n ± z sqrt(k(n-k)/n³ + z²/4n²)) / (1 + z²/n): the ends solve |k/n - p| = z sqrt(p(1-p)/n)
    for right, of in ((3, 10), (0, 5), (5, 5), (182, 200)):
        rate = wilson(right, of)
        for end in (rate.low, rate.high):
            assert abs(rate.value - end) == pytest.approx(1.2815515655 * (end * (1 - end) / of) ** 0.5, abs=1e-7)
    assert np.isnan(wilson(0, 0).value)


def test_awards_are_subsidies_with_what_their_titles_say(awards: pl.DataFrame) -> None:
    assert awards.height == 10_782
    assert awards["subsidy_eur"].sum() == pytest.approx(1.956e9, rel=1e-3)  # as published
    population = awarded_shares(awards)
    assert population["awards"].sum() == awards.filter(pl.col("subsidy_eur") > 0).height
    lighting = counted_awards(awards, "lighting", "points")
    per_point = (lighting["subsidy_eur"] / lighting["count"]).to_numpy()
    assert 60 <= lighting.height <= 70
    assert 200 < np.median(per_point) < 300
    assert lighting["subsidy_eur"].min() > 0


def test_selection_weights_restore_the_population() -> None:
    random = np.random.default_rng(1)
    population = np.exp(random.normal(10, 1, 5000))
    chance = 1 / (1 + population / 20_000)  # small projects say their count more often
    used = population[random.random(5000) < 0.2 * chance]
    weights = selection_weights(used, population)
    assert weights.mean() == pytest.approx(1.0)
    naive, weighted = np.log(used).mean(), np.average(np.log(used), weights=weights)
    truth = np.log(population).mean()
    assert abs(weighted - truth) < 0.25 * abs(naive - truth)


def test_a_list_may_be_cut_by_semicolons(tmp_path: Path, raw: pl.DataFrame, awards: pl.DataFrame) -> None:
    path = tmp_path / "awards.csv"
    path.write_text("\ufeff" + raw.head(50).write_csv(separator=";"), encoding="utf-8")
    assert read_awards(path).equals(awards.head(50))


def test_a_file_that_is_no_list_of_awards_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BocageError, match="BOC-COM-001"):
        read_awards(tmp_path / "absent.csv")
    latin = tmp_path / "latin.csv"
    latin.write_bytes("préfecture,b\n1,2\n".encode("latin-1"))
    with pytest.raises(BocageError, match="BOC-COM-001"):
        read_awards(latin)
    odd = tmp_path / "odd.csv"
    odd.write_text("a,b\n1,2\n", encoding="utf-8")
    with pytest.raises(BocageError, match="BOC-COM-010") as refused:
        read_awards(odd)
    assert "title" not in str(refused.value.values["columns"])
    assert "nom_du_projet" in str(refused.value.values["columns"])
