"""What the report says of a real plan: money that adds up, one figure for one quantity, nothing hidden."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import accumulate
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from bocage.publish.chart import balances
from bocage.publish.report.content import ReportContent
from bocage.publish.report.table import Room
from bocage.publish.report.typeset import report_model
from bocage.twin.assumptions import all_assumptions, decisive_names
from bocage.twin.demo import run_demo
from bocage.twin.diagnose import examine
from bocage.twin.expert_annex import expert_annex
from bocage.twin.finance_annex import finance_annex
from bocage.twin.plan import plan
from bocage.twin.plan_record import PlanRecord, load_plan
from bocage.twin.propose import Proposal, consider
from bocage.twin.report import report_content, write_reports
from bocage.twin.report_plan import CHARTED
from bocage.twin.territory import Territory, open_territory
from bocage.vocabulary.codes import BocageError
from bocage.vocabulary.text import LANGUAGES, Language, Message


@dataclass(frozen=True)
class Reported:
    """A plan, what it was made from, and what the report says of it."""

    territory: Territory
    record: PlanRecord
    proposals: list[Proposal]
    content: ReportContent


def reported(territory: Territory) -> Reported:
    record = load_plan(territory.folder / "results")
    states = [examine(territory, domain) for domain in territory.chosen_domains(None)]
    proposals = [consider(territory, state, first_year=record.first_year) for state in states]
    return Reported(territory, record, proposals, report_content(territory, record, proposals))


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Reported]:
    folder = tmp_path_factory.mktemp("report") / "demo"
    run_demo(into=folder, language="fr", serve=False)
    with open_territory(folder / "territory") as territory:
        yield reported(territory)


def said(text: object, language: str = "fr") -> str:
    if isinstance(text, Message):
        return text.say(language)  # type: ignore[arg-type]
    return text if isinstance(text, str) else text[language]  # type: ignore[index]


def test_who_pays_adds_up_to_the_works_with_their_tax(demo: Reported) -> None:
    counted = sum(line.amount_eur for line in demo.content.funding if line.status != "uncounted")
    ledgers = demo.record.frames["ledgers"]
    works = -ledgers.filter(pl.col("line") == "works_ttc")["amount_eur"].sum()
    assert counted == pytest.approx(works, abs=0.05)
    assert any(line.status == "uncounted" for line in demo.content.funding), "else the test shows nothing"


def test_aids_of_unchecked_rules_carry_the_status_of_their_rule(demo: Reported) -> None:
    statuses = {(rule.label["fr"], rule.status) for rule in demo.record.rules}
    # A rule that was checked is to be checked again for works ordered in a later year.
    statuses |= {(label, "to_verify") for label, status in statuses if status == "verified"}
    aids = [line for line in demo.content.funding if line.status in ("certain", "hoped", "uncounted")]
    assert aids
    assert all((said(line.programme), line.rule_status) in statuses for line in aids)


def test_cash_adds_up_to_the_balance_that_binds_and_savings_stay_apart(demo: Reported) -> None:
    (ledger,) = demo.content.ledgers
    assert list(ledger.carried_eur) == pytest.approx(list(accumulate(balances(ledger))), abs=0.01)
    within = [carried for year, carried in zip(ledger.years, ledger.carried_eur, strict=True) if year < 2033]
    assert min(within) >= -0.01, "the budget holds every year"
    assert len(ledger.memo) == 1
    assert "conomies" in said(ledger.memo[0].label)
    assert not any("conomies de fonctionnement" in said(line.label) for line in ledger.lines)


def test_a_quantity_has_one_figure_on_the_first_and_the_third_page(demo: Reported) -> None:
    energy, cash, own = demo.content.headlines
    chosen = next(option for option in demo.content.options if option.chosen)
    figures = {(figure.unit): figure for figure in chosen.figures[CHARTED + 1 :] if figure is not None}
    assert (figures["kWh/year"].value, figures["kWh/year"].low) == (energy.value, energy.low)
    assert (figures["EUR/year"].value, figures["EUR/year"].high) == (cash.value, cash.high)
    assert chosen.figures[2] is not None
    assert chosen.figures[2].value == own.value
    ratio = energy.value / -next(line.joint for line in demo.content.joint if line.unit == "kWh/year")
    (share,) = demo.record.frames["realised"]["mean"].to_list()
    assert ratio == pytest.approx(share, abs=0.005), "the mean of the draws, near the central value"
    assert f"{share:.3f}".replace(".", ",") in said(demo.content.joint_note)


def test_the_headline_says_what_own_funds_become_without_the_hoped_aids(demo: Reported) -> None:
    hoped = sum(line.amount_eur for line in demo.content.funding if line.status == "hoped")
    assert hoped > 0
    assert f"{demo.content.headlines[2].value + hoped:,.0f}" in said(demo.content.headlines[2].note, "en")


def test_the_chosen_option_says_what_no_money_stands_for(demo: Reported) -> None:
    dark = demo.record.frames["effects"].filter(pl.col("indicator") == "dark_hours_h_year").sort("year")["value"][-1]
    assert dark > 0
    chosen = next(option for option in demo.content.options if option.chosen)
    assert "is counted for these: hours without light, from" in said(chosen.risk, "en")
    before, after = (
        float(number.replace(",", ""))
        for number in said(chosen.risk, "en").split("from ")[1].split(" h/year")[0].replace("\u202f", " ").split(" to ")
    )
    assert after - before == pytest.approx(dark, abs=1)


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_finding_and_no_risk_of_the_demo_is_cut(demo: Reported, language: Language) -> None:
    model = report_model(demo.content, language, [Room()] * 4)
    sentences = [row[1]["text"] for row in model["second"]["findings"]["rows"]]
    sentences += [one["risk"] for one in model["third"]["risks"]]
    assert len(sentences) > 8
    assert not [sentence for sentence in sentences if sentence.endswith("…")]


def test_sectors_without_a_bar_are_added_as_one(demo: Reported) -> None:
    bars = demo.content.breakdowns[1].bars
    whole = next(figure for figure in demo.content.state if figure.unit == "kWh/year")
    assert len(bars) == 8
    assert said(bars[-1].label) == "6 autres secteurs"
    assert sum(bar.value for bar in bars) == pytest.approx(whole.value, rel=1e-9)


def test_no_two_classes_of_the_map_share_a_shape_and_years_are_in_order(demo: Reported) -> None:
    shown = demo.content.map
    assert shown is not None
    shapes = [one.mark.shape for one in shown.legend]
    assert len(shapes) == len(set(shapes)) >= 6
    periods = [said(one.label).rsplit(", ", 1)[1] for one in shown.legend if said(one.label)[-4:].isdigit()]
    assert periods == sorted(periods, reverse=True), "the legend is read from the last class to the first"


def test_the_map_says_how_many_points_each_kind_touches(demo: Reported) -> None:
    actions = pl.concat([proposal.actions for proposal in demo.proposals])
    chosen = demo.record.frames["plan"].filter(pl.col("decision") == "in")["action_id"]
    touched = actions.filter(pl.col("action_id").is_in(chosen.implode())).explode("asset_ids")
    curfew = touched.filter(pl.col("kind") == "curfew")["asset_ids"].n_unique()
    assert demo.content.map is not None
    assert f" {curfew}" in said(demo.content.map.note)
    without = int(np.sum(demo.content.map.classes == 0))
    asked = demo.record.frames["plan"].filter(pl.col("decision").is_in(["request", "waits"]))["action_id"]
    others = actions.filter(pl.col("action_id").is_in(asked.implode())).explode("asset_ids")["asset_ids"]
    assert without == len(demo.content.map.classes) - len({*touched["asset_ids"], *others})


def test_works_put_off_by_a_contract_name_it(demo: Reported) -> None:
    actions = pl.concat([proposal.actions for proposal in demo.proposals])
    chosen = demo.record.frames["plan"].filter(pl.col("decision") == "in").select("action_id")
    late = chosen.join(actions, on="action_id").filter(pl.col("first_year") > demo.record.first_year)
    delays = [said(work.delay) for work in demo.content.works if said(work.delay)]
    assert len(delays) == late.filter(pl.col("contract_id").is_not_null()).height
    assert all("contrat " in delay for delay in delays)


def test_every_inventory_source_is_named(demo: Reported) -> None:
    sources = " ".join(said(source) for source in demo.content.sources)
    assert all(name in sources for name in ("commune-bourg", "syndicat-hameaux", "titulaire-zac", "commune-voies"))
    assert demo.content.computed_on == demo.record.made_on


def test_what_weighs_most_on_the_decision_comes_first(demo: Reported) -> None:
    domains = [proposal.state.domain for proposal in demo.proposals]
    lines = all_assumptions(domains, demo.record.made_on)
    names = decisive_names(domains)
    assert names[0] == "electricity.price_public_lighting"
    assert "lectricité" in said(lines[0].label)
    assert "LED" in said(lines[1].label)
    assert len(names) >= 6


def test_what_was_learned_takes_the_place_of_the_share_declared(demo: Reported) -> None:
    learned = pl.DataFrame({
        "domain": ["lighting"], "mean": [0.71], "median": [0.7], "low": [0.6], "high": [0.8], "records": [4],
        "told_fr": ["appris de 4 fiches"], "told_en": ["learned from 4 records"],
    })  # fmt: skip
    frames = {**demo.record.frames, "realised": learned}
    content = report_content(demo.territory, replace(demo.record, frames=frames), demo.proposals)
    (line,) = [one for one in content.assumptions if "learned from 4 records" in said(one.reference, "en")]
    assert (line.value, line.low, line.high) == (0.7, 0.6, 0.8)
    assert "0,710" in said(content.joint_note)
    (section,) = [
        one
        for one in expert_annex(demo.territory, replace(demo.record, frames=frames), "fr").sections
        if one.table and one.table.name == "realised"
    ]
    assert section.table is not None
    assert section.table.frame.select("median", "records", "told_fr").rows() == [(70.0, 4, "appris de 4 fiches")]


def test_a_plan_keeps_where_its_share_of_savings_comes_from(demo: Reported) -> None:
    row = demo.record.frames["realised"].row(0, named=True)
    assert row["domain"] == "lighting"
    assert row["low"] <= row["median"] <= row["high"]
    said_in_report = [said(one.reference) for one in demo.content.assumptions]
    assert sum(row["told_fr"] in one for one in said_in_report) == 1
    assert str(row["records"]) in row["told_fr"] if row["records"] else "aucun" in row["told_fr"]


def test_a_plan_of_nothing_says_nothing_of_works(demo: Reported, tmp_path: Path) -> None:
    plan(demo.territory, budget_eur_year=1.0, years=2, time_limit_s=5)
    content = reported(demo.territory).content
    assert content.decision is None
    assert not content.headlines
    assert not content.funding
    assert not content.ledgers
    assert not content.joint
    assert [said(option.name) for option in content.options] == ["Ne rien faire"]
    assert not any(option.chosen for option in content.options)
    answer = write_reports(demo.territory, into=tmp_path, language="en")
    assert all(path.stat().st_size > 0 for path in answer.files)


def test_the_finance_annex_names_payers_and_each_deadline_once(demo: Reported) -> None:
    sections = finance_annex(demo.territory, demo.record, "fr").sections
    leads = [said(section.lead) for section in sections]
    assert any("Valbocage" in lead for lead in leads)
    assert not any("SIREN" in lead for lead in leads)
    calendar = next(s.table for s in sections if s.table is not None and s.table.name == "schedule")
    keys = calendar.frame.select("latest", "year", "milestone", "programme", "gate")
    assert keys.height == keys.unique().height
    of = demo.record.frames["operation_actions"]["operation_id"].unique()
    assert set(", ".join(calendar.frame["operations"]).split(", ")) == set(of)


def test_the_finance_annex_tells_the_running_section_apart(demo: Reported) -> None:
    sections = [
        s for s in finance_annex(demo.territory, demo.record, "fr").sections if s.table and s.table.name == "ppi"
    ]
    told = {said(s.title): s.table for s in sections if s.table is not None}
    assert list(told) == [
        "Programmation pluriannuelle des investissements (PPI)",
        "Travaux de la section de fonctionnement",
    ]
    for (title, table), section in zip(told.items(), ("investment", "running"), strict=True):
        assert set(table.frame["section"].drop_nulls()) == {section}, title
        assert any("(AE)" in said(column.label) for column in table.columns) == (section == "running")
    assert told["Travaux de la section de fonctionnement"].frame["loan_eur"].sum() == 0


def test_a_plan_of_an_earlier_version_is_told_as_such(demo: Reported, tmp_path: Path) -> None:
    kept = json.loads((demo.territory.folder / "results" / "plan.json").read_text(encoding="utf-8"))
    del kept["frames"]["orientation"]["running_works_eur"]
    (tmp_path / "results").mkdir()
    (tmp_path / "results" / "plan.json").write_text(json.dumps(kept), encoding="utf-8")
    with pytest.raises(BocageError) as refusal:
        load_plan(tmp_path / "results")
    assert refusal.value.code == "BOC-TWI-092"
