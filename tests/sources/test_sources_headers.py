"""Column names as French inventories write them, alone before their values."""

from pathlib import Path

import polars as pl
import pytest

from bocage.sources.names import plain
from bocage.sources.propose import propose_mapping
from bocage.sources.raw import RawTable
from bocage.vocabulary.columns import Table

WRITTEN = {
    "lamp_power_w": ("Puissance (W)", "Puissance lampe (W)", "PUISS_LAMPE", "P (W)", "Puiss", "Puissance unitaire (W)"),
    "system_power_w": ("Puissance électrique (W)", "Puissance totale (W)", "Puissance absorbée"),
    "source_flux_lm": ("Flux nominal (lm)", "Flux lumineux (lm)", "FLUX_LUM"),
    "colour_temperature_k": ("T° couleur", "Température de couleur (K)", "TCC"),
    "installed_on": ("Date d'installation", "Année de pose", "Pose", "date_mes", "AN_POSE", "Mise en service"),
    "mounting_height_m": ("Hauteur de feu (m)", "H feu", "HAUT_FEU", "Hauteur du mât (m)"),
    "cabinet_id": ("N° armoire", "N° d'armoire", "Armoire de commande", "Point de commande", "Coffret"),
    "street": ("Nom de la rue", "Voie", "Adresse"),
}
VALUES = {
    "lamp_power_w": "70", "system_power_w": "82", "source_flux_lm": "5000", "colour_temperature_k": "3000",
    "installed_on": "12/03/2019", "mounting_height_m": "8,5", "cabinet_id": "A12", "street": "Rue Haute",
}  # fmt: skip


@pytest.mark.parametrize(("column", "header"), [(name, one) for name, many in WRITTEN.items() for one in many])
def test_a_column_is_read_under_the_names_that_it_bears(column: str, header: str, luminaire: Table) -> None:
    frame = pl.DataFrame({"num": ["1", "2"], "x": ["652000", "652010"], "y": ["6860000", "6860010"]})
    raw = RawTable(
        path=Path("unopened.csv"),
        frame=frame.with_columns(pl.lit(VALUES[column]).alias(header)),
        numbers=pl.Series([1, 2]),
        faults=pl.Series([None, None], dtype=pl.String),
    )
    assert propose_mapping(raw, [luminaire], values={}).headers == {column: header}


def test_no_two_columns_are_known_under_one_name(luminaire: Table) -> None:
    names = [plain(one) for column in luminaire.columns for one in {column.name, *column.synonyms}]
    assert len(names) == len(set(names))
