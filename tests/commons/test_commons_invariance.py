"""What must not matter: order, copies, case and accents; and whatever a file holds, it is judged, never a crash."""

import datetime as dt
import math
from typing import Any

import numpy as np
import pytest
from commons_samples import sound
from hypothesis import given, reject, settings
from hypothesis import strategies as st

from bocage.commons.costs import learn_costs
from bocage.commons.flat import flatten
from bocage.commons.reading import as_text
from bocage.commons.realisation import learn_realisation, realised_over_predicted
from bocage.commons.schema import ROOT, parts
from bocage.commons.shelf import shipped_records
from bocage.commons.title_counts import NUMBERS
from bocage.commons.titles_reader import fold, read_title
from bocage.commons.validate import judge
from bocage.parameters.reader import CORE_FOLDER, Parameters
from bocage.vocabulary.text import LANGUAGES

DAY = dt.date(2026, 1, 1)
NAMES = sorted({field.name for part in parts().values() for field in part.fields} | set(parts()))
LEAVES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**12), 10**12),
    st.floats(allow_nan=True, allow_infinity=True),
    st.text(max_size=12),
    st.sampled_from(["done", "2024-01-01", "0", "1e400", "-0", "led", "lighting", "own", "none_observed", "01004"]),
)
TREES = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.sampled_from(NAMES) | st.text(max_size=4), inner, max_size=5)
    ),
    max_leaves=14,
)


def as_read(content: dict[str, Any]) -> Any:
    """The content as a file would give it; what is nested too deep is refused before it is judged."""
    try:
        return as_text(content)
    except ValueError:
        return reject()


@settings(max_examples=300, deadline=None)
@given(st.dictionaries(st.sampled_from(NAMES), TREES, max_size=8))
def test_whatever_a_file_holds_is_judged(content: dict[str, Any]) -> None:
    judged = judge(as_read(content))
    for verdict in judged.verdicts:
        for language in LANGUAGES:
            assert verdict.say("what", language)
            assert verdict.say("fix", language)
    flatten(judged.record)


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_a_sound_record_with_one_odd_value_is_judged(data: st.DataObject) -> None:
    record = sound()
    section = data.draw(st.sampled_from([name for name in parts() if name in record or name == ROOT]))
    part = parts()[section]
    field = data.draw(st.sampled_from([one.name for one in part.fields]))
    value = data.draw(TREES)
    holder = record if section == ROOT else record[section][0] if part.many else record[section]
    holder[field] = value
    judge(as_read(record))


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=60), st.text(max_size=20))
def test_any_title_is_read(title: str, form: str) -> None:
    read = read_title(title, form)
    assert read.kind
    assert read.count is None or read.count >= 0


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 99_999), st.sampled_from(["points lumineux", "lanternes", "luminaires", "lampadaires"]))
def test_a_count_is_read_whatever_its_writing(count: int, thing: str) -> None:
    written = f"{count:,}".replace(",", "\u202f") if count >= 1000 else str(count)
    for title in (f"Remplacement de {written} {thing}", f"Éclairage public - {count} {thing}"):
        assert (read_title(title).count, read_title(title).unit) == (count, "points")


def test_numbers_in_words_are_read_like_figures() -> None:
    for word, count in NUMBERS.items():
        assert read_title(f"Rénovation de {word} écoles").count == count
        assert read_title(f"Rénovation de {count} écoles").count == count


@pytest.mark.parametrize(
    "title", ["Rénovation énergétique de l’école", "Éclairage public : 12 lanternes", "Étude de faisabilité"]
)
def test_case_accents_and_spaces_do_not_matter(title: str) -> None:
    plain = read_title(title)
    for other in (title.upper(), fold(title), f"  {title.replace(' ', '  ')} ", title.replace("’", "'")):
        assert read_title(other) == plain


def test_the_order_of_records_does_not_matter() -> None:
    parameters = Parameters(CORE_FOLDER, DAY)
    records = list(shipped_records())
    ahead, behind = (learn_costs(one, parameters, seed=1) for one in (records, records[::-1]))
    assert {row["record_id"] for row in ahead.told} == {row["record_id"] for row in behind.told}
    medians = [math.log(one.estimate("cost:lighting.led").median) for one in (ahead, behind)]
    assert abs(medians[0] - medians[1]) < 0.1  # the chains start elsewhere, the law is the same


def test_money_scales_with_its_unit() -> None:
    """Ten times every cost is ten times the estimate, as far as the prior lets it: a record alone tells its value."""
    parameters = Parameters(CORE_FOLDER, DAY)
    record = judge(sound()).record
    cost = record.cost()
    assert cost is not None
    for line in record.values["costs"]:
        line["amount_eur"] *= 10
    assert record.cost() == (pytest.approx(10 * cost[0]), *cost[1:])
    fit = learn_costs([record], parameters, seed=1).fit
    assert fit.records.value[0] == pytest.approx(10 * cost[0])


def test_a_ratio_has_no_unit() -> None:
    one, other = judge(sound()).record, judge(sound()).record
    for section in ("predicted_effects", "measured_effects"):
        for row in other.values[section]:
            row.update({key: 1000 * row[key] for key in ("value", "low", "high") if key in row})
    assert (realised_over_predicted(one) or (0,))[0] == pytest.approx((realised_over_predicted(other) or (1,))[0])
    parameters = Parameters(CORE_FOLDER, DAY)
    figures = [learn_realisation("lighting", parameters, [record], seed=1).figures() for record in (one, other)]
    assert np.allclose(figures[0], figures[1])
