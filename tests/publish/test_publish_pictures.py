"""Maps and charts: well-formed SVG, true to scale, legible without colour."""

import re
from dataclasses import replace
from itertools import combinations
from typing import get_args
from xml.etree import ElementTree as ET

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from publish_samples import made_up_content, made_up_map

from bocage.publish import tokens
from bocage.publish.chart import draw_bars, draw_cash
from bocage.publish.map import draw_map
from bocage.publish.report.content import Figure, MapClass, MapData
from bocage.publish.svg import marks as svg_marks

SVG = "{http://www.w3.org/2000/svg}"


def dots(svg: str, colour: str) -> np.ndarray:
    """Positions of the marks of a colour in the frame of the map [pt]."""
    path = next(
        one
        for one in ET.fromstring(svg).iter(f"{SVG}path")
        if one.get("stroke") == colour and "h.01" in one.get("d", "")
    )
    return np.array(re.findall(r"M(-?[\d.]+) (-?[\d.]+)h", path.get("d", "")), dtype=float)


def one_class(points: np.ndarray) -> MapData:
    return MapData(
        title="essai",
        points=points,
        classes=np.zeros(len(points), dtype=np.int64),
        legend=[MapClass(label="point", mark=tokens.Mark(tokens.CATEGORICAL[0], "circle"))],
    )


def test_the_scale_bar_measures_the_ground() -> None:
    points = np.array([[0.0, 0.0], [1000.0, 0.0]])
    svg = draw_map(one_class(points), "en", width=400, height=300)
    placed = dots(svg, tokens.CATEGORICAL[0])
    paper_per_metre = (placed[1, 0] - placed[0, 0]) / 1000
    bar = re.search(r"v4h([\d.]+)v-4", svg)
    assert bar is not None
    label = re.search(r">(\d+)\u202fm<", svg)
    assert label is not None
    assert float(bar[1]) / float(label[1]) == pytest.approx(paper_per_metre, rel=0.01)


def test_north_is_up_and_both_axes_have_the_same_scale() -> None:
    points = np.array([[0.0, 0.0], [300.0, 0.0], [0.0, 300.0]])
    placed = dots(draw_map(one_class(points), "fr"), tokens.CATEGORICAL[0])
    assert placed[1, 0] > placed[0, 0]
    assert placed[2, 1] < placed[0, 1]
    assert placed[1, 0] - placed[0, 0] == pytest.approx(placed[0, 1] - placed[2, 1], abs=0.2)


@settings(max_examples=25, deadline=None)
@given(
    st.lists(
        st.tuples(st.floats(-1e7, 1e7), st.floats(-1e7, 1e7)) | st.just((float("nan"), float("inf"))),
        min_size=0,
        max_size=12,
    )
)
def test_any_points_give_a_sound_picture_inside_its_frame(points: list[tuple[float, float]]) -> None:
    array = np.array(points, dtype=float).reshape(-1, 2)
    svg = draw_map(one_class(array), "fr", width=400, height=300)
    ET.fromstring(svg)
    finite = int(np.isfinite(array).all(axis=1).sum())
    if finite:
        placed = dots(svg, tokens.CATEGORICAL[0])
        inside = (placed >= 0) & (placed <= [400, 300])
        assert inside.all()
        assert svg.count("h.01") == finite + 1  # and the mark of the legend


def test_every_point_is_drawn_once_and_counted_in_the_legend() -> None:
    data = made_up_map(5_000, streets=251)
    svg = draw_map(data, "fr")
    counts = np.bincount(data.classes, minlength=5)
    titles = ET.fromstring(svg).find(f"{SVG}title")
    assert titles is not None
    for count in counts:
        assert f"{count:,}".replace(",", "\u202f") in (titles.text or "")
    assert len(dots(svg, tokens.CATEGORICAL[0])) == counts[1]


def test_the_entries_of_the_legend_stand_in_columns() -> None:
    mark = tokens.Mark(tokens.GREY, "circle")
    labels = [
        "short",
        "a rather longer label of works than the others",
        "mid-sized label",
        "works asked of another body",
    ]
    data = replace(one_class(np.zeros((1, 2))), legend=[MapClass(label=label, mark=mark) for label in labels])
    svg = draw_map(data, "en", width=400)
    found = re.findall(r'<text x="([0-9.]+)"[^>]*>[^<]+ \([01]\)</text>', svg)
    assert len(found) == 4
    assert found[0] == found[2] != found[1] == found[3]


def test_the_legend_joins_a_shape_to_each_colour() -> None:
    marks = [one.mark for one in made_up_map().legend]
    assert len({mark.shape for mark in marks}) >= 4


@pytest.mark.parametrize("shape", get_args(tokens.Shape))
def test_every_shape_is_drawn_where_its_point_is(shape: tokens.Shape) -> None:
    path = ET.fromstring(svg_marks([(10.0, 20.0)], tokens.Mark(tokens.HEDGE, shape), 3.0))
    x, y = (float(number) for number in re.findall(r"M(-?[\d.]+) (-?[\d.]+)", path.get("d", ""))[0])
    assert abs(x - 10) <= 4
    assert abs(y - 20) <= 4


def test_names_do_not_cover_each_other() -> None:
    data = replace(made_up_map(), names=[(f"rue {i}", 352_000.0 + 40 * i, 6_789_000.0) for i in range(60)])
    svg = draw_map(data, "fr")
    boxes = [
        (float(t.get("x", 0)), float(t.get("y", 0)))
        for t in ET.fromstring(svg).iter(f"{SVG}text")
        if (t.text or "").startswith("rue ")
    ]
    assert 2 <= len(boxes) <= 14
    assert all(abs(a[0] - b[0]) > 15 or abs(a[1] - b[1]) > 8 for a, b in combinations(boxes, 2))


def test_bars_start_at_zero_and_lengths_are_in_proportion() -> None:
    bars = [
        Figure(label="a", value=100.0, unit="kWh/year", low=90, high=120),
        Figure(label="b", value=50.0, unit="kWh/year"),
    ]
    svg = draw_bars(bars, "fr")
    rects = [(float(r.get("x", 0)), float(r.get("width", 0))) for r in ET.fromstring(svg).iter(f"{SVG}rect")]
    assert rects[0][0] == rects[1][0]
    assert rects[0][1] == pytest.approx(2 * rects[1][1], abs=0.02)


def test_bars_below_zero_go_left_of_the_axis_and_the_others_right() -> None:
    bars = [Figure(label="a", value=-100.0, unit="EUR", low=-150, high=-50), Figure(label="b", value=40.0, unit="EUR")]
    root = ET.fromstring(draw_bars(bars, "en"))
    below, above = [(float(one.get("x", 0)), float(one.get("width", 0))) for one in root.iter(f"{SVG}rect")]
    axis = zero_axis(root)
    assert below[0] + below[1] == pytest.approx(axis, abs=0.02)
    assert above[0] == pytest.approx(axis, abs=0.02)
    assert below[1] == pytest.approx(2.5 * above[1], abs=0.05)
    low, high = next(
        (float(found[1]), float(found[2]))
        for path in root.iter(f"{SVG}path")
        if (found := re.match(r"M(-?[\d.]+) -?[\d.]+H(-?[\d.]+)", path.get("d", "")))
    )
    assert axis - low == pytest.approx(1.5 * below[1], abs=0.05)
    assert axis - high == pytest.approx(0.5 * below[1], abs=0.05)


def test_a_bar_of_zero_has_no_length_and_no_bar_leaves_the_axis_alone() -> None:
    root = ET.fromstring(draw_bars([Figure(label="a", value=0.0, unit="EUR")], "en"))
    (bar,) = root.iter(f"{SVG}rect")
    assert float(bar.get("width", 1)) == 0
    assert float(bar.get("x", 0)) == pytest.approx(zero_axis(root), abs=0.02)
    alone = ET.fromstring(draw_bars([], "en"))
    assert [one.tag for one in alone] == [f"{SVG}title", f"{SVG}path"]


def zero_axis(root: ET.Element) -> float:
    """Where the only upright line over the whole height of a chart of bars stands [pt]."""
    height = float(root.get("height", 0))
    found = [
        (float(x1), float(x2))
        for path in root.iter(f"{SVG}path")
        for x1, y1, x2, y2 in re.findall(r"^M([\d.]+) ([\d.]+)L([\d.]+) ([\d.]+)$", path.get("d", ""))
        if float(y1) == 0 and float(y2) == height
    ]
    ((first, last),) = found
    assert first == last
    return first


def test_cash_bars_balance() -> None:
    ledger = made_up_content().ledgers[0]
    root = ET.fromstring(draw_cash(ledger, "fr"))
    assert len(list(root.iter(f"{SVG}circle"))) == len(ledger.years) + 1
    balance = sum(line.amounts_eur[0] for line in ledger.lines)
    assert f"2027 {balance:,.0f}".replace(",", "\u202f").replace("-", "−") in (root.findtext(f"{SVG}title") or "")


def test_the_dots_of_the_cash_chart_are_the_carried_balance_where_there_is_one() -> None:
    ledger = made_up_content().ledgers[0]
    carried = replace(ledger, carried_eur=[1_000.0] * len(ledger.years))
    root = ET.fromstring(draw_cash(carried, "en"))
    heights = {circle.get("cy") for circle in root.iter(f"{SVG}circle")}
    assert len(heights) == 2  # one level for the dots, one for the legend
    assert "Carried balance" in (root.findtext(f"{SVG}title") or "")


@pytest.mark.parametrize("ground", [tokens.PAPER, tokens.TINT, tokens.LAND])
def test_words_stand_out_from_their_ground(ground: str) -> None:
    for colour in (tokens.INK, tokens.GREY, tokens.HEDGE, tokens.WATER, tokens.OCHRE, tokens.RED):
        assert contrast(colour, ground) >= 4.5


def contrast(first: str, second: str) -> float:
    """Contrast ratio of two colours (WCAG 2.1, 1.4.3), from 1 to 21."""
    weights = np.array([0.2126, 0.7152, 0.0722])
    brighter, darker = sorted((float(weights @ linear_rgb(first)), float(weights @ linear_rgb(second))), reverse=True)
    return (brighter + 0.05) / (darker + 0.05)


def linear_rgb(colour: str) -> np.ndarray:
    """Linear-light components of an sRGB colour, from 0 to 1 (IEC 61966-2-1)."""
    channels = np.array([int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)])
    return np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)


def test_black_on_white_has_the_greatest_contrast() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)


# Machado, Oliveira & Fernandes 2009, severity 1.0, linear RGB
BLINDNESS = {
    "protanopia": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "deuteranopia": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]],
    "full sight": np.eye(3),
}


@pytest.mark.parametrize("kind", list(BLINDNESS))
def test_categories_stay_apart_for_colour_blind_readers(kind: str) -> None:
    for first, second in combinations(tokens.CATEGORICAL, 2):
        apart = np.linalg.norm(lab(first, BLINDNESS[kind]) - lab(second, BLINDNESS[kind]))
        assert apart > 12, (first, second, apart)


def lab(colour: str, matrix: object) -> np.ndarray:
    """CIE L*a*b* (D65) of a colour as it is seen."""
    seen = np.clip(np.array(matrix) @ linear_rgb(colour), 0, 1)
    to_xyz = [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041]]
    ratio = np.array(to_xyz) @ seen / [0.95047, 1.0, 1.08883]
    f = np.where(ratio > 0.008856, np.cbrt(ratio), 7.787 * ratio + 16 / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])
