"""The reference pages of the manual, drawn from the declarations: `python -m bocage.twin.manual docs`.

A page says nothing that the code does not declare, so that it cannot rot; a test compares.
"""

import json
import subprocess
import sys
from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from pathlib import Path

from bocage.commons.published_schema import write_feedback_schemas
from bocage.decide.answer.figures import figures
from bocage.parameters.reader import Parameter
from bocage.twin.domains import discover_domains
from bocage.twin.glossary import CORE, Declared, glossary
from bocage.twin.manual_funding import HEADS, limit_sections, programme_sections
from bocage.twin.open_data import write_schemas
from bocage.vocabulary.code_labels import core_code_labels
from bocage.vocabulary.codes import Code
from bocage.vocabulary.columns import Column
from bocage.vocabulary.domain import Indicator
from bocage.vocabulary.settings import Setting
from bocage.vocabulary.text import Language
from bocage.vocabulary.units import units

NOTE = "<!-- Written by `python chores.py docs` from the declarations of the code: edit those. -->"
FOLDERS = ("reference", "errors")
HEADINGS: Mapping[Language, Sequence[str]] = {
    "fr": ("Ce qui est dit", "Pourquoi c'est important", "Que faire"),
    "en": ("What it says", "Why it matters", "What to do"),
}
KINDS = {
    "error": "refusal \u00b7 refus",
    "finding": "finding of a diagnosis \u00b7 constat d'un diagnostic",
    "verdict": "verdict on data \u00b7 verdict sur des données",
    "reason": "reason in a plan \u00b7 motif dans un plan",
}


def manual_pages() -> dict[str, str]:
    """Text of every generated page by path below the folder of documents.

    >>> manual_pages()["errors/BOC-TWI-001.md"].splitlines()[2]
    '# BOC-TWI-001'
    """
    pages = {
        "reference/cli.md": _commands_page(_described_commands()),
        "reference/columns.md": _columns_page(),
        "reference/indicators.md": _indicators_page(),
        "reference/figures.md": _figures_page(),
        "reference/parameters.md": _parameters_page(),
        "reference/funding.md": _funding_page(),
        "reference/labels.md": _labels_page(),
        "reference/settings.md": _settings_page(),
        "reference/codes.md": _codes_page(),
    }
    for one in _of(Code):
        if isinstance(one.thing, Code):
            pages[f"errors/{one.name}.md"] = _code_page(one.thing, one.owner)
    return pages


def write_manual(folder: Path) -> list[Path]:
    """Write the pages below a folder and remove those that nothing declares any more.

    Args:
        folder: folder of documents; only its `reference` and `errors` are touched.
    """
    pages = {folder / name: text for name, text in manual_pages().items()}
    for path, text in pages.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="\n")
    for name in FOLDERS:
        for path in (folder / name).glob("*.md"):
            if path not in pages:
                path.unlink()
    return sorted(pages)


def _of(kind: type) -> list[Declared]:
    return [one for one in glossary() if isinstance(one.thing, kind)]


def _described_commands() -> list[dict[str, object]]:
    # the command line stands above this package: it is asked as a program, not imported
    done = subprocess.run(
        [sys.executable, "-m", "bocage.cli.describe"], capture_output=True, check=True, text=True, encoding="utf-8"
    )
    described: list[dict[str, object]] = json.loads(done.stdout)
    return described


def _page(title: str, *blocks: str) -> str:
    return "\n\n".join([NOTE, f"# {title}", *(block for block in blocks if block)]) + "\n"


def _table(heads: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join("| " + " | ".join(_cell(cell) for cell in line) + " |" for line in lines)


def _cell(value: object) -> str:
    text = " ".join(str(value).split()) if value is not None else ""
    return text.replace("|", "\\|").replace("<", "&lt;")


def _unit(code: str) -> str:
    return units()[code].label["en"]


def _commands_page(commands: list[dict[str, object]]) -> str:
    blocks = [
        "Every command takes `--lang fr|en` and `--json`. Data go to stdout, talk to stderr.",
        (
            "Exit status: 0 done; 1 findings (`doctor`, `diagnose --check`); 2 badly written command; 3 data refused; "
            "4 an outside source is down; 70 a fault of Bocage; 130 interrupted."
        ),
    ]
    for command in commands:
        arguments, options = command["arguments"], command["options"]
        assert isinstance(arguments, list)
        assert isinstance(options, list)
        assert isinstance(command["help"], dict)
        rows = [
            (
                f"`{option['names']}`" + (" (required)" if option["required"] else ""),
                option["help"]["fr"] + _choices(option["choices"]),
                option["help"]["en"] + _choices(option["choices"]),
            )
            for option in options
        ]
        usage = " ".join(["bocage", str(command["name"]), *arguments, "[OPTIONS]"])
        blocks += [
            f"## {command['name']}",
            f"    {usage}",
            command["help"]["fr"],
            command["help"]["en"],
            _table(("option", "français", "English"), rows),
        ]
    return _page("Commands \u00b7 Commandes", *blocks)


def _choices(choices: Sequence[str]) -> str:
    return f" ({', '.join(choices)})" if choices else ""


def _columns_page() -> str:
    blocks = [
        (
            "Columns of the tables. Each table of assets also has the columns of `asset`; each imputed column has a "
            "companion `_origin` (measured, declared, inferred, default) and, for a number, `_low`, `_high`."
        )
    ]
    for table, group in groupby(_of(Column), key=lambda one: one.table):
        assert table is not None
        rows = []
        for one in group:
            column = one.thing
            assert isinstance(column, Column)
            rows.append(
                (
                    f"`{column.name}`",
                    column.type
                    + (", required" if column.required else "")
                    + (", imputed" if column.impute else "")
                    + (", computed" if column.name not in table.names else ""),
                    _unit(column.unit),
                    f"{column.label['fr']}. {column.description['fr']}",
                    f"{column.label['en']}. {column.description['en']}",
                    ", ".join(column.codes) or _range(column),
                    ", ".join(column.synonyms),
                )
            )
        blocks += [
            f"## {table.name}",
            f"{table.label['fr']} \u00b7 {table.label['en']}. {table.description['en']}. Geometry: {table.geometry}.",
            _table(("column", "type", "unit", "français", "English", "values", "also recognised as"), rows),
        ]
    return _page("Columns \u00b7 Colonnes", *blocks)


def _labels_page() -> str:
    owners = [(CORE, core_code_labels()), *((domain.name, domain.code_labels) for domain in discover_domains())]
    blocks = [
        "What codes mean. The command line and workbooks say the words; CSV files hold the code, with its words beside."
    ]
    for owner, labels in owners:
        rows = [
            (f"`{column}`", f"`{code}`", label["fr"], label["en"])
            for column, codes in labels.items()
            for code, label in codes.items()
        ]
        blocks += [f"## {owner}", _table(("column", "code", "français", "English"), rows)]
    return _page("Codes in words \u00b7 Codes en clair", *blocks)


def _range(column: Column) -> str:
    match column.minimum, column.maximum:
        case None, None:
            return ""
        case low, None:
            return f"\u2265 {low:g}"
        case None, high:
            return f"\u2264 {high:g}"
        case low, high:
            return f"{low:g} to {high:g}"


def _indicators_page() -> str:
    blocks = [
        (
            "Every figure carries the 10th and 90th percentiles of its draws and the share of it that rests on "
            "default or inferred inputs."
        )
    ]
    for owner, group in groupby(_of(Indicator), key=lambda one: one.owner):
        rows = []
        for one in group:
            thing = one.thing
            assert isinstance(thing, Indicator)
            texts = [f"{thing.label[language]}. {thing.description[language]}" for language in HEADINGS]
            driver = f"`{thing.driver}`" if thing.driver else ""
            rows.append((f"`{thing.name}`", _unit(thing.unit), thing.role, driver, *texts, thing.source))
        heads = ("indicator", "unit", "role", "moved by", "français", "English", "source")
        blocks += [f"## {owner}", _table(heads, rows)]
    return _page("Indicators \u00b7 Indicateurs", *blocks)


def _figures_page() -> str:
    blocks = ["The figures of a plan. `bocage explain FIGURE` prints the same, with its value in the last plan."]
    for figure in figures().values():
        parameters = ", ".join(f"`{name}`" for name in figure.parameters)
        words = [
            ("name", figure.label),
            ("formula", figure.formula),
            ("made from", figure.inputs),
            ("source", figure.source),
        ]
        rows = [(name, *(said[language] for language in HEADINGS)) for name, said in words]
        blocks += [
            f"### {figure.name}",
            _table(("", "français", "English"), rows),
            "; ".join(filter(None, [_unit(figure.unit), parameters and f"reads {parameters}"])),
        ]
    return _page("Figures of a plan \u00b7 Chiffres d'un plan", *blocks)


def _parameters_page() -> str:
    count = sum(
        value.status != "verified"
        for one in _of(Parameter)
        if isinstance(one.thing, Parameter)
        for value in one.thing.values
    )
    total = sum(len(one.thing.values) for one in _of(Parameter) if isinstance(one.thing, Parameter))
    blocks = [
        "Numbers of the outside world, dated. A value holds from its date until the next one of the same name.",
        f"Of {total} dated values, {count} are not verified against their source: they say `to_verify` or `expired`.",
    ]
    for owner, group in groupby(_of(Parameter), key=lambda one: one.owner):
        blocks.append(f"## {owner}")
        for one in group:
            thing = one.thing
            assert isinstance(thing, Parameter)
            rows = [
                (
                    value.since.isoformat(),
                    _short(value.value),
                    _short(value.low),
                    _short(value.high),
                    value.status,
                    *(value.reference[language] for language in HEADINGS),
                )
                for value in thing.values
            ]
            blocks += [
                f"### {thing.name}",
                f"{thing.description['fr']} \u00b7 {thing.description['en']}"
                + (f" [{_unit(thing.unit)}]" if _unit(thing.unit) else ""),
                _table(("from", "value", "P10", "P90", "status", "source (fr)", "source (en)"), rows),
            ]
    return _page("Parameters \u00b7 Paramètres", *blocks)


def _funding_page() -> str:
    blocks = ["Programmes by dated version, then the limits of the law; [how to write one](../funding-rules.md)."]
    for title, sections in (("Programmes", programme_sections()), ("Limits of the law", limit_sections())):
        blocks.append(f"## {title}")
        for name, words, rows in sections:
            blocks += [f"### {name}", words, _table(HEADS, rows)]
    return _page("Funding \u00b7 Financements", *blocks)


def _short(value: object) -> str:
    return "" if value is None else f"{value:g}" if isinstance(value, float) else str(value)


def _settings_page() -> str:
    blocks = ["The keys of `territory.toml`. An unknown key is refused."]
    for section, group in groupby(_of(Setting), key=lambda one: one.section):
        rows = []
        for one in group:
            thing = one.thing
            assert isinstance(thing, Setting)
            texts = [thing.description[language] for language in HEADINGS]
            rows.append(
                (f"`{thing.name}`", thing.type, _unit(thing.unit), thing.default, ", ".join(thing.codes), *texts)
            )
        heads = ("key", "type", "unit", "default", "values", "français", "English")
        blocks += [f"## [{section}]", _table(heads, rows)]
    return _page("Settings \u00b7 Réglages", *blocks)


def _codes_page() -> str:
    blocks = ["Each code has its page; `bocage explain CODE` prints the same."]
    for owner, group in groupby(_of(Code), key=lambda one: one.owner):
        rows = [
            (f"[{one.name}](../errors/{one.name}.md)", one.thing.kind, one.thing.what["fr"], one.thing.what["en"])
            for one in group
            if isinstance(one.thing, Code)
        ]
        blocks += [f"## {owner}", _table(("code", "kind", "français", "English"), rows)]
    return _page("Codes", *blocks)


def _code_page(code: Code, owner: str) -> str:
    facts = f"{KINDS[code.kind]}; {code.severity}; {owner}"
    if code.kind == "error":
        facts += f"; exit status \u00b7 code de sortie {code.exit}"
    blocks = [facts + "."]
    for language, heads in HEADINGS.items():
        blocks.append("## Français" if language == "fr" else "## English")
        for head, texts in zip(heads, (code.what, code.why, code.fix), strict=True):
            blocks += [f"**{head}**", f"> {_cell(texts[language])}"]
    blocks.append(
        "Words in braces are filled with the case at hand \u00b7 Les mots entre accolades sont remplis selon le cas."
    )
    return _page(code.code, *blocks)


if __name__ == "__main__":
    docs = Path(sys.argv[1] if len(sys.argv) > 1 else "docs")
    schemas = [path for domain in discover_domains() for path in write_schemas(domain, docs.parent / "schemas")]
    schemas += write_feedback_schemas(docs.parent / "schemas" / "feedback")
    for written in [*write_manual(docs), *schemas]:
        sys.stdout.write(f"{written}\n")
