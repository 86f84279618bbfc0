"""The command line as a user meets it: help, language, refusals, JSON, exit statuses."""

import datetime as dt
import io
import json
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any, Self

import click
import polars as pl
import pytest

from bocage.cli import sharing, wording
from bocage.cli.program import program, run
from bocage.cli.show import as_document, show
from bocage.twin.answer import Answer, Heading, Section
from bocage.vocabulary.codes import BocageError, core_codes
from bocage.vocabulary.text import Message, use_language

VERBS = {
    "new", "import", "status", "doctor", "diagnose", "actions", "simulate", "plan", "report", "export",
    "backup", "restore", "explain", "demo", "new-domain",
    "photometry", "survey", "members", "sheets", "map", "copy", "quantities", "readings", "watch", "evaluate",
    "funding", "schedule", "feedback", "front", "what-if", "why", "futures",
}  # fmt: skip


@pytest.fixture(autouse=True)
def _french(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.delenv(wording.LANGUAGE_VARIABLE, raising=False)
    monkeypatch.delenv("BOCAGE_TERRITORY", raising=False)
    monkeypatch.setenv("LANGUAGE", "fr")
    yield
    use_language("fr")


class FakeTerritory:
    """Stands for an open territory; remembers how it was opened."""

    opened: list[tuple[Path, bool]]

    def __init__(self) -> None:
        self.opened = []
        self.folder = Path("folder")

    def __call__(self, folder: Path, *, read_only: bool = False) -> "FakeTerritory":
        self.opened.append((folder, read_only))
        return self

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        pass


ANSWER = Answer(
    title={"fr": "Trois lampes", "en": "Three lamps"},
    sections=[
        Section(
            title={"fr": "Énergie", "en": "Energy"},
            lines=[{"fr": "Une phrase.", "en": "A sentence."}],
            table=pl.DataFrame({"street": ["Rue de l'Église", None], "energy": [12480.4, float("nan")]}),
            headings=[
                Heading(name="street", label={"fr": "Rue", "en": "Street"}),
                Heading(name="energy", label={"fr": "Énergie", "en": "Energy"}, unit="kWh/year"),
            ],
        )
    ],
    data={"lamps": 3, "energy_kwh_year": float("nan"), "on": dt.date(2026, 1, 2)},
    files=[Path("report.pdf")],
    next_step={"fr": "bocage plan", "en": "bocage plan"},
    exit=1,
)


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, tuple[Any, ...], Mapping[str, Any]]]:
    """Replace every use case by one that remembers its arguments and answers `ANSWER`."""
    seen: list[tuple[str, tuple[Any, ...], Mapping[str, Any]]] = []

    def fake(name: str) -> Callable[..., Answer]:
        def use_case(*arguments: Any, **options: Any) -> Answer:
            seen.append((name, arguments, options))
            return ANSWER

        return use_case

    territory = FakeTerritory()
    seams = {
        "territory": {"open_territory": territory, "create_territory": lambda folder, **options: territory},
        "status": {"status": fake("status")},
        "doctor": {"doctor": fake("doctor")},
        "diagnose": {"diagnose": fake("diagnose")},
        "propose": {"propose": fake("propose")},
        "simulate": {"simulate": fake("simulate")},
        "plan": {"plan": fake("plan")},
        "report": {"write_reports": fake("write_reports")},
        "export": {"export": fake("export")},
        "backup": {"backup": fake("backup"), "restore": fake("restore")},
        "demo": {"run_demo": fake("run_demo")},
    }
    for module, functions in seams.items():
        stand_in = ModuleType(f"bocage.twin.{module}")
        for name, function in functions.items():
            setattr(stand_in, name, function)
        monkeypatch.setitem(sys.modules, stand_in.__name__, stand_in)
    return seen


def test_every_verb_exists_and_speaks_two_languages(capsys: pytest.CaptureFixture[str]) -> None:
    assert set(program.commands) == VERBS
    for verb in sorted(VERBS):
        assert run([verb, "--help"]) == 0
        french = capsys.readouterr().out
        assert run([verb, "--help", "--lang", "en"]) == 0
        english = capsys.readouterr().out
        assert french.startswith(f"Usage\u202f: bocage {verb}")
        assert english.startswith(f"Usage: bocage {verb}")
        assert "Afficher cette aide." in french
        assert "Show this help." in english
        assert french.split("\n")[2] != english.split("\n")[2], f"the help of {verb} is not translated"


def test_language_follows_the_environment(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv(wording.LANGUAGE_VARIABLE, "en_GB.UTF-8")
    run(["pln"])
    assert 'There is no command "pln"' in capsys.readouterr().err


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--version"]) == 0
    assert capsys.readouterr().out.startswith("bocage 0.")


@pytest.mark.parametrize(
    ("arguments", "code", "next_step"),
    [
        (["pln"], "BOC-CLI-011", "bocage plan"),
        (["zzz"], "BOC-CLI-011", "bocage --help"),
        (["plan", "--bugdet", "3"], "BOC-CLI-012", "bocage plan --budget"),
        (["plan", "--budget", "beaucoup"], "BOC-CLI-013", "bocage plan --help"),
        (["plan", "--budget", "-5"], "BOC-CLI-013", "bocage plan --help"),
        (["plan", "--budget"], "BOC-CLI-013", "bocage --help"),
        (["plan", "--years", "0", "--budget", "1"], "BOC-CLI-013", "bocage plan --help"),
        (["plan", "--objective", "gloire", "--budget", "1"], "BOC-CLI-013", "bocage plan --help"),
        (["new", "folder"], "BOC-CLI-013", "bocage new --help"),
        (["import"], "BOC-CLI-013", "bocage import --help"),
        (["import", "a", "b"], "BOC-CLI-013", "bocage import --help"),
        (["import", "a", "--on", "hier"], "BOC-CLI-013", "bocage import --help"),
        (["restore", "one.zip"], "BOC-CLI-013", "bocage restore --help"),
        (["plan", "--lang", "de"], "BOC-CLI-013", "bocage plan --help"),
    ],
)
def test_misuse_is_refused_with_what_to_type_next(
    arguments: list[str], code: str, next_step: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(arguments) == 2
    written = capsys.readouterr()
    assert written.out == ""
    assert written.err.startswith(code)
    assert written.err.rstrip().endswith(next_step)
    assert "Traceback" not in written.err
    assert run([*arguments, "--json"]) == 2
    assert json.loads(capsys.readouterr().out)["error"]["code"].startswith("BOC-CLI-01")


def test_click_speaks_french(capsys: pytest.CaptureFixture[str]) -> None:
    run(["plan", "--years", "99"])
    assert "n’est pas dans l’intervalle" in capsys.readouterr().err
    run(["plan", "--objective", "gloire"])
    assert "n’est pas parmi" in capsys.readouterr().err


def test_data_on_stdout_talk_on_stderr(calls: list[Any], capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["status"]) == 0
    written = capsys.readouterr()
    assert "Trois lampes" in written.out
    assert "Rue de l'Église" in written.out
    assert "12\u202f480" in written.out
    assert "kWh/an" in written.out
    assert "nan" not in written.out
    assert "bocage plan" not in written.out
    assert "bocage plan" in written.err


def test_json_is_one_document(calls: list[Any], capsys: pytest.CaptureFixture[str]) -> None:
    for verb in ("status", "diagnose", "actions", "simulate", "plan", "report", "export"):
        assert run([verb, "--json", "--lang", "en"]) == 0
        document = json.loads(capsys.readouterr().out)
        assert document == {
            "title": "Three lamps",
            "data": {"lamps": 3, "energy_kwh_year": None, "on": "2026-01-02"},
            "files": ["report.pdf"],
            "next_step": "bocage plan",
        }


@pytest.mark.parametrize(
    ("arguments", "status"),
    [(["doctor"], 1), (["diagnose"], 0), (["diagnose", "--check"], 1), (["status"], 0), (["plan"], 0)],
)
def test_findings_end_with_1_only_where_asked(arguments: list[str], status: int, calls: list[Any]) -> None:
    assert run(arguments) == status


def test_options_reach_the_use_case(calls: list[Any], tmp_path: Path) -> None:
    run(["plan", "--budget", "60 000,5", "--years", "4", "--objective", "cash", "-t", str(tmp_path)])
    run(["simulate", "--action", "a", "--action", "b", "--kind", "led"])
    run(["export", "--format", "csv", "--into", "there"])
    run(["backup", "one.tar", "-t", str(tmp_path)])
    run(["restore", "one.tar", "new", "--verify-only"])
    run(["demo", "--no-serve", "--into", "d", "--lang", "en"])
    name, _, options = calls[0]
    assert name == "plan"
    assert (options["budget_eur_year"], options["years"], options["objective"]) == (60000.5, 4, "cash")
    assert calls[1][2] == {"action_ids": ["a", "b"], "kinds": ["led"]}
    assert calls[2][2] == {"into": Path("there"), "formats": ["csv"]}
    assert calls[3][1] == (tmp_path, Path("one.tar"))
    assert calls[4][1:] == ((Path("one.tar"), Path("new")), {"verify_only": True})
    assert calls[5][2] == {"into": Path("d"), "language": "en", "serve": False}


def _failing(monkeypatch: pytest.MonkeyPatch, error: BaseException) -> None:
    def open_territory(folder: Path, *, read_only: bool = False) -> None:
        raise error

    stand_in = ModuleType("bocage.twin.territory")
    stand_in.open_territory = open_territory  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, stand_in.__name__, stand_in)


def test_refusal_says_what_where_why_and_next(
    calls: list[Any], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    _failing(monkeypatch, BocageError("BOC-TWI-001", where={"file": "twin.gpkg", "row": 12}, path="ici"))
    assert run(["status"]) == 2
    what, where, why, step = capsys.readouterr().err.splitlines()
    assert what.startswith(("BOC-TWI-001  « ici »", "BOC-TWI-001  «\u202fici\u202f»"))
    assert where == "  → fichier twin.gpkg, ligne 12"
    assert "dossier" in why
    assert "bocage new ici" in step


def test_interruption_is_calm(
    calls: list[Any], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    _failing(monkeypatch, KeyboardInterrupt())
    assert run(["status"]) == 130
    assert "rien n'est perdu" in capsys.readouterr().err


def test_unexpected_fault_leaves_its_traceback_in_a_file(
    calls: list[Any], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    _failing(monkeypatch, ZeroDivisionError("secret detail"))
    assert run(["status", "--json"]) == 70
    written = capsys.readouterr()
    error = json.loads(written.out)["error"]
    assert error["code"] == "BOC-CLI-001"
    assert "Traceback" not in written.err + written.out
    log = Path(error["where"]["path"])
    assert "secret detail" in log.read_text(encoding="utf-8")
    log.unlink()


def test_unreadable_file_is_named(
    calls: list[Any], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    _failing(monkeypatch, PermissionError(13, "Permission denied", "twin.gpkg"))
    assert run(["status"]) == 3
    assert "twin.gpkg" in capsys.readouterr().err


def test_doctor_without_territory_checks_the_installation(
    calls: list[Any], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    _failing(monkeypatch, BocageError("BOC-TWI-001", path="."))
    assert run(["doctor"]) == 1
    assert calls == [("doctor", (None,), {})]
    assert run(["doctor", "--territory", "elsewhere"]) == 2


def test_tables_fit_a_console_in_cp1252(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = io.TextIOWrapper(io.BytesIO(), encoding="cp1252", errors="strict")
    monkeypatch.setattr(sys, "stdout", stream)
    monkeypatch.setattr(sys, "stderr", io.TextIOWrapper(io.BytesIO(), encoding="cp1252", errors="strict"))
    show(ANSWER, as_json=False)
    stream.flush()
    assert "12\u00a0480" in stream.buffer.getvalue().decode("cp1252")  # type: ignore[attr-defined]
    assert run(["status", "--help"]) == 0
    assert run(["pln"]) == 2


def test_json_on_a_console_in_cp1252_is_ascii(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(io.BytesIO(), encoding="cp1252"))
    assert as_document({"a": "é\u202f"}) == '{"a": "\\u00e9\\u202f"}'


def test_every_code_of_the_command_line_is_used() -> None:
    sources = "".join(path.read_text(encoding="utf-8") for path in (Path(wording.__file__).parents[1]).rglob("*.py"))
    unused = [code for code in core_codes() if code.startswith("BOC-CLI") and code not in sources]
    assert unused == []


def test_long_table_says_what_it_leaves_out(capsys: pytest.CaptureFixture[str]) -> None:
    section = Section(title={"fr": "", "en": ""}, table=pl.DataFrame({"n": range(45)}))
    show(Answer(title=Message("t", {}, wording.LOCALE), sections=[section]), as_json=False)
    assert "et 5 autres lignes" in capsys.readouterr().out


def test_numbers_follow_the_unit_of_their_row(capsys: pytest.CaptureFixture[str]) -> None:
    table = pl.DataFrame(
        {"unit": ["EUR/kWh", "kWh/year", "1"], "value": [0.19, 12480.6, 3.9], "label_fr": "oui", "label_en": "yes"}
    )
    show(
        Answer(title={"fr": "t", "en": "t"}, sections=[Section(title={"fr": "", "en": ""}, table=table)]), as_json=False
    )
    written = capsys.readouterr().out
    assert "€/kWh" in written
    assert "0,190" in written
    assert "12\u202f481" in written
    assert "3,90" in written
    assert "yes" not in written


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no broken pipe")
def test_a_closed_reader_is_no_fault() -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "bocage", "explain", "low"], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        said = process.stderr.read()
        assert process.wait() == 0
    assert said == b""


def test_the_report_of_the_demo_is_opened_on_a_desktop_only(
    calls: list[Any], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    opened: list[str] = []
    monkeypatch.setattr(click, "launch", opened.append)
    sys.modules["bocage.twin.demo"].run_demo = lambda **_: replace(ANSWER, data={"open": "report.pdf"})  # type: ignore[attr-defined]
    run(["demo"])
    assert opened == []
    monkeypatch.setattr(sharing, "has_screen", lambda: True)
    run(["demo", "--json"])
    assert opened == []
    run(["demo"])
    assert opened == ["report.pdf"]


def test_help_needs_neither_polars_nor_numpy() -> None:
    code = """
import sys
sys.argv = ["bocage", "--help"]
try:
    from bocage.cli import main
    main()
except SystemExit:
    print([name for name in ("polars", "numpy", "shapely", "yaml", "rich", "highspy", "typst") if name in sys.modules])
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, encoding="utf-8")
    assert done.stdout.splitlines()[-1] == "[]"
