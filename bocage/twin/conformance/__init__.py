"""The suite that every domain passes: what it declares, what its verbs answer, the laws that their answers obey.

It is run on every domain that is discovered, by the tests, and by the own test of a new domain.
"""

import datetime as dt
from collections.abc import Iterator

from bocage.twin.conformance.declarations import declaration_faults
from bocage.twin.conformance.fault import Fault
from bocage.twin.conformance.laws import law_faults
from bocage.twin.conformance.layouts import layout_faults
from bocage.twin.conformance.sample import package_of, sample_assets
from bocage.twin.conformance.trial import Trial
from bocage.twin.conformance.verbs import verb_faults
from bocage.twin.conformance.wording import wording_faults
from bocage.vocabulary.domain import Assets, Domain, Site

__all__ = ["Fault", "check_domain", "package_of", "sample_assets", "trial_site"]


def check_domain(domain: Domain, assets: Assets | None = None) -> list[Fault]:
    """Everything in which a domain departs from the protocol; empty for a domain that conforms.

    Args:
        domain: the domain.
        assets: small sample of raw assets by type; those of its `example.sample` where None.
    """
    faults = [*_guarded("declarations", declaration_faults(domain))]
    if faults:
        return faults  # verbs read the declarations: what follows would only echo the same faults
    faults += _guarded("wording", wording_faults(domain.folder))
    faults += _guarded("layouts", layout_faults(domain))
    try:
        trial = Trial.of(domain, sample_assets(domain) if assets is None else assets, trial_site(domain))
    except Exception as fault:  # noqa: BLE001 - any exception of somebody else's code is a fault of the domain
        return [*faults, Fault(rule="complete", what=f"{type(fault).__name__}: {fault}")]
    for rule, found in (("verbs", verb_faults(trial)), ("laws", law_faults(trial))):
        faults += _guarded(rule, found)
    return faults


def trial_site(domain: Domain, *, seed: int = 1, draws: int = 32) -> Site:
    """The conditions under which a domain is tried: mid-France, a fixed day, its default settings."""
    return Site(
        territory_id="00000",
        siren="",
        longitude_deg=2.0,
        latitude_deg=47.0,
        date=dt.date(2026, 1, 1),
        seed=seed,
        draws=draws,
        settings={setting.name: setting.default_value() for setting in domain.settings},
    )


def _guarded(rule: str, faults: Iterator[Fault]) -> Iterator[Fault]:
    try:
        yield from faults
    except Exception as fault:  # noqa: BLE001 - any exception of somebody else's code is a fault of the domain
        yield Fault(rule=rule, what=f"{type(fault).__name__}: {fault}")
