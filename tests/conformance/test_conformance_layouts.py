"""A layout or a schema that names what its domain does not declare is caught."""

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from bocage.twin.conformance.layouts import layout_faults
from bocage.twin.domains import discover_domains
from bocage.vocabulary.domain import Domain

Edit = Callable[[Path], None]


def changed(file: str, before: str, after: str) -> Edit:
    def edit(folder: Path) -> None:
        path = folder / file
        text = path.read_text(encoding="utf-8")
        assert before in text
        path.write_text(text.replace(before, after, 1), encoding="utf-8")

    return edit


@pytest.fixture
def copied(tmp_path: Path) -> Domain:
    domain = next(found for found in discover_domains() if (found.folder / "layouts").is_dir())
    shutil.copytree(domain.folder, tmp_path / domain.name, ignore=shutil.ignore_patterns("*.py", "__pycache__"))
    return replace(domain, folder=tmp_path / domain.name)


@pytest.mark.parametrize("domain", discover_domains(), ids=lambda domain: domain.name)
def test_the_layouts_of_every_domain_name_what_it_declares(domain: Domain) -> None:
    assert [str(fault) for fault in layout_faults(domain)] == []


@pytest.mark.parametrize(
    ("edit", "said"),
    [
        (changed("layouts/paris.toml", "ulor_percent = ", "upward = "), "no column is called upward"),
        (changed("layouts/paris.toml", '"bollard"', '"stump"'), "kind has no code stump"),
        (changed("layouts/paris.toml", "sure = 0.85", "sure = 8.5"), "is sure at 8.5"),
        (
            changed("layouts/paris.toml", 'asset_type = "support"', 'asset_type = "post"'),
            "no asset type is called post",
        ),
        (changed("layouts/paris.toml", 'name = "paris"', 'name = "article5"'), "article5 is declared twice"),
        (changed("open_data/fields.csv", "cabinet,name,", "cabinet,prm,"), "prm is no public column"),
        (changed("open_data/fields.csv", "luminaire,model,modele,Routière 4\n", ""), "the public column model"),
        (changed("open_data/schema.toml", "[schemas.circuit]", "[schemas.wire]"), "wire"),
    ],
)
def test_what_a_layout_names_wrongly_is_said(copied: Domain, edit: Edit, said: str) -> None:
    edit(copied.folder)
    if said == "wire":
        with pytest.raises(ValueError, match="wire has no field"):
            list(layout_faults(copied))
        return
    assert any(said in str(fault) for fault in layout_faults(copied))
