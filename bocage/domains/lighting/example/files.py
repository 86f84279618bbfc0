"""Write the example as files, each in the format and with the habits of the body it comes from."""

import csv
import datetime as dt
import io
import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import xlsxwriter
from numpy.typing import NDArray
from pyproj import Transformer

from bocage.domains.lighting.example.dirt import draw_faults, spelling
from bocage.domains.lighting.example.luminaires import Luminaire, luminaires
from bocage.domains.lighting.example.point_shapefile import Field, write_point_shapefile
from bocage.domains.lighting.example.streets import FOLDER, centreline, streets
from bocage.vocabulary.example import COMMUNE_SIREN, EXAMPLE_TERRITORY, SYNDICATE_SIREN, ExampleFile

COMMUNE = f"{EXAMPLE_TERRITORY['name']} (fictif)"
INVENTORY_DATE = dt.date.fromisoformat(str(EXAMPLE_TERRITORY["inventory_date"]))
ZAC_CONTRACT, UPKEEP_CONTRACT = "MPGP-ZAC", "MARCHE-ENTRETIEN"
SWITCHING = {"photocell": "Cellule", "astronomical_clock": "Horloge astronomique"}
REGIME = {"night": "Nuit", "permanent": "Permanent"}
LANTERN = {"functional": "Fonctionnel", "heritage": "Style", "pedestrian": "Piéton"}


def write_example(folder: Path, *, seed: int = 1) -> list[ExampleFile]:
    """Write the files of the example territory, in the order in which they are to be imported.

    Args:
        folder: folder to write into, made where it is missing; files of these names are replaced.
        seed: seed of positions, equipment and faults: same seed, same bytes.

    Raises:
        OSError: the folder cannot be written.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as made:
    ...     [file.path.name for file in write_example(Path(made))]
    ['collectivites.csv', 'contrats.csv', 'voies.geojson',
     'eclairage_bourg.csv', 'eclairage_hameaux.shp', 'eclairage_zac.xlsx']
    """
    folder.mkdir(parents=True, exist_ok=True)
    placed = luminaires(seed)
    by_inventory = {name: [one for one in placed if one.inventory == name] for name in ("bourg", "hameaux", "zac")}
    write_bodies(folder / "collectivites.csv")
    write_contracts(folder / "contrats.csv")
    write_roads(folder / "voies.geojson", seed=seed)
    write_town(folder / "eclairage_bourg.csv", by_inventory["bourg"], seed=seed)
    write_hamlets(folder / "eclairage_hameaux.shp", by_inventory["hameaux"], seed=seed)
    write_business_park(folder / "eclairage_zac.xlsx", by_inventory["zac"])
    with (FOLDER / "files.csv").open(encoding="utf-8", newline="") as stream:
        return [
            ExampleFile(
                path=folder / row["file"],
                asset_type=row["asset_type"],
                source=row["source"],
                title={"fr": row["title_fr"], "en": row["title_en"]},
            )
            for row in csv.DictReader(stream)
        ]


def write_bodies(path: Path) -> None:
    """The public bodies that own the lighting, as a semicolon CSV in UTF-8 that a spreadsheet opens."""
    rows = [
        ("SIREN", "Nom collectivité", "Type collectivité"),
        (COMMUNE_SIREN, COMMUNE, "commune"),
        (SYNDICATE_SIREN, "Syndicat d'énergie du Val (fictif)", "syndicate"),
    ]
    path.write_bytes(_semicolons(rows).encode("utf-8-sig"))


def write_contracts(path: Path) -> None:
    """The two contracts, as a secretary keeps them: UTF-8 with a mark, semicolons, French dates."""
    rows = [
        ("Identifiant", "Forme", "Titulaire", "Périmètre", "Début", "Fin"),
        (UPKEEP_CONTRACT, "marche", "Électricité du Val (entreprise fictive)", "*", "01/01/2025", "31/12/2028"),
        (
            ZAC_CONTRACT,
            "MPGP",
            "Lumières de la Lande (entreprise fictive)",
            "dimming;curfew",
            "01/10/2019",
            "30/09/2029",
        ),
    ]
    path.write_bytes(_semicolons(rows).encode("utf-8-sig"))


def write_roads(path: Path, *, seed: int) -> None:
    """The streets and roads as GeoJSON in WGS 84 (RFC 7946)."""
    features = []
    for number, street in enumerate(streets(), start=1):
        longitude, latitude = _to_wgs84(centreline(street, seed=seed))
        properties = {
            "id": f"V{number:03d}",
            "nom_voie": street.name.removesuffix(" (campagne)"),
            "nature": street.nature,
            "largeur": street.width_m,
            "nb_voies": street.lanes,
            "importance": street.importance,
        }
        line = [[round(x, 7), round(y, 7)] for x, y in zip(longitude.tolist(), latitude.tolist(), strict=True)]
        features.append(
            {"type": "Feature", "properties": properties, "geometry": {"type": "LineString", "coordinates": line}}
        )
    collection = {"type": "FeatureCollection", "name": f"Voies de {COMMUNE}", "features": features}
    text = json.dumps(collection, ensure_ascii=False, indent=None, separators=(",", ":"))
    path.write_text(text.replace('{"type":"Feature",', '\n{"type":"Feature",') + "\n", encoding="utf-8", newline="")


TOWN_HEADER = (
    "N° point", "Commune", "Voie", "Quartier", "Armoire", "Type lampe", "Puissance (W)", "Puissance absorbée (W)",
    "Flux (lm)", "Température couleur", "Hauteur feu", "Type luminaire", "Modèle", "Année", "Type commande", "Régime",
    "Extinction début", "Extinction fin", "Abaissement début", "Abaissement fin", "Abaissement niveau", "Contrat",
    "X", "Y",
)  # fmt: skip


def write_town(path: Path, rows: Sequence[Luminaire], *, seed: int) -> None:
    """The survey of the town by the commune: Windows-1252, semicolons, decimal commas, all of `DIRT`."""
    random = np.random.default_rng([seed, 1_000])
    faults = draw_faults(len(rows), random)
    cells = []
    for index, one in enumerate(rows):
        x, y = one.x_m, one.y_m
        if index in faults.swapped:
            x, y = y, x
        if index in faults.null_island:
            x, y = 0.0, 0.0
        lamp, led = one.lamp, one.lamp.technology == "LED"
        measured = random.random() < 0.45
        curfew, dimming = one.curfew or ("", ""), one.dimming or ("", "", "")
        cells.append(
            (
                one.identifier,
                COMMUNE,
                one.street,
                one.sector,
                one.cabinet,
                "" if index in faults.technology else spelling(one, random),
                "" if index in faults.power else _comma(lamp.lamp_power_w) + (" W" if index in faults.unit else ""),
                # As in the inventory of Paris: the power that a LED draws is written 0.
                "0" if led else _comma(lamp.system_power_w) if measured else "",
                _comma(lamp.flux_lm) if measured else "",
                _comma(lamp.colour_temperature_k) if led else "",
                "" if index in faults.height else _comma(one.height_m),
                LANTERN[one.lantern],
                one.model,
                "" if index in faults.year else str(one.year),
                SWITCHING[one.switching],
                REGIME[one.regime],
                *curfew,
                *(str(cell) for cell in dimming),
                UPKEEP_CONTRACT,
                _comma(x, 2),
                _comma(y, 2),
            )
        )
    cells += [cells[index] for index in faults.duplicated]
    title = [f"Relevé de l'éclairage public du bourg, commune de {COMMUNE}"]
    path.write_bytes(_semicolons([title, TOWN_HEADER, *cells]).encode("cp1252"))


HAMLET_FIELDS = (
    Field("ID_POINT", "C", 12),
    Field("COMMUNE", "C", 30),
    Field("NOM_VOIE", "C", 40),
    Field("HAMEAU", "C", 30),
    Field("ARMOIRE", "C", 8),
    Field("TYPE_LAMPE", "C", 30),
    Field("PUISSANCE", "N", 6, 1),
    Field("HAUTEUR", "N", 5, 1),
    Field("ANNEE_POSE", "N", 4),
    Field("TYPE_COMMA", "C", 20),
    Field("HEURE_EXTI", "C", 5),
    Field("HEURE_RALL", "C", 5),
    Field("MO_SIREN", "C", 9),
    Field("BUDGET", "C", 12),
)


def write_hamlets(path: Path, rows: Sequence[Luminaire], *, seed: int) -> None:
    """The hamlets as the syndicate, their maître d'ouvrage, exports them: names of 10 characters, 0 for unknown."""
    random = np.random.default_rng([seed, 2_000])
    records = []
    for one in rows:
        curfew = one.curfew or (None, None)
        records.append(
            {
                "ID_POINT": one.identifier,
                "COMMUNE": COMMUNE,
                "NOM_VOIE": one.street,
                "HAMEAU": one.sector,
                "ARMOIRE": one.cabinet,
                "TYPE_LAMPE": spelling(one, random).upper(),
                "PUISSANCE": 0 if random.random() < 0.08 else one.lamp.lamp_power_w,
                "HAUTEUR": 0 if random.random() < 0.5 else one.height_m,
                "ANNEE_POSE": one.year,
                "TYPE_COMMA": SWITCHING[one.switching],
                "HEURE_EXTI": curfew[0],
                "HEURE_RALL": curfew[1],
                "MO_SIREN": SYNDICATE_SIREN,
                "BUDGET": "syndicate",
            }
        )
    day = INVENTORY_DATE
    points = [(one.x_m, one.y_m) for one in rows]
    write_point_shapefile(path, HAMLET_FIELDS, records, points, written_on=(day.year, day.month, day.day))


PARK_HEADER = (
    "Identifiant", "Commune", "Rue", "Zone", "Armoire", "Technologie", "Puissance nominale (W)",
    "Puissance consommée (W)", "Flux lumineux (lm)", "Température de couleur (K)", "Hauteur (m)", "Date de pose",
    "Type de commande", "Contrat", "Longitude", "Latitude",
)  # fmt: skip
PARK_HEADER_ROW = 2


def write_business_park(path: Path, rows: Sequence[Luminaire]) -> None:
    """The business park as its contract holder hands it over: a clean workbook, true numbers and dates, WGS 84."""
    longitude, latitude = _to_wgs84(np.array([(one.x_m, one.y_m) for one in rows]))
    with xlsxwriter.Workbook(str(path)) as workbook:
        workbook.set_properties(
            {
                "title": f"Éclairage public, ZAC de la Lande, {COMMUNE}",
                "comments": str(EXAMPLE_TERRITORY["note_fr"]),
                "created": dt.datetime.combine(INVENTORY_DATE, dt.time()),
            }
        )
        sheet = workbook.add_worksheet("Inventaire")
        bold, day = workbook.add_format({"bold": True}), workbook.add_format({"num_format": "dd/mm/yyyy"})
        sheet.write_string(0, 0, f"Éclairage public, ZAC de la Lande, {COMMUNE}", bold)
        sheet.write_row(PARK_HEADER_ROW, 0, PARK_HEADER, bold)
        sheet.freeze_panes(PARK_HEADER_ROW + 1, 0)
        places = zip(longitude.tolist(), latitude.tolist(), strict=True)
        for row, (one, (x, y)) in enumerate(zip(rows, places, strict=True), start=PARK_HEADER_ROW + 1):
            lamp = one.lamp
            sheet.write_row(row, 0, (one.identifier, COMMUNE, one.street, one.sector, one.cabinet, lamp.technology))
            sheet.write_row(row, 6, (lamp.lamp_power_w, lamp.system_power_w, lamp.flux_lm, lamp.colour_temperature_k))
            sheet.write_number(row, 10, one.height_m)
            sheet.write_datetime(row, 11, dt.datetime(one.year, 6, 15), day)  # noqa: DTZ001 - a day, in a sheet
            sheet.write_row(row, 12, (SWITCHING[one.switching], ZAC_CONTRACT, round(x, 7), round(y, 7)))


def _to_wgs84(points: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    transformer = Transformer.from_crs(2154, 4326, always_xy=True)
    longitude, latitude = transformer.transform(points[:, 0], points[:, 1])
    return longitude, latitude


def _comma(value: float | None, digits: int | None = None) -> str:
    """A number as French software writes it.

    >>> _comma(49.5), _comma(70.0), _comma(433000.5, 2)
    ('49,5', '70', '433000,50')
    """
    if value is None:
        return ""
    return (f"{value:g}" if digits is None else f"{value:.{digits}f}").replace(".", ",")


def _semicolons(rows: Sequence[Sequence[str]]) -> str:
    stream = io.StringIO()
    csv.writer(stream, delimiter=";", lineterminator="\r\n").writerows(rows)
    return stream.getvalue()
