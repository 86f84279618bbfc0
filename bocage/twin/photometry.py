"""Photometry: what the files of luminaires say, held against the law and against a road."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import polars as pl

from bocage.parameters.reader import ParameterError, Value, load
from bocage.science.photometry.flux import LightOutput, cie_flux_codes, light_output
from bocage.science.photometry.intensity import turned
from bocage.sources.photometry import PhotometricFile, read_photometry
from bocage.twin.answer import Answer, Heading, Section
from bocage.twin.assumptions import parameter_folders
from bocage.twin.domains import discover_domains
from bocage.twin.photometry_road import AskedRoad, check_bounds, ranking_section, road_data, road_section
from bocage.twin.wording import _, both
from bocage.vocabulary.text import LANGUAGES, Language, Message, current_language

COLOUR_LIMIT, NOMINAL_LIMIT, INSTALLED_LIMIT, CODE_3_LIMIT = (
    "law.colour_temperature_maximum",
    "law.upward_ratio_nominal",
    "law.upward_ratio_maximum",
    "law.flux_code_3_minimum",
)

ZONE, CATEGORY = "general", "a_safety"


@dataclass(frozen=True, kw_only=True)
class LegalCheck:
    """One rule of the arrêté du 27 décembre 2018 for a luminaire of category a.

    Attributes:
        name: what is bounded, as in the data.
        label: the same for a reader.
        value: value of the luminaire, None where its file does not tell it.
        limit: the limit.
        met: whether it is kept, None where that is not known.
        verified: whether the limit was read in the text.
    """

    name: str
    label: Message
    value: float | None
    limit: float
    met: bool | None
    verified: bool


def photometry(
    files: Sequence[Path],
    *,
    tilt_deg: float = 0.0,
    turn_deg: float = 0.0,
    lamp_set: int | None = None,
    source_flux_lm: float | None = None,
    road: AskedRoad | None = None,
    date: dt.date | None = None,
) -> Answer:
    """Read photometric files; say their flux, where it goes, and what the law and a road make of it.

    The exit status of the answer is 1 where a limit or a class is not met.

    Args:
        files: EULUMDAT or IES LM-63 files.
        tilt_deg: tilt at which the luminaires are installed, upwards to the street [degrees].
        turn_deg: angle by which they are turned about the vertical, counter-clockwise from above [degrees].
        lamp_set: lamp set of the EULUMDAT files, from 1; the first one where None.
        source_flux_lm: flux of the source, that of each file where None [lm].
        road: the road to light, None for none.
        date: date at which the law is read, today where None.

    Raises:
        BocageError: a file cannot be read (BOC-IMP-001, 003, 025, BOC-PHO-001 to 010), or the road cannot
            be computed (BOC-PHO-011 to 013).
    """
    check_bounds({"tilt_deg": tilt_deg, "turn_deg": turn_deg, "source_flux_lm": source_flux_lm})
    language = current_language()
    limits = _limits(date or dt.datetime.now(tz=dt.UTC).date())
    read = [_placed(read_photometry(path, lamp_set=lamp_set), turn_deg) for path in files]
    data, rows, sections, lit, well = [], [], [], [], True
    for one in read:
        checks = legal_checks(one, limits, tilt_deg=tilt_deg)
        facts = _facts(one, checks, tilt_deg=tilt_deg, language=language)
        if road is not None:
            found = road_data(one, road, tilt_deg=tilt_deg, source_flux_lm=source_flux_lm)
            facts["road"] = found.data
            lit.append((one.path.name, found))
            sections.append(road_section(one.path.name, found, road))
            well = well and found.meets
        well = well and all(check.met is not False for check in checks)
        data.append(facts)
        rows.append({**facts, "verdict": _verdict(checks).say(language)})
    table = Section(title=_("Luminaires"), table=_frame(rows), headings=_headings(tilt_deg))
    remarks = [line for one in read for line in _remarks(one)]
    return Answer(
        title=_("Photometric files read: {count}", count=len(read)),
        sections=[
            table,
            *_legal_sections(read, limits, tilt_deg),
            *([Section(title=_("Remarks on the files"), lines=remarks)] if remarks else []),
            *sections,
            *([ranking_section(lit, road)] if road is not None and len(lit) > 1 else []),
        ],
        data={"tilt_deg": tilt_deg, "turn_deg": turn_deg, "luminaires": data},
        next_step=None if road else _("bocage photometry FILE --class M4 --width 7 --spacing 30 --height 8"),
        exit=0 if well else 1,
    )


def _placed(one: PhotometricFile, turn_deg: float) -> PhotometricFile:
    return replace(one, table=turned(one.table, turn_deg)) if turn_deg else one


def legal_checks(one: PhotometricFile, limits: Mapping[str, Value], *, tilt_deg: float = 0.0) -> list[LegalCheck]:
    """The rules of the arrêté that a photometry can tell, for category a in general.

    Args:
        one: the photometry.
        limits: the parameters in force, by name; rules without one are left out.
        tilt_deg: tilt as installed [degrees].
    """
    table = one.table
    nominal, installed = (100 * light_output(table, tilt_deg=tilt).ulr for tilt in (0.0, tilt_deg))
    code_3 = 100 * cie_flux_codes(table)[2]
    colour = table.colour_temperature_k
    asked = (
        (NOMINAL_LIMIT, "ulr_percent", _("ULR (luminaire level)"), nominal, nominal.__lt__),
        (INSTALLED_LIMIT, "ulr_installed_percent", _("ULR (as installed)"), installed, installed.__lt__),
        (CODE_3_LIMIT, "cie_flux_code_3_percent", _("CIE flux code 3"), code_3, code_3.__gt__),
        (COLOUR_LIMIT, "colour_temperature_k", _("Colour temperature"), colour, (colour or 0.0).__le__),
    )
    checks = []
    for name, what, label, value, keeps in asked:
        if name not in limits:
            continue
        limit = limit_of(limits[name].value)
        if limit is None:
            continue
        met = None if value is None else bool(keeps(limit))
        verified = limits[name].status == "verified"
        checks.append(LegalCheck(name=what, label=label, value=value, limit=limit, met=met, verified=verified))
    return checks


def limit_of(value: object) -> float | None:
    """The limit of category a in general, out of a parameter that may tell several; None where it tells another thing.

    >>> limit_of(4.0), limit_of({"general": {"a_safety": 3000}}), limit_of("free")
    (4.0, 3000.0, None)
    """
    while isinstance(value, Mapping):
        value = next((value[key] for key in (ZONE, CATEGORY) if key in value), None)
    return float(value) if isinstance(value, int | float) else None


def _limits(date: dt.date) -> dict[str, Value]:
    """The limits in force that any domain declares."""
    found = {}
    for folder in parameter_folders(discover_domains()):
        parameters = load(folder)
        for name in (COLOUR_LIMIT, NOMINAL_LIMIT, INSTALLED_LIMIT, CODE_3_LIMIT):
            if name in parameters:
                try:
                    found[name] = parameters[name].at(date)
                except ParameterError:
                    continue  # not in force on that date: nothing is asked
    return found


def _facts(
    one: PhotometricFile, checks: Sequence[LegalCheck], *, tilt_deg: float, language: Language
) -> dict[str, object]:
    table, nominal = one.table, light_output(one.table)
    installed: LightOutput = light_output(table, tilt_deg=tilt_deg)
    codes = [round(100 * code, 2) for code in cie_flux_codes(table)]
    flux = nominal.lor * table.source_flux_lm
    return {
        "file": one.path.name,
        "format": " ".join(part for part in (one.format, one.edition.removeprefix("LM-63-")) if part),
        "name": table.name,
        "manufacturer": one.manufacturer,
        "lamp": one.lamp,
        "absolute": table.absolute,
        "source_flux_lm": table.source_flux_lm,
        "luminaire_flux_lm": flux,
        "power_w": table.power_w,
        "efficacy_lm_w": None if table.power_w is None else flux / table.power_w,
        "colour_temperature_k": table.colour_temperature_k,
        "light_output_ratio_percent": 100 * nominal.lor,
        "declared_light_output_ratio_percent": None if table.declared_lor is None else 100 * table.declared_lor,
        "ulor_percent": 100 * nominal.ulor,
        "dlor_percent": 100 * nominal.dlor,
        "ulr_percent": 100 * nominal.ulr,
        "ulr_installed_percent": 100 * installed.ulr,
        "cie_flux_code": " ".join(f"{code:.0f}" for code in codes),
        "cie_flux_codes_percent": codes,
        "law": [
            {"rule": c.name, "value": c.value, "limit": c.limit, "met": c.met, "verified": c.verified} for c in checks
        ],
        "remarks": [verdict.as_dict(language) for verdict in one.verdicts],
    }


SHOWN = ("file", "luminaire_flux_lm", "power_w", "efficacy_lm_w", "light_output_ratio_percent", "ulr_percent",
         "ulr_installed_percent", "cie_flux_code", "colour_temperature_k", "verdict")  # fmt: skip


def _frame(rows: Sequence[dict[str, object]]) -> pl.DataFrame:
    texts = {"file", "cie_flux_code", "verdict"}
    schema = {name: pl.String if name in texts else pl.Float64 for name in SHOWN}
    return pl.DataFrame([{name: row[name] for name in SHOWN} for row in rows], schema=schema)


def _headings(tilt_deg: float) -> list[Heading]:
    headings = [
        Heading(name="file", label=_("File")),
        Heading(name="luminaire_flux_lm", label=_("Flux"), unit="lm"),
        Heading(name="power_w", label=_("Power"), unit="W", digits=1),
        Heading(name="efficacy_lm_w", label=_("Efficacy"), unit="lm/W"),
        Heading(name="light_output_ratio_percent", label=_("LOR"), unit="%", digits=1),
        Heading(name="ulr_percent", label=_("ULR"), unit="%", digits=2),
        Heading(name="cie_flux_code", label=_("CIE flux code")),
        Heading(name="colour_temperature_k", label=_("Colour"), unit="K"),
        Heading(name="verdict", label=_("Arrêté of 27 December 2018")),
    ]
    if tilt_deg:
        label = _("ULR at {tilt:1}°", tilt=tilt_deg)
        headings.insert(6, Heading(name="ulr_installed_percent", label=label, unit="%", digits=2))
    return headings


def _verdict(checks: Sequence[LegalCheck]) -> Message:
    if any(check.met is False for check in checks):
        return _("not met")
    if not checks or any(check.met is None for check in checks):
        return _("not known")
    return _("met")


def _legal_sections(read: Sequence[PhotometricFile], limits: Mapping[str, Value], tilt_deg: float) -> list[Section]:
    """What of the law is not met, rule by rule; limits that were not read in the text are said."""
    lines = []
    for one in read:
        for check in legal_checks(one, limits, tilt_deg=tilt_deg):
            if check.met is False and (tilt_deg or check.name != "ulr_installed_percent"):
                lines.append(_exceeded(one.path.name, check))
            elif check.met is None:
                lines.append(_("{file}: the colour temperature is not told", file=one.path.name))
    doubtful = [check.label for one in read[:1] for check in legal_checks(one, limits) if not check.verified]
    if doubtful:
        names = {language: ", ".join(label.say(language) for label in doubtful) for language in LANGUAGES}
        lines.append(_("Limits still to be verified in the text of the arrêté: {names}", names=names))
    if not limits:
        lines.append(_("No installed domain declares the limits of the arrêté: nothing was judged."))
    return [Section(title=_("Arrêté of 27 December 2018, safety lighting (category a)"), lines=lines)] if lines else []


def _exceeded(file: str, check: LegalCheck) -> Message:
    said = {"file": file, "rule": both(check.label), "value": check.value, "limit": check.limit}
    if check.name == "cie_flux_code_3_percent":
        return _("{file}: {rule} of {value:1}%, more than {limit}% is asked", **said)
    if check.name == "colour_temperature_k":
        return _("{file}: {rule} of {value} K, {limit} K at most", **said)
    return _("{file}: {rule} of {value:1}%, less than {limit}% is asked", **said)


def _remarks(one: PhotometricFile) -> list[Message]:
    return [
        _(
            "{file}: {remark}",
            file=one.path.name,
            remark={language: verdict.say("what", language) for language in LANGUAGES},
        )
        for verdict in one.verdicts
    ]
