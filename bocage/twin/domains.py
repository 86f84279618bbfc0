"""Domains are discovered, never listed: the folders of `bocage.domains` and the entry points of other packages."""

import importlib
import importlib.metadata
import pkgutil
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import bocage.domains
from bocage.vocabulary.codes import BocageError
from bocage.vocabulary.domain import Domain

ENTRY_POINT_GROUP = "bocage.domains"
ATTRIBUTE = "DOMAIN"


@dataclass(frozen=True, kw_only=True)
class BrokenDomain:
    """A domain that could not be loaded; the others work without it.

    Attributes:
        name: name of the folder or of the entry point.
        package: what must be mended or upgraded.
        reason: what its loading raised.
    """

    name: str
    package: str
    reason: str


def discover_domains() -> Sequence[Domain]:
    """The domains that could be loaded, by name; those of this package first.

    >>> names = [domain.name for domain in discover_domains()]
    >>> len(names) == len(set(names))
    True
    """
    return _discovered()[0]


def broken_domains() -> Sequence[BrokenDomain]:
    """The domains that could not be loaded, with the reason."""
    return _discovered()[1]


def verdict_on(broken: BrokenDomain) -> BocageError:
    """The verdict on a broken domain, as a sentence with what to do next (it is not raised: the others work)."""
    return BocageError("BOC-CLI-017", name=broken.name, package=broken.package, reason=broken.reason)


def forget_domains() -> None:
    """Discover again at the next call: a domain was just installed."""
    _discovered.cache_clear()


@cache
def _discovered() -> tuple[tuple[Domain, ...], tuple[BrokenDomain, ...]]:
    found: dict[str, Domain] = {}
    broken: list[BrokenDomain] = []
    for name, module, package in _candidates():
        verdict = _load(name, module, package, found)
        if isinstance(verdict, BrokenDomain):
            broken.append(verdict)
        else:
            found[verdict.name] = verdict
    return tuple(found.values()), tuple(broken)


def _candidates() -> list[tuple[str, str, str]]:
    """(name, `module:attribute`, package) of every domain in sight."""
    own = [
        (module.name, f"bocage.domains.{module.name}:{ATTRIBUTE}", "bocage")
        for module in sorted(pkgutil.iter_modules(bocage.domains.__path__), key=lambda module: module.name)
        if module.ispkg
    ]
    outside = [
        (point.name, point.value, point.dist.name if point.dist else point.module)
        for point in sorted(importlib.metadata.entry_points(group=ENTRY_POINT_GROUP), key=lambda point: point.name)
    ]
    return own + outside


def _load(name: str, target: str, package: str, found: dict[str, Domain]) -> Domain | BrokenDomain:
    module, _, attribute = target.partition(":")
    try:
        domain = getattr(importlib.import_module(module), attribute or ATTRIBUTE)
    except Exception as fault:  # noqa: BLE001 - a package of somebody else may raise anything; the rest must work
        return BrokenDomain(name=name, package=package, reason=f"{type(fault).__name__}: {fault}")
    if not isinstance(domain, Domain):
        return BrokenDomain(name=name, package=package, reason=f"{target} is not a Domain")
    if domain.name != name:
        return BrokenDomain(name=name, package=package, reason=f"it calls itself {domain.name}")
    if domain.name in found:
        return BrokenDomain(name=name, package=package, reason="another package already provides this domain")
    return domain
