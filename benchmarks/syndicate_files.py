"""The files of a fictional energy syndicate: communes, light points, cabinets, delivery points, invoices.

Written before what it feeds. Two hundred communes in five batches, each with the layout of its former contractor:
French headers in cp1252 with a decimal comma, English headers in UTF-8, a workbook, GeoJSON in WGS 84, latitude and
longitude exchanged. The dirt is that of real inventories, in shares that are assumptions: powers missing, the same
identifiers in every commune, references of delivery points that lost their zeros, meters billed for nothing, invoices
that no cabinet explains, months that are missing. No commune, street or meter exists.
"""

import datetime as dt
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from benchmarks.national_points import BUILT, LAMPS, SHARES, STREETS
from bocage.publish.tables import NamedTable, TableColumn
from bocage.publish.workbook import write_workbook
from bocage.sources.projections import Reference, transform

COMMUNES, POINTS, DELIVERY_POINTS, MONTHS = 200, 44_000, 2_000, 24
SYNDICATE = {"code": "999000053", "name": "Syndicat d'énergie du Bocage (fictif)"}
DEPARTMENT, FIRST_INSEE = "53", 800
"""Fictional INSEE codes of an existing département: it has no commune of so high a number."""
WEST_M, SOUTH_M, CELL_M, COLUMNS = 395_000.0, 6_760_000.0, 4_600.0, 20
FIRST_MONTH = dt.date(2024, 1, 1)
STREET_POINTS, SPACING_M = 22, 32.0
INHABITANTS_PER_POINT = 6.5
NAMES = ("Saint-Aubin", "Le Chêne", "La Haie", "Beauvallon", "Les Ormes", "Villeneuve", "Fontenay", "Marcillé",
         "Montreuil", "La Chapelle", "Le Moulin", "Courtavel", "Rougefosse", "Belair", "Châtenay", "Lassay",
         "Orvault", "Pré-en-Haut", "Thorigné", "Villiers")  # fmt: skip
ENDINGS = ("sur-Vire", "des-Bois", "la-Forêt", "le-Grand", "en-Plaine", "du-Lac", "sous-Roche", "les-Prés", "d'Aval",
           "le-Vieux")  # fmt: skip
WRITINGS = {
    "HPS": ("Sodium haute pression", "SHP", "HPS"),
    "MH": ("Iodures métalliques", "IM", "MH"),
    "HG": ("Ballon fluorescent", "BF", "HG"),
    "LED": ("LED", "led", "LED"),
    "CPO": ("Cosmopolis", "CPO", "CPO"),
    "FLUO": ("Tube fluorescent", "Fluo", "FLUO"),
    "LPS": ("Sodium basse pression", "SBP", "LPS"),
}
NO_POWER, NO_YEAR, NO_STREET, NO_PLACE, TWICE = 0.12, 0.30, 0.05, 0.004, 0.002
LOST_ZEROS, DEAD, ORPHANS, NO_MONTH, DRIFT = 0.10, 0.015, 0.01, 0.02, 0.12
"""Shares: references that lost their zeros, meters that bill nothing, invoices without cabinet, months missing;
standard deviation of the logarithm of what is billed over what is used (all assumed)."""
NIGHT_HOURS = (455, 373, 359, 294, 254, 220, 241, 286, 330, 397, 430, 469)
"""Hours of night by month at -3 degrees, Paris."""


@dataclass(frozen=True)
class Syndicate:
    """The files written, and what is true of them.

    Attributes:
        members: table of the communes.
        batches: files of light points.
        cabinets: file of cabinets with their delivery point.
        delivery_points: file of delivery points.
        invoices: file of monthly invoices.
        points: number of light points written, repeated rows left out.
        located: number of them that say where they are.
        dead: references of meters that bill nothing.
        orphans: references that no cabinet bears.
    """

    members: Path
    batches: tuple[Path, ...]
    cabinets: Path
    delivery_points: Path
    invoices: Path
    points: int
    located: int
    dead: tuple[str, ...]
    orphans: tuple[str, ...]


def write_syndicate(folder: Path, *, seed: int, communes: int = COMMUNES, points: int = POINTS) -> Syndicate:
    """Write all the files of the syndicate.

    Args:
        folder: made where it is missing.
        seed: seed of all that is drawn.
        communes: number of communes.
        points: number of light points.
    """
    folder.mkdir(parents=True, exist_ok=True)
    draw = np.random.default_rng(seed)
    members = _members(draw, communes, points)
    lamps = _lamps(draw, members)
    meters = _meters(draw, lamps, round(DELIVERY_POINTS * points / POINTS))
    lamps = lamps.join(meters.select("insee", "cabinet", "prm"), on=["insee", "cabinet"], how="left")
    told = _with_gaps(draw, lamps)
    batches = _batches(folder, told, members)
    _csv(meters.select("insee", pl.col("cabinet").alias("nom_armoire"), pl.col("told").alias("num_pdl"),
                       pl.col("kva").alias("puissance_souscrite"), "x", "y"), folder / "armoires.csv")  # fmt: skip
    orphans = [f"99{number:012d}" for number in range(max(1, round(ORPHANS * meters.height)))]
    dead = meters.filter(pl.Series(draw.random(meters.height) < DEAD))["prm"].to_list()
    held = meters.select(pl.col("prm").alias("PRM"), "insee", pl.col("kva").alias("puissance_souscrite"))
    _csv(held, folder / "points_livraison.csv")
    invoices = _invoices(draw, lamps, meters, dead, orphans)
    _csv(invoices, folder / "factures.csv", comma=True)
    _csv(members.select("insee", "nom", "population"), folder / "communes.csv")
    return Syndicate(
        members=folder / "communes.csv",
        batches=batches,
        cabinets=folder / "armoires.csv",
        delivery_points=folder / "points_livraison.csv",
        invoices=folder / "factures.csv",
        points=lamps.height,
        located=told.filter(~pl.col("repeated") & pl.col("x").is_not_null()).height,
        dead=tuple(dead),
        orphans=tuple(orphans),
    )


def _members(draw: np.random.Generator, communes: int, points: int) -> pl.DataFrame:
    sizes = draw.lognormal(0, 1.0, communes)
    counts = 20 + draw.multinomial(points - 20 * communes, sizes / sizes.sum())
    rank = np.arange(communes)
    names = [f"{NAMES[i % len(NAMES)]}-{ENDINGS[(i // len(NAMES)) % len(ENDINGS)]}" for i in range(communes)]
    population = (counts * INHABITANTS_PER_POINT * draw.uniform(0.7, 1.4, communes)).round()
    return pl.DataFrame(
        {
            "insee": [f"{DEPARTMENT}{FIRST_INSEE + i:03d}" for i in range(communes)],
            "nom": names,
            "population": population.astype(np.int64),
            "points": counts,
            "x": WEST_M + CELL_M * (rank % COLUMNS + 0.5),
            "y": SOUTH_M + CELL_M * (rank // COLUMNS + 0.5),
        }
    )


def _lamps(draw: np.random.Generator, members: pl.DataFrame) -> pl.DataFrame:
    """Light points along straight streets around the middle of each commune, alike within a street."""
    commune = np.repeat(np.arange(members.height), members["points"].to_numpy())
    number = np.arange(len(commune)) - np.searchsorted(commune, commune)
    street = number // STREET_POINTS
    _, of_street = np.unique(commune * 10_000 + street, return_inverse=True)
    streets = int(of_street.max()) + 1
    names = np.array(list(SHARES))
    kind = names[draw.choice(len(names), streets, p=np.array(list(SHARES.values())))]
    lamp = [LAMPS[one][int(spot * len(LAMPS[one]))] for one, spot in zip(kind, draw.random(streets), strict=True)]
    year = [
        int(BUILT[one][0] + age * (BUILT[one][1] - BUILT[one][0]))
        for one, age in zip(kind, draw.random(streets), strict=True)
    ]
    angle, away = draw.random(streets) * 2 * np.pi, draw.uniform(80, 900, streets)
    heading = draw.random(streets) * np.pi
    along = ((number % STREET_POINTS) - STREET_POINTS / 2) * SPACING_M
    x = members["x"].to_numpy()[commune] + (away * np.cos(angle))[of_street] + along * np.cos(heading[of_street])
    y = members["y"].to_numpy()[commune] + (away * np.sin(angle))[of_street] + along * np.sin(heading[of_street])
    numbers = np.array(lamp)[of_street]
    suffix = pl.Series(street // len(STREETS)).cast(pl.String)
    return pl.DataFrame(
        {
            "insee": members["insee"].gather(commune),
            "id": [f"PL{one + 1:04d}" for one in number],
            "kind": kind[of_street],
            "power": numbers[:, 0],
            "consumed": numbers[:, 1],
            "year": np.array(year)[of_street],
            "street": pl.Series(np.array(STREETS)[street % len(STREETS)]) + " " + suffix,
            "cabinet": [f"A{one}" for one in street],
            "height": np.where(street % 7 == 0, 4.0, 7.0) + (street % 3),
            "x": x,
            "y": y,
        }
    )


def _meters(draw: np.random.Generator, lamps: pl.DataFrame, wanted: int) -> pl.DataFrame:
    """One cabinet and delivery point for each street, as many as wanted where there are enough streets."""
    found = lamps.group_by("insee", "cabinet", maintain_order=True).agg(
        pl.col("consumed").sum().alias("watts"), pl.col("x", "y").mean()
    )
    found = found.head(wanted) if found.height > wanted else found
    prm = [f"0{number:013d}" for number in draw.choice(10**13, found.height, replace=False)]
    lost = draw.random(found.height) < LOST_ZEROS
    told = [text.lstrip("0") if gone else text for text, gone in zip(prm, lost, strict=True)]
    kva = (
        np.ceil(found["watts"].to_numpy() / 1000 * draw.choice([1.2, 1.4, 3.0], found.height, p=[0.4, 0.45, 0.15])) + 1
    )
    return found.with_columns(pl.Series("prm", prm), pl.Series("told", told), pl.Series("kva", kva))


def _with_gaps(draw: np.random.Generator, lamps: pl.DataFrame) -> pl.DataFrame:
    def emptied(name: str, share: float) -> pl.Expr:
        return pl.when(pl.Series(draw.random(lamps.height) < share)).then(None).otherwise(pl.col(name)).alias(name)

    nowhere = pl.Series(draw.random(lamps.height) < NO_PLACE)
    told = lamps.with_columns(
        emptied("power", NO_POWER), emptied("year", NO_YEAR), emptied("street", NO_STREET), emptied("consumed", 0.6),
        *(pl.when(nowhere).then(None).otherwise(pl.col(name)).alias(name) for name in ("x", "y")),
        pl.lit(value=False).alias("repeated"),
    )  # fmt: skip
    again = told.filter(pl.Series(draw.random(lamps.height) < TWICE)).with_columns(pl.lit(value=True).alias("repeated"))
    return pl.concat([told, again])


def _batches(folder: Path, lamps: pl.DataFrame, members: pl.DataFrame) -> tuple[Path, ...]:
    writers: tuple[Callable[[pl.DataFrame, Path], Path], ...] = (_french, _english, _workbook, _geojson, _exchanged)
    names = (
        "lot1_eclairage.csv",
        "lot2_street_lights.csv",
        "lot3_inventaire.xlsx",
        "lot4_points.geojson",
        "lot5_releve.csv",
    )
    codes = members["insee"].to_list()
    share = -(-len(codes) // len(writers))
    files = []
    for rank, (write, name) in enumerate(zip(writers, names, strict=True)):
        own = lamps.filter(pl.col("insee").is_in(codes[rank * share : (rank + 1) * share]))
        if own.height:
            files.append(write(own, folder / name))
    return tuple(files)


def _written(column: int) -> pl.Expr:
    return pl.col("kind").replace_strict({kind: words[column] for kind, words in WRITINGS.items()})


def _french(lamps: pl.DataFrame, path: Path) -> Path:
    """Lambert-93, decimal comma, semicolons, cp1252, years only."""
    rows = lamps.select(
        pl.col("insee").alias("code_insee"), pl.col("id").alias("num_point"), _written(0).alias("type_lampe"),
        pl.col("power").alias("puissance"), pl.col("consumed").alias("puissance_consommee"),
        pl.col("year").alias("annee_pose"), pl.col("street").alias("rue"), pl.col("cabinet").alias("armoire"),
        pl.col("height").alias("hauteur"), pl.col("x").round(2).alias("x"), pl.col("y").round(2).alias("y"),
    )  # fmt: skip
    comma = rows.with_columns(pl.col(pl.Float64).cast(pl.String).str.replace(".", ",", literal=True))
    path.write_bytes(comma.write_csv(separator=";").encode("cp1252"))
    return path


def _english(lamps: pl.DataFrame, path: Path) -> Path:
    """WGS 84, commas, UTF-8 with its mark."""
    rows = _with_degrees(lamps).select(
        pl.col("id").alias("id"), pl.col("insee").alias("insee"), _written(2).alias("technology"),
        pl.col("power").alias("lamp_power_w"), pl.col("year").cast(pl.String).alias("installed_on"), "street",
        pl.col("cabinet").alias("cabinet_id"), "longitude", "latitude",
    )  # fmt: skip
    path.write_bytes(b"\xef\xbb\xbf" + rows.write_csv().encode())
    return path


def _workbook(lamps: pl.DataFrame, path: Path) -> Path:
    rows = lamps.select(
        pl.col("insee").alias("INSEE"), pl.col("id").alias("N° point"), _written(1).alias("Source"),
        pl.col("power").alias("Puissance (W)"), pl.col("year").alias("Année"), pl.col("street").alias("Voie"),
        pl.col("cabinet").alias("Armoire"), pl.col("x").alias("X"), pl.col("y").alias("Y"),
    )  # fmt: skip
    kinds = {"Puissance (W)": "real", "Année": "integer", "X": "real", "Y": "real"}
    columns = [TableColumn(name=name, label=name, kind=kinds.get(name, "code")) for name in rows.columns]  # type: ignore[arg-type]  # declared kinds
    table = NamedTable(name="points", label="points", frame=rows, columns=columns)
    return write_workbook([table], path, language="fr", assumptions=[], notes=[], timezone="Europe/Paris")


def _geojson(lamps: pl.DataFrame, path: Path) -> Path:
    rows = _with_degrees(lamps).select("id", "insee", _written(0).alias("lampe"), pl.col("power").alias("puissance_w"),
                                       "street", "cabinet", "height", "longitude", "latitude")  # fmt: skip
    features = [_feature(row) for row in rows.iter_rows(named=True)]
    path.write_text(
        json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False), encoding="utf-8"
    )
    return path


def _feature(row: Mapping[str, Any]) -> dict[str, Any]:
    named = {
        "id_pl": row["id"],
        "code_insee": row["insee"],
        "type_lampe": row["lampe"],
        "puissance": row["puissance_w"],
        "nom_voie": row["street"],
        "armoire": row["cabinet"],
        "hauteur": row["height"],
    }
    place = [row["longitude"], row["latitude"]]
    geometry = {"type": "Point", "coordinates": place} if place[0] is not None else None
    return {"type": "Feature", "properties": named, "geometry": geometry}


def _exchanged(lamps: pl.DataFrame, path: Path) -> Path:
    """Latitude under the header of the longitude, and the other way round."""
    rows = _with_degrees(lamps).select(
        pl.col("insee").alias("INSEE_COM"), pl.col("id").alias("IDENTIFIANT"), _written(0).alias("TYPE_LAMPE"),
        pl.col("power").alias("PUISSANCE"), pl.col("street").alias("VOIE"), pl.col("cabinet").alias("ARMOIRE"),
        pl.col("latitude").alias("LONGITUDE"), pl.col("longitude").alias("LATITUDE"),
    )  # fmt: skip
    path.write_text(rows.write_csv(separator="\t"), encoding="utf-16")
    return path


def _with_degrees(lamps: pl.DataFrame) -> pl.DataFrame:
    xy = lamps.select(pl.col("x", "y").fill_null(float("nan"))).to_numpy()
    degrees = transform(xy, Reference(2154), 4326)
    return lamps.with_columns(
        pl.Series("longitude", degrees[:, 0].round(7)).fill_nan(None),
        pl.Series("latitude", degrees[:, 1].round(7)).fill_nan(None),
    )


def _invoices(
    draw: np.random.Generator, lamps: pl.DataFrame, meters: pl.DataFrame, dead: list[str], orphans: list[str]
) -> pl.DataFrame:
    watts = dict(lamps.filter(pl.col("prm").is_not_null()).group_by("prm").agg(pl.col("consumed").sum()).iter_rows())
    rows = []
    for prm in [*meters["prm"], *orphans]:
        used = 0.0 if prm in dead else watts.get(prm, 800.0) * float(np.exp(DRIFT * draw.standard_normal()))
        lost = draw.random() < LOST_ZEROS
        for month in range(MONTHS):
            if draw.random() < NO_MONTH:
                continue
            first = dt.date(FIRST_MONTH.year + month // 12, month % 12 + 1, 1)
            last = (first + dt.timedelta(days=32)).replace(day=1) - dt.timedelta(days=1)
            kwh = round(used / 1000 * NIGHT_HOURS[month % 12], 1)
            rows.append((prm.lstrip("0") if lost else prm, first, last, kwh, round(12 + 0.17 * kwh, 2)))
    return pl.DataFrame(
        rows, schema=["PDL", "debut_periode", "fin_periode", "consommation_kwh", "montant_ht"], orient="row"
    )


def _csv(frame: pl.DataFrame, path: Path, *, comma: bool = False) -> Path:
    if comma:
        frame = frame.with_columns(pl.col(pl.Float64).cast(pl.String).str.replace(".", ",", literal=True))
    path.write_text(frame.write_csv(separator=";"), encoding="utf-8")
    return path
