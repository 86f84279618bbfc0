"""An export of the twin imported again: what the twin estimated does not become what a person declared."""

from collections.abc import Callable
from pathlib import Path

import pytest

from bocage.sources.inventory import Reading

ROWS = (("L1", 652000, "70", "declared"), ("L2", 652010, "100", "default"), ("L3", 652020, "150", "inferred"))
FRENCH = {"declared": "déclaré", "default": "par défaut", "inferred": "déduit"}


@pytest.mark.parametrize(
    ("power", "origin", "words"),
    [
        ("lamp_power_w", "lamp_power_w_origin", {}),
        ("Puissance nominale (W)", "Puissance nominale – origine", FRENCH),
        ("Nominal power (W)", "Nominal power – origin", {}),
    ],
)
def test_estimates_are_not_taken_back(
    power: str, origin: str, words: dict[str, str], tmp_path: Path, import_file: Callable[..., Reading]
) -> None:
    lines = [f"{name};{x};6860000;{watts};{words.get(said, said)}" for name, x, watts, said in ROWS]
    path = tmp_path / "export.csv"
    path.write_text("\n".join([f"id;x;y;{power};{origin}", *lines]), encoding="utf-8")
    reading = import_file(path)
    assert reading.rows.sort("asset_id")["lamp_power_w"].to_list() == [70.0, None, None]
    [verdict] = [one for one in reading.verdicts if one.code == "BOC-IMP-338"]
    assert (verdict.count, verdict.columns) == (2, (power,))


def test_a_column_of_other_origins_is_not_ours(tmp_path: Path, import_file: Callable[..., Reading]) -> None:
    path = tmp_path / "a.csv"
    path.write_text("id;x;y;puissance;puissance_origine\nL1;652000;6860000;70;plaque\nL2;652010;6860000;70;default\n")
    assert import_file(path).rows["lamp_power_w"].to_list() == [70.0, 70.0]
