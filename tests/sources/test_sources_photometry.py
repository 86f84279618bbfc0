"""Photometric files: what is read of each format and edition, and how broken ones are refused."""

import importlib.util
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bocage.science.photometry.flux import light_output
from bocage.science.photometry.intensity import intensity_at, turned
from bocage.sources.photometry import read_photometry
from bocage.vocabulary.codes import BocageError

GAMMA = [0.0, 30.0, 60.0, 90.0]
Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def to_file(text: str | bytes, name: str = "lamp.ldt") -> Path:
        path = tmp_path / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode("utf-8"))
        return path

    return to_file


def ldt(
    symmetry: int = 1,
    planes: tuple[float, ...] = (0.0,),
    values: list[list[float]] | None = None,
    *,
    header: dict[int, str] | None = None,
    sets: int = 1,
    eol: str = "\r\n",
) -> str:
    """A small EULUMDAT; `header` replaces lines by number."""
    lines = ["Maker", "1", str(symmetry), str(len(planes)), "0", str(len(GAMMA)), "30", "R1", "Lanterne", "REF",
             "f.ldt", "2026", "500", "200", "100", "400", "150", "0", "0", "0", "0", "100", "", "1", "0",
             str(sets)]  # fmt: skip
    for number in range(sets):
        lines += ["1", f"LED {number + 1}", str(5000 + 1000 * number), "2700K", "80", str(40 + 10 * number)]
    lines += ["0.5"] * 10
    lines += [f"{plane:g}" for plane in planes] + [f"{angle:g}" for angle in GAMMA]
    lines += [f"{value:g}" for row in values or [[200.0, 180.0, 100.0, 0.0]] for value in row]
    for number, text in (header or {}).items():
        lines[number - 1] = text
    return eol.join(lines) + eol


def ies(
    head: str = "IESNA:LM-63-2002",
    *,
    tilt: str = "TILT=NONE",
    numbers: str = "1 5000 1 4 1 1 2 0.2 0.4 0\n1 1 40",
    planes: str = "0",
    values: str = "1000 900 500 0",
) -> str:
    """A small LM-63 of four angles."""
    words = "[MANUFAC] Maker\n[LUMINAIRE] Lanterne\n[LAMP] LED 3000K\n"
    return f"{head}\n{words}{tilt}\n{numbers}\n0 30 60 90\n{planes}\n{values}\n"


def refused(path: Path, code: str) -> BocageError:
    with pytest.raises(BocageError) as caught:
        read_photometry(path)
    assert caught.value.code == code
    for language in ("fr", "en"):
        assert not any("{" in caught.value.say(part, language) for part in ("what", "why", "fix"))  # type: ignore[arg-type]
    return caught.value


def test_an_eulumdat_tells_its_luminaire(write: Write) -> None:
    read = read_photometry(write(ldt()))
    table = read.table
    assert (read.format, read.manufacturer, table.name, read.lamp) == ("EULUMDAT", "Maker", "Lanterne", "LED 1")
    assert (table.source_flux_lm, table.power_w, table.colour_temperature_k) == (5000.0, 40.0, 2700.0)
    assert table.declared_lor is None
    assert intensity_at(table, 123.0, 45.0) == pytest.approx(140.0)
    assert read.verdicts == ()


@pytest.mark.parametrize("eol", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_any_encoding_and_end_of_line(write: Write, encoding: str, eol: str) -> None:
    text = ldt(header={9: "Lanterne Été 70°"}, eol=eol)
    assert read_photometry(write(text.encode(encoding))).table.name == "Lanterne Été 70°"


def test_decimal_commas_and_numbers_on_one_line(write: Write) -> None:
    text = ldt(header={29: "4321,5", 32: "38,2"}, eol="\n")
    lines = text.rstrip("\n").split("\n")
    joined = "\n".join([*lines[:47], "200 180,5 100 0"]) + "\n\n"
    table = read_photometry(write(joined)).table
    assert (table.source_flux_lm, table.power_w) == (4321.5, 38.2)
    assert table.intensity_cd_klm[0].tolist() == [200.0, 180.5, 100.0, 0.0]


def test_lamp_sets(write: Write) -> None:
    path = write(ldt(sets=2))
    assert read_photometry(path, lamp_set=2).table.source_flux_lm == 6000.0
    assert [verdict.code for verdict in read_photometry(path).verdicts] == ["BOC-PHO-105"]
    with pytest.raises(BocageError) as caught:
        read_photometry(path, lamp_set=3)
    assert caught.value.code == "BOC-PHO-010"


FULL = tuple(np.arange(0.0, 360.0, 45.0))
LOPSIDED = {plane: 100 + plane / 10 for plane in FULL}
SYMMETRIES = {
    0: (lambda c: LOPSIDED[c % 360], FULL),
    2: (lambda c: LOPSIDED[min(c % 360, 360 - c % 360)], (0.0, 45.0, 90.0, 135.0, 180.0)),
    3: (lambda c: LOPSIDED[90 - abs(90 - c % 360) if c % 360 <= 270 else c % 360], (270.0, 315.0, 0.0, 45.0, 90.0)),
    4: (lambda c: LOPSIDED[min(c % 180, 180 - c % 180)], (0.0, 45.0, 90.0)),
}


@pytest.mark.parametrize("symmetry", [0, 2, 4])
def test_symmetries_are_unfolded(write: Write, symmetry: int) -> None:
    expected, stored = SYMMETRIES[symmetry]
    values = [[expected(plane)] * len(GAMMA) for plane in stored]
    table = read_photometry(write(ldt(symmetry, FULL, values))).table
    assert table.c_deg.tolist() == [*FULL, 360.0]
    assert table.intensity_cd_klm[:, 0].tolist() == [expected(plane) for plane in (*FULL, 0.0)]


def test_symmetry_to_the_plane_across_the_road(write: Write) -> None:
    """Planes are stored from C 270° through C 0° to C 90°; C 135° repeats C 45°, C 225° repeats C 315°."""
    values = [[value] * len(GAMMA) for value in (1.0, 2.0, 3.0, 4.0, 5.0)]
    table = read_photometry(write(ldt(3, FULL, values))).table
    found = dict(zip(table.c_deg, table.intensity_cd_klm[:, 0], strict=True))
    assert found == {0: 3, 45: 4, 90: 5, 135: 4, 180: 3, 225: 2, 270: 1, 315: 2, 360: 3}


def test_planes_that_end_at_360(write: Write) -> None:
    planes = (0.0, 90.0, 180.0, 270.0, 360.0)
    values = [[value] * len(GAMMA) for value in (1.0, 2.0, 3.0, 4.0, 1.0)]
    table = read_photometry(write(ldt(0, planes, values))).table
    assert table.c_deg.tolist() == list(planes)
    assert table.intensity_cd_klm[:, 0].tolist() == [1, 2, 3, 4, 1]


def test_strange_but_usable(write: Write) -> None:
    strange = ldt(header={24: "0.9", 25: "15", 23: "55", 29: "0"})
    verdicts = {verdict.code: verdict for verdict in read_photometry(write(strange + "7\r\n8\r\n")).verdicts}
    assert set(verdicts) == {"BOC-PHO-108", "BOC-PHO-104", "BOC-PHO-102", "BOC-PHO-101", "BOC-PHO-106"}
    assert verdicts["BOC-PHO-106"].count == 2
    assert "55.0%" in verdicts["BOC-PHO-102"].say("what", "en")
    noise = read_photometry(write(ldt(values=[[200.0, 100.0, -0.5, 0.0]])))
    assert [(verdict.code, verdict.count) for verdict in noise.verdicts] == [("BOC-PHO-103", 1)]
    bare = read_photometry(write(ldt(header={32: "1"})))
    assert [verdict.code for verdict in bare.verdicts] == ["BOC-PHO-109"]


@pytest.mark.parametrize(
    "head", ["IESNA:LM-63-2002", "IESNA:LM-63-1995", "IESNA91", "IES:LM-63-2019", "Maker Lantern 1986"]
)
def test_every_edition_of_lm63(write: Write, head: str) -> None:
    read = read_photometry(write(ies(head), "lamp.ies"))
    edition = {"IESNA91": "LM-63-1991", "Maker Lantern 1986": ""}.get(head, head.partition(":")[2])
    assert (read.format, read.edition, read.table.power_w) == ("IES LM-63", edition, 40.0)
    assert intensity_at(read.table, 77.0, 45.0) == pytest.approx(140.0), "700 cd of 5 klm"
    assert read.table.colour_temperature_k == 3000.0
    assert not read.table.absolute


def test_multiplier_ballast_and_several_lamps(write: Write) -> None:
    table = read_photometry(write(ies(numbers="2 2500 0.5 4 1 1 2 0 0 0\n0.9 1 40"))).table
    assert table.source_flux_lm == 5000.0
    assert table.intensity_cd_klm[0, 0] == pytest.approx(1000 * 0.5 * 0.9 / 5)


@pytest.mark.parametrize(
    ("head", "factor"), [("Lantern of 1986", 0.5), ("IESNA91", 0.5), ("IESNA:LM-63-2002", 1.0), ("IES:LM-63-2019", 1.0)]
)
def test_what_follows_the_ballast_factor_changed_its_meaning(write: Write, head: str, factor: float) -> None:
    """A factor until 1991; since 2019 it tells how the file was made (1.00001 and the like)."""
    read = read_photometry(write(ies(head, numbers="1 5000 1 4 1 1 2 0 0 0\n1 0.5 40")))
    assert read.table.intensity_cd_klm[0, 0] == pytest.approx(200.0 * factor)


def test_a_file_without_keywords_is_named_by_its_first_line(write: Write) -> None:
    text = ies("Lantern of 1986").replace("[LUMINAIRE] Lanterne\n", "").replace("[MANUFAC] Maker\n", "")
    assert read_photometry(write(text)).table.name == "Lantern of 1986"


def test_absolute_photometry(write: Write) -> None:
    table = read_photometry(write(ies(numbers="1 -1 1 4 1 1 2 0 0 0\n1 1 40"))).table
    assert table.absolute
    assert light_output(table).lor == pytest.approx(1.0)
    assert table.intensity_cd_klm[0, 0] * table.source_flux_lm / 1000 == pytest.approx(1000.0)


def test_tilt_is_skipped_or_said(write: Write) -> None:
    included = ies(tilt="TILT=INCLUDE\n1\n3\n0 45 90\n1 0.98 0.95")
    assert intensity_at(read_photometry(write(included)).table, 0.0, 0.0) == pytest.approx(200.0)
    assert read_photometry(write(included)).verdicts == ()
    named = read_photometry(write(ies(tilt="TILT=lamp.tlt")))
    assert [verdict.code for verdict in named.verdicts] == ["BOC-PHO-107"]
    assert "lamp.tlt" in named.verdicts[0].say("what", "fr")


@pytest.mark.parametrize(
    ("planes", "stored", "found"),
    [
        ("0 90", (1.0, 2.0), {0: 2, 90: 1, 180: 2, 270: 1, 360: 2}),
        ("0 90 180", (1.0, 2.0, 3.0), {0: 2, 90: 1, 180: 2, 270: 3, 360: 2}),
        ("90 180 270", (1.0, 2.0, 1.0), {0: 1, 90: 2, 180: 1, 270: 2, 360: 1}),
        ("0 90 180 270 360", (1.0, 2.0, 3.0, 4.0, 1.0), {0: 4, 90: 1, 180: 2, 270: 3, 360: 4}),
    ],
)
def test_lateral_angles_are_turned_to_the_street(
    write: Write, planes: str, stored: tuple[float, ...], found: dict[float, float]
) -> None:
    """What LM-63 holds at 0°, the street side, is C 90° here; 90° to 270° is symmetric to that plane."""
    count = len(planes.split())
    values = "\n".join(" ".join([f"{value:g}"] * 4) for value in stored)
    text = ies(numbers=f"1 1000 1 4 {count} 1 2 0 0 0\n1 1 40", planes=planes, values=values)
    table = read_photometry(write(text)).table
    assert dict(zip(table.c_deg, table.intensity_cd_klm[:, 0], strict=True)) == found


def test_a_luminaire_that_lies_along_the_road_is_said(write: Write) -> None:
    """Some software writes the C planes of the CIE into an LM-63 without turning them."""
    sides = "\n".join(" ".join([f"{value:g}"] * 4) for value in (1.0, 5.0, 1.0, 0.5, 1.0))
    wrong = ies(numbers="1 1000 1 4 5 1 2 0 0 0\n1 1 40", planes="0 90 180 270 360", values=sides)
    read = read_photometry(write(wrong))
    assert [verdict.code for verdict in read.verdicts] == ["BOC-PHO-110"]
    put_right = turned(read.table, -90.0)
    assert put_right.intensity_cd_klm[:, 0].tolist() == [1.0, 5.0, 1.0, 0.5, 1.0]
    assert light_output(put_right).lor == pytest.approx(light_output(read.table).lor)


def test_files_that_are_no_photometry(write: Write, tmp_path: Path) -> None:
    refused(tmp_path / "absent.ldt", "BOC-IMP-001")
    refused(tmp_path, "BOC-PHO-001")
    refused(write(" \n"), "BOC-IMP-003")
    refused(write("a;b\n1;2\n" * 30), "BOC-PHO-002")
    refused(write(bytes(range(256)) * 20), "BOC-PHO-002")
    refused(write("%PDF-1.7\n" + "x\n" * 40), "BOC-PHO-002")
    large = write(b"0\n" * 10_500_000)
    refused(large, "BOC-PHO-003")


def test_truncated_files(write: Write) -> None:
    text = ldt()
    assert refused(write(text[:-12]), "BOC-PHO-004").values == {"found": 17, "expected": 19}
    refused(write("\r\n".join(text.split("\r\n")[:20])), "BOC-PHO-004")
    refused(write("\r\n".join(text.split("\r\n")[:40])), "BOC-PHO-004")
    refused(write(ies()[:-8]), "BOC-PHO-004")
    refused(write(ies(numbers="1 5000 1 4")), "BOC-PHO-006")


def test_numbers_that_are_none(write: Write) -> None:
    error = refused(write(ldt(header={6: "quatre"})), "BOC-PHO-002")
    error = refused(write(ldt(header={23: "cent"})), "BOC-PHO-005")
    assert error.where["line"] == 23
    assert "LED" in str(refused(write(ldt(header={29: "LED"})), "BOC-PHO-005").values["value"])
    error = refused(write(ldt(values=[[200.0, float("nan"), 1.0, 0.0]])), "BOC-PHO-005")
    assert error.where["line"] == 49
    refused(write(ies(values="1000 nine 500 0")), "BOC-PHO-005")


def test_values_that_cannot_be(write: Write) -> None:
    assert refused(write(ldt(header={3: "7"})), "BOC-PHO-006").where["line"] == 3
    refused(write(ldt(header={4: "0"})), "BOC-PHO-006")
    refused(write(ldt(header={26: "99"})), "BOC-PHO-006")
    refused(write(ies(numbers="1 5000 1 0 1 1 2 0 0 0\n1 1 40")), "BOC-PHO-006")
    refused(write(ies(numbers="1 5000 1 4 1 9 2 0 0 0\n1 1 40")), "BOC-PHO-006")


@pytest.mark.parametrize(("kind", "letter"), [(2, "B"), (3, "A")])
def test_floodlights_and_headlamps_are_refused(write: Write, kind: int, letter: str) -> None:
    error = refused(write(ies(numbers=f"1 5000 1 4 1 {kind} 2 0 0 0\n1 1 40")), "BOC-PHO-007")
    assert error.values["found"] == letter


def test_angles_that_cannot_be(write: Write) -> None:
    refused(write(ldt(header={45: "70"})), "BOC-PHO-008")
    refused(write(ldt(header={47: "270"})), "BOC-PHO-008")
    refused(write(ldt(0, (0.0, 90.0, 80.0, 270.0), [[1.0] * 4] * 4)), "BOC-PHO-008")
    refused(write(ldt(2, (0.0, 90.0, 270.0), [[1.0] * 4] * 2)), "BOC-PHO-008")
    refused(
        write(ies(numbers="1 5000 1 4 2 1 2 0 0 0\n1 1 40", planes="0 45", values="1 1 1 1 1 1 1 1")), "BOC-PHO-008"
    )


def test_a_luminaire_without_light(write: Write) -> None:
    refused(write(ldt(values=[[0.0] * 4])), "BOC-PHO-009")
    refused(write(ies(values="0 0 0 0")), "BOC-PHO-009")


@pytest.mark.data
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(name=st.sampled_from(["sample4", "sample5", "sample10"]), cut=st.floats(0, 1), noise=st.binary(max_size=12))
def test_a_damaged_file_is_read_or_refused(data: Path, tmp_path: Path, name: str, cut: float, noise: bytes) -> None:
    """No file, cut anywhere or overwritten anywhere, ends in anything but a table or a code."""
    whole = (data / "lighting" / "photometry" / f"{name}.ldt").read_bytes()
    place = int(cut * len(whole))
    for index, damaged in enumerate((whole[:place] + noise, whole[:place] + noise + whole[place + len(noise) :])):
        path = tmp_path / f"damaged{index}.ldt"
        path.write_bytes(damaged)
        try:
            table = read_photometry(path).table
        except BocageError as error:
            assert error.code.startswith(("BOC-PHO-", "BOC-IMP-"))
        else:
            assert np.isfinite(table.intensity_cd_klm).all()


@pytest.mark.data
@pytest.mark.parametrize("name", [f"sample{number}" for number in range(1, 11)])
def test_same_intensities_as_the_reader_of_a_laboratory(data: Path, name: str) -> None:
    if importlib.util.find_spec("pyldt") is None:
        pytest.skip("the peer eulumdat-py is not installed")
    from pyldt import LdtReader  # noqa: PLC0415 - optional peer

    path = data / "lighting" / "photometry" / f"{name}.ldt"
    peer, own = LdtReader.read(path), read_photometry(path).table
    theirs = np.array(peer.intensities)
    assert own.intensity_cd_klm[:-1] == pytest.approx(theirs[: len(own.c_deg) - 1])
    assert own.source_flux_lm == peer.header.lamp_flux[0]
    assert own.power_w == peer.header.lamp_watt[0]
