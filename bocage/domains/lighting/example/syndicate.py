"""The lighting of a fictional syndicate: twenty communes in the two layouts of their former contractors."""

import datetime as dt
import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import xlsxwriter

from bocage.domains.lighting.example.luminaires import Lamp, lamps
from bocage.vocabulary.example import EXAMPLE_SYNDICATE, ExampleCommune, ExampleFile, example_members

SHARES = {"HPS": 0.44, "HG": 0.09, "MH": 0.12, "CPO": 0.08, "LED": 0.27}
"""Assumed mix of sources by street, close to that of a rural syndicate before its last renewals."""
ERAS = {"HPS": (1986, 2012), "HG": (1972, 1990), "MH": (1998, 2014), "CPO": (2006, 2014), "LED": (2014, 2025)}
WRITTEN = {"HPS": "SHP", "HG": "Ballon fluo", "MH": "Iodures", "CPO": "Cosmopolis", "LED": "LED"}
STREETS = (
    "Grande Rue", "Rue de l'Église", "Place de la Mairie", "Rue du Lavoir", "Rue des Écoles", "Rue du Stade",
    "Chemin des Aulnes", "Rue des Tilleuls", "Allée des Merles", "Impasse du Puits", "Rue de la Gare",
    "Rue des Forgerons", "Lotissement du Verger", "Route du Moulin", "Rue Neuve", "Rue du Cimetière",
    "Cour de la Forge", "Rue des Haies", "Chemin Vert", "Rue du Pont", "Rue des Acacias", "Le Haut-Bourg",
    "La Croix-Blanche", "Les Petites-Landes",
)  # fmt: skip
SYNDICATE_SETTINGS = {"lot_by": "sector"}
"""A syndicate lets its works commune by commune."""
INHABITANTS_PER_POINT, POINTS_PER_STREET, SPACING_M = 7.5, 13, 31.0
CHOICES = (
    "Choix;Type d'action;Lieu;Au plus tard;Voix;Motif",
    "écartée;curfew;;;;Extinction : pouvoir de police du maire (CGCT L2212-2) et non du syndicat",
    "obligatoire;led_dimming;Pontaubier;2029;;Délibération du comité du 12 juin 2026 (fictive)",
    "souhaitée;led_dimming;Hautehaie;;64;Consultation des habitants (fictive)",
)
LIT_ALL_NIGHT = 800
"""Population from which a commune of the example is lit all night [inhabitants]."""
NO_POWER, NO_YEAR = 0.08, 0.22
"""Shares of cells left empty, as in the inventories of contractors that have changed."""


@dataclass(frozen=True, kw_only=True)
class _Point:
    commune: ExampleCommune
    number: int
    street: str
    lamp: Lamp
    year: int
    height_m: float
    x_m: float
    y_m: float


def write_syndicate(folder: Path, *, seed: int = 1) -> list[ExampleFile]:
    """Write the light points of the fictional communes, in the order in which they are to be imported.

    Args:
        folder: folder to write into, made where it is missing; files of these names are replaced.
        seed: seed of streets, equipment and gaps: same seed, same bytes.

    Raises:
        OSError: the folder cannot be written.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as made:
    ...     [file.path.name for file in write_syndicate(Path(made))]
    ['eclairage_nord.csv', 'eclairage_sud.xlsx', 'choix_comite.csv']
    """
    folder.mkdir(parents=True, exist_ok=True)
    random = np.random.default_rng([seed, 3_000])
    communes = example_members()
    points = [point for commune in communes for point in _points(commune, random)]
    north = {commune.code for commune in communes[: len(communes) // 2]}
    files = (folder / "eclairage_nord.csv", folder / "eclairage_sud.xlsx")
    choices = folder / "choix_comite.csv"
    choices.write_bytes("\r\n".join((*CHOICES, "")).encode("utf-8-sig"))
    _write_csv(files[0], [point for point in points if point.commune.code in north], random)
    _write_workbook(files[1], [point for point in points if point.commune.code not in north], random)
    titles = (
        {"fr": "Éclairage des communes du nord (ancien prestataire, fictif)",
         "en": "Lighting of the northern communes (former contractor, fictional)"},
        {"fr": "Éclairage des communes du sud (ancien prestataire, fictif)",
         "en": "Lighting of the southern communes (former contractor, fictional)"},
    )  # fmt: skip
    return [
        ExampleFile(path=path, asset_type="luminaire", source=f"prestataire-{side}", title=title)
        for path, side, title in zip(files, ("nord", "sud"), titles, strict=True)
    ] + [
        ExampleFile(
            path=choices,
            asset_type="action_choice",
            source="comite",
            title={"fr": "Choix du comité syndical (fictif)", "en": "Choices of the syndicate's board (fictional)"},
        )
    ]


def _points(commune: ExampleCommune, random: np.random.Generator) -> list[_Point]:
    """Light points along straight streets around the middle of a commune, alike within a street."""
    wanted = max(14, round(commune.population / INHABITANTS_PER_POINT))
    points: list[_Point] = []
    street = 0
    while len(points) < wanted:
        count = min(wanted - len(points), int(random.poisson(POINTS_PER_STREET)) + 3)
        kind = str(random.choice(list(SHARES), p=list(SHARES.values())))
        of_kind = [lamp for lamp in lamps() if lamp.technology == kind]
        lamp = of_kind[int(random.integers(len(of_kind)))]
        year, height = int(random.integers(*ERAS[kind])), float(random.choice([4.5, 6.0, 7.0, 8.0]))
        angle, heading = random.uniform(0, 2 * np.pi, 2)
        away = random.uniform(60, 120 + 12 * wanted**0.7)
        for rank in range(count):
            along = (rank - count / 2) * SPACING_M
            points.append(
                _Point(
                    commune=commune,
                    number=len(points) + 1,
                    street=STREETS[street % len(STREETS)] + ("" if street < len(STREETS) else f" {street}"),
                    lamp=lamp,
                    year=year,
                    height_m=height,
                    x_m=round(commune.x_m + float(away * np.cos(angle) + along * np.cos(heading)), 2),
                    y_m=round(commune.y_m + float(away * np.sin(angle) + along * np.sin(heading)), 2),
                )
            )
        street += 1
    return points


def _curfew(commune: ExampleCommune) -> tuple[str, str]:
    """When a commune switches off; the larger ones stay lit all night."""
    return ("", "") if commune.population >= LIT_ALL_NIGHT else ("23:00", "05:30")


def _write_csv(path: Path, points: Sequence[_Point], random: np.random.Generator) -> None:
    """Semicolons, decimal comma, Windows-1252."""
    header = ("INSEE", "Secteur", "N° point", "Voie", "Type lampe", "Puissance (W)", "Année", "Hauteur feu", "X", "Y",
              "Extinction début", "Extinction fin")  # fmt: skip
    lines = [";".join(header)]
    for point in points:
        cells = (
            point.commune.code,
            point.commune.name,
            f"{point.commune.code}-{point.number:04d}",
            point.street,
            WRITTEN[point.lamp.technology],
            "" if random.random() < NO_POWER else f"{point.lamp.lamp_power_w:g}",
            "" if random.random() < NO_YEAR else str(point.year),
            f"{point.height_m:g}",
            f"{point.x_m:.2f}",
            f"{point.y_m:.2f}",
            *_curfew(point.commune),
        )
        lines.append(";".join((*cells[:5], *(cell.replace(".", ",") for cell in cells[5:]))))
    path.write_bytes(("\r\n".join(lines) + "\r\n").encode("cp1252"))


def _write_workbook(path: Path, points: Sequence[_Point], random: np.random.Generator) -> None:
    """A sheet with a title above the header."""
    made = io.BytesIO()
    with xlsxwriter.Workbook(made, {"in_memory": True}) as book:
        book.set_properties({"created": dt.datetime.fromisoformat(str(EXAMPLE_SYNDICATE["inventory_date"]))})
        sheet = book.add_worksheet("Points lumineux")
        sheet.write(0, 0, "Inventaire de l'éclairage public, communes du sud (fictif)")
        header = (
            "Code INSEE", "Secteur", "Identifiant", "Rue", "Source", "Puissance W", "Année de pose",
            "X (L93)", "Y (L93)", "Extinction début", "Extinction fin",
        )  # fmt: skip
        sheet.write_row(2, 0, header)
        for row, point in enumerate(points, start=3):
            sheet.write_row(
                row,
                0,
                (
                    point.commune.code,
                    point.commune.name,
                    f"{point.commune.code}-{point.number:04d}",
                    point.street,
                    WRITTEN[point.lamp.technology],
                    "" if random.random() < NO_POWER else point.lamp.lamp_power_w,
                    "" if random.random() < NO_YEAR else point.year,
                    point.x_m,
                    point.y_m,
                    *_curfew(point.commune),
                ),
            )
    path.write_bytes(made.getvalue())
