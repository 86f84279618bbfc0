"""Figures of a plan, declared: each has its formula, and reads parameters that exist."""

import pytest

from bocage.decide.answer.figures import figures
from bocage.parameters.reader import CORE_FOLDER, load
from bocage.vocabulary.units import units


@pytest.mark.parametrize("name", sorted(figures()))
def test_a_figure_is_whole_in_both_languages(name: str) -> None:
    figure = figures()[name]
    for words in (figure.label, figure.formula, figure.inputs, figure.source):
        assert words["fr"]
        assert words["en"]
    assert figure.formula["fr"] != figure.formula["en"]
    assert figure.unit in units()
    assert set(figure.parameters) <= set(load(CORE_FOLDER))
    assert set(figure.roles) <= {"cash", "carbon", "energy", "investment"}
