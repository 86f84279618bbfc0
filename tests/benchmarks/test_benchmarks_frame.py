"""The frame of the benchmarks, run dry: with a benchmark made for the occasion, none is timed here."""

import json
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from benchmarks import __main__ as command
from benchmarks import frame, portfolio
from benchmarks.portfolio_columns import asked_of, portfolio_of, risk_of
from benchmarks.portfolio_instances import draw_instance

FIGURE = {"what": "rows", "value": 12.5, "unit": "rows/s", "goal": 10, "peer": None, "ratio": 1.25, "holds": True}


@pytest.fixture
def own_benchmark(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A package with one benchmark, `made-up`, and a module that is none."""
    folder = tmp_path / "own_benchmarks"
    folder.mkdir()
    (folder / "__init__.py").write_text("")
    (folder / "instances.py").write_text('"""No benchmark."""\ndef draw(): ...\n')
    (folder / "made_up.py").write_text(
        f'"""Measure nothing."""\ndef run(*, seed):\n    figure = {FIGURE!r} | {{"value": seed, "holds": seed < 5}}\n'
        '    return {"name": "made-up", "figures": [figure]}\n'
    )
    monkeypatch.syspath_prepend(tmp_path)
    benchmarks = frame.listed(folder, "own_benchmarks")
    monkeypatch.setattr(command, "listed", lambda: benchmarks)
    yield folder
    for name in [name for name in sys.modules if name.startswith("own_benchmarks")]:
        del sys.modules[name]


def test_benchmarks_are_listed(own_benchmark: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert command.main([]) == 0
    assert capsys.readouterr().out.split() == ["made-up", "Measure", "nothing."]
    assert command.main(["--json"]) == 0
    assert json.loads(capsys.readouterr().out) == [{"name": "made-up", "about": "Measure nothing."}]


def test_one_runs_with_its_seed(own_benchmark: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert command.main(["made-up", "--json", "--seed", "3"]) == 0
    result = json.loads(capsys.readouterr().out)
    assert result["figures"][0]["value"] == 3
    assert command.main(["made-up", "--seed", "7"]) == 1
    assert "NO" in capsys.readouterr().out


def test_an_unknown_name_is_refused(own_benchmark: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert command.main(["made-down"]) == 2
    assert "made-up" in capsys.readouterr().err


@pytest.mark.parametrize(
    "result",
    [
        {"name": "other", "figures": [FIGURE]},
        {"name": "x", "figures": []},
        {"name": "x", "figures": [FIGURE], "more": 1},
        {"name": "x"},
        {"name": "x", "figures": [{key: value for key, value in FIGURE.items() if key != "holds"}]},
        {"name": "x", "figures": [FIGURE | {"holds": "yes"}]},
        {"name": "x", "figures": [FIGURE | {"value": float("nan")}]},
        {"name": "x", "figures": [FIGURE | {"unit": None}]},
    ],
)
def test_another_shape_is_refused(result: dict[str, object]) -> None:
    with pytest.raises(frame.ShapeError):
        frame.check_shape(result, "x")


@pytest.mark.parametrize(
    ("options", "ratio", "holds"),
    [
        ({}, None, None),
        ({"goal": 5.0, "holds": False}, 2.0, False),
        ({"goal": 5.0, "peer": 40.0}, 0.25, None),
        ({"goal": 0.0}, None, None),
        ({"peer": "pandas: 40 rows/s", "goal": 5.0}, None, None),
        ({"peer": "pandas: 40 rows/s", "ratio": 0.25}, 0.25, None),
    ],
)
def test_a_figure_has_the_shape_and_its_ratio(options: dict[str, Any], ratio: float | None, holds: bool | None) -> None:
    figure = frame.figure("rows", 10.0, "rows/s", **options)
    frame.check_shape({"name": "x", "figures": [figure]}, "x")
    assert (figure["ratio"], figure["holds"]) == (ratio, holds)


def test_what_was_not_measured_is_not_judged() -> None:
    figure = frame.at_most("time", None, "s", 60.0)
    frame.check_shape({"name": "x", "figures": [figure]}, "x")
    assert (figure["ratio"], figure["holds"]) == (None, None)
    assert frame.at_most("time", 60.0, "s", 60.0)["holds"]
    assert not frame.at_most("time", 60.1, "s", 60.0)["holds"]


def test_figures_are_made_in_one_place() -> None:
    """A dictionary written by hand would escape the shape until its benchmark is run."""
    makers = [path.name for path in frame.FOLDER.glob("*.py") if '"holds":' in path.read_text(encoding="utf-8")]
    assert makers == ["frame.py"]


def test_the_real_ones_say_what_they_measure() -> None:
    found = frame.listed()
    assert all(one.about for one in found)
    assert len({one.name for one in found}) == len(found)


def test_the_peer_of_the_solver_solves_a_small_program() -> None:
    gap, _ = portfolio.highs_whole(portfolio_of(draw_instance(20, seed=1)), gap=0.01)
    assert 0 <= gap <= 0.01


def test_what_real_plans_ask_besides_is_drawn_alike_and_can_be_held() -> None:
    instance = draw_instance(60, seed=1)
    asked, again = asked_of(instance, 7), asked_of(instance, 7)
    assert asked.musts
    assert asked.pairs
    assert [pair.worth.tolist() for pair in asked.pairs] == [pair.worth.tolist() for pair in again.pairs]
    risky = replace(asked, risk=risk_of(asked, instance, 7))
    assert risky.risk is not None
    # Futures move what works bring around their mean: value in mean is the value.
    assert risky.risk.value.mean(axis=1) == pytest.approx(asked.value)
    done = portfolio.timed(asked, gap=0.05, limit_s=30.0)
    assert done.solved.gap <= 0.05
