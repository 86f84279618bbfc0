"""Doctor: is this machine able to run Bocage, and is this twin sound?"""

import importlib.metadata
import shutil
import sqlite3
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from bocage.twin.answer import Answer, Section
from bocage.twin.configuration import MOST_KEYS, declared_settings
from bocage.twin.conformance import check_domain, package_of
from bocage.twin.domains import broken_domains, discover_domains, verdict_on
from bocage.twin.territory import Territory
from bocage.twin.wording import _, both
from bocage.vocabulary.codes import BocageError
from bocage.vocabulary.domain import Domain
from bocage.vocabulary.text import LANGUAGES, Message

_NAMES = {
    "disk": {"fr": "disque", "en": "disk"},
    "temporary-folder": {"fr": "dossier temporaire", "en": "temporary folder"},
    "domains": {"fr": "domaines", "en": "domains"},
    "settings": {"fr": "réglages", "en": "settings"},
    "twin": {"fr": "jumeau", "en": "twin"},
    "place": {"fr": "lieu", "en": "place"},
    "folder": {"fr": "dossier", "en": "folder"},
}
OLDEST_PYTHON = (3, 11)
OLDEST_SQLITE = (3, 35, 0)
LEAST_FREE_BYTES = 500_000_000


@dataclass(frozen=True)
class Check:
    """One thing that was looked at: what, whether it is sound, and what was seen."""

    name: str
    sound: bool
    sentence: Message


def doctor(territory: Territory | None = None) -> Answer:
    """Examine the machine and, where one is given, the territory; exit status 1 where something is wrong."""
    checks = [*_machine_checks(territory.folder if territory else Path.cwd())]
    if territory is not None:
        checks += _territory_checks(territory)
    faults = [check for check in checks if not check.sound]
    return Answer(
        title=_("Everything is sound") if not faults else _("{count} things to mend", count=len(faults)),
        sections=[
            Section(
                title=_("Checks"),
                lines=[
                    _(
                        "{mark} {name}: {seen}",
                        mark=_mark(check),
                        name=_NAMES.get(check.name, check.name),
                        seen=both(check.sentence),
                    )
                    for check in checks
                ],
            )
        ],
        data={
            "sound": not faults,
            "checks": [{"name": check.name, "sound": check.sound, "seen": check.sentence.say()} for check in checks],
        },
        next_step=None if faults else _("bocage status"),
        exit=1 if faults else 0,
    )


def _mark(check: Check) -> dict[str, str]:
    return {"fr": "[ok]", "en": "[ok]"} if check.sound else {"fr": "[à corriger]", "en": "[to mend]"}


def _machine_checks(folder: Path) -> Iterator[Check]:
    version = ".".join(map(str, sys.version_info[:3]))
    yield Check("python", sys.version_info >= OLDEST_PYTHON, _("version {version}", version=version))
    yield Check(
        "sqlite",
        sqlite3.sqlite_version_info >= OLDEST_SQLITE and _has_rtree(),
        _("version {version}, r-tree {rtree}", version=sqlite3.sqlite_version, rtree=_yes_no(_has_rtree())),
    )
    for package in ("polars", "numpy", "shapely", "pyproj", "pyogrio", "highspy", "typst"):
        yield _package_check(package)
    free = shutil.disk_usage(folder).free
    yield Check("disk", free > LEAST_FREE_BYTES, _("{free:1} GB free", free=free / 1e9))
    yield Check("temporary-folder", _writable(Path(tempfile.gettempdir())), _("{path}", path=tempfile.gettempdir()))
    domains = discover_domains()
    keys = sum(len(settings) for settings in declared_settings(domains).values())
    yield Check("domains", bool(domains), _("{names}", names=", ".join(domain.name for domain in domains)))
    yield from _domain_checks(domains)
    yield Check("settings", keys <= MOST_KEYS, _("{count} declared keys", count=keys))


def _domain_checks(domains: Sequence[Domain]) -> Iterator[Check]:
    """Domains of other packages: those that cannot be loaded, and the others through the conformance suite."""
    for broken in broken_domains():
        verdict = verdict_on(broken)
        said = {language: f"{verdict.say('what', language)} ({verdict.say('fix', language)})" for language in LANGUAGES}
        yield Check(f"domain-{broken.name}", False, _("{verdict}", verdict=said))
    for domain in domains:
        if package_of(domain).startswith("bocage.domains."):
            continue  # those of this package are tried by its own tests
        faults = check_domain(domain)
        seen = _("{count} faults; the first: {fault}", count=len(faults), fault=faults[0]) if faults else _("conforms")
        yield Check(f"domain-{domain.name}", not faults, seen)


def _package_check(package: str) -> Check:
    try:
        return Check(package, True, _("version {version}", version=importlib.metadata.version(package)))
    except importlib.metadata.PackageNotFoundError:
        return Check(package, False, _("not installed: pip install bocage"))


def _territory_checks(territory: Territory) -> list[Check]:
    faults = territory.store.check()
    checks = [
        Check("twin", not faults, _("{seen}", seen="; ".join(faults)) if faults else _("integrity and r-trees sound"))
    ]
    checks.append(_place_check(territory))
    checks.append(Check("folder", _writable(territory.folder), _("{path}", path=territory.folder)))
    return checks


def _place_check(territory: Territory) -> Check:
    try:
        longitude, latitude = territory.centre
    except BocageError as fault:
        return Check(
            "place", False, _("{seen}", seen={language: fault.say("what", language) for language in LANGUAGES})
        )
    return Check("place", True, _("{longitude:4}° E, {latitude:4}° N", longitude=longitude, latitude=latitude))


def _has_rtree() -> bool:
    connection = sqlite3.connect(":memory:")
    try:
        connection.execute("CREATE VIRTUAL TABLE r USING rtree(id, a, b)")
    except sqlite3.OperationalError:
        return False
    finally:
        connection.close()
    return True


def _writable(folder: Path) -> bool:
    try:
        with tempfile.TemporaryFile(dir=folder):
            return True
    except OSError:
        return False


def _yes_no(value: bool) -> dict[str, str]:
    return {"fr": "oui", "en": "yes"} if value else {"fr": "non", "en": "no"}
