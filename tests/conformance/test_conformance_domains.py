"""Every domain that is discovered passes the suite; a new folder is tested without an edit here."""

import pytest

from bocage.twin.conformance import check_domain
from bocage.twin.domains import broken_domains, discover_domains
from bocage.vocabulary.domain import Domain


def test_no_domain_is_broken() -> None:
    assert list(broken_domains()) == []


@pytest.mark.parametrize("domain", discover_domains(), ids=lambda domain: domain.name)
def test_domain_conforms(domain: Domain) -> None:
    assert [str(fault) for fault in check_domain(domain)] == []


def test_codes_of_domains_do_not_clash() -> None:
    owners: dict[str, str] = {}
    for domain in discover_domains():
        for code in domain.codes:
            assert owners.setdefault(code.split("-")[1], domain.name) == domain.name
