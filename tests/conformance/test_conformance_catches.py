"""The suite catches what it is there to catch: each rule is broken on purpose, and must be named."""

import datetime as dt
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from bocage.twin.conformance import check_domain, sample_assets
from bocage.vocabulary.domain import Assets, Diagnosis, Domain, Finding, Site
from bocage.vocabulary.draws import DrawTable
from bocage.vocabulary.text import Message


def test_the_scaffold_itself_conforms(scaffolded: Domain) -> None:
    assert [str(fault) for fault in check_domain(scaffolded)] == []


def _scaled(table: DrawTable, factor: float, when: pl.Expr) -> DrawTable:
    rows = table.keys.select(when.alias("_")).to_series().to_numpy()
    return DrawTable(table.keys, np.where(rows[:, None], table.draws * factor, table.draws), table.default_share)


def _loses_a_row(domain: Domain) -> Domain:
    def complete(assets: Assets, site: Site) -> Assets:
        return {name: frame.head(-1) for name, frame in domain.complete(assets, site).items()}

    return replace(domain, complete=complete)


def _forgets_origins(domain: Domain) -> Domain:
    def complete(assets: Assets, site: Site) -> Assets:
        return {n: frame.drop("installed_on_origin") for n, frame in domain.complete(assets, site).items()}

    return replace(domain, complete=complete)


def _interval_beside_value(domain: Domain) -> Domain:
    def complete(assets: Assets, site: Site) -> Assets:
        done = domain.complete(assets, site)
        return {n: f.with_columns(upkeep_eur_year_low=pl.col("upkeep_eur_year_high") + 1) for n, f in done.items()}

    return replace(domain, complete=complete)


def _diagnosed(domain: Domain, change: Callable[[Diagnosis], Diagnosis]) -> Domain:
    return replace(domain, diagnose=lambda assets, site: change(domain.diagnose(assets, site)))


def _changed_outcomes(domain: Domain, change: Callable[[DrawTable], DrawTable]) -> Domain:
    return _diagnosed(domain, lambda diagnosis: replace(diagnosis, outcomes=change(diagnosis.outcomes)))


def _not_finite(domain: Domain) -> Domain:
    return _changed_outcomes(domain, lambda table: _scaled(table, float("nan"), pl.lit(True).repeat_by(1).explode()))


def _undeclared_unit(domain: Domain) -> Domain:
    return _changed_outcomes(
        domain, lambda table: DrawTable(table.keys.with_columns(unit=pl.lit("kW")), table.draws, table.default_share)
    )


def _sectors_do_not_add_up(domain: Domain) -> Domain:
    sector = pl.col("scope") == "sector:bourg"
    return _changed_outcomes(domain, lambda table: _scaled(table, 1.01, sector))


def _diagnosis_is_not_the_reference(domain: Domain) -> Domain:
    return _changed_outcomes(domain, lambda table: _scaled(table, 1.01, pl.col("indicator").str.contains("upkeep")))


def _unknown_finding(domain: Domain) -> Domain:
    odd = Finding(code="BOC-ZZZ-999", sentence=Message("x", {}, Path()), asset_type="x", asset_ids=["nobody"])
    return _diagnosed(domain, lambda diagnosis: replace(diagnosis, findings=[odd]))


def _per_asset_twice(domain: Domain) -> Domain:
    return _diagnosed(
        domain,
        lambda diagnosis: replace(diagnosis, per_asset={n: pl.concat([f, f]) for n, f in diagnosis.per_asset.items()}),
    )


def _proposed(domain: Domain, *changes: pl.Expr) -> Domain:
    return replace(domain, propose=lambda assets, site: domain.propose(assets, site).with_columns(changes))


def _wrong_count(domain: Domain) -> Domain:
    return _proposed(domain, pl.col("unit_count") + 1)


def _unknown_budget(domain: Domain) -> Domain:
    return _proposed(domain, pl.lit("M14").alias("budget"))


def _actions_without_identity(domain: Domain) -> Domain:
    return _proposed(domain, pl.lit("same").alias("action_id"))


def _appraisal_too_rosy(domain: Domain) -> Domain:
    def appraise(assets: Assets, actions: pl.DataFrame, site: Site) -> DrawTable:
        table = domain.appraise(assets, actions, site)
        return _scaled(table, 1.1, pl.col("indicator").str.contains("upkeep"))

    return replace(domain, appraise=appraise)


def _hidden_interaction(domain: Domain) -> Domain:
    def simulate(assets: Assets, actions: pl.DataFrame, site: Site) -> DrawTable:
        factor = 0.9 if len(actions) > 1 else 1.0
        return _scaled(domain.simulate(assets, actions, site), factor, pl.col("indicator").str.contains("upkeep"))

    return replace(domain, simulate=simulate)


def _pairs(domain: Domain, *rows: tuple[str, str, str, float]) -> Domain:
    def interact(assets: Assets, actions: pl.DataFrame, site: Site) -> pl.DataFrame:
        names = actions["action_id"].to_list()
        known = [(names[int(a)], names[int(b)], indicator, value) for a, b, indicator, value in rows]
        return pl.DataFrame(known, schema=["action_a", "action_b", "indicator", "value"], orient="row")

    return replace(domain, interact=interact)


def _pair_counted_twice(domain: Domain) -> Domain:
    return _pairs(domain, ("0", "1", "upkeep_cost_eur_year", 0.0), ("1", "0", "upkeep_cost_eur_year", 0.0))


def _pair_with_itself(domain: Domain) -> Domain:
    return _pairs(domain, ("0", "0", "upkeep_cost_eur_year", 1.0))


def _pair_of_one_group(domain: Domain) -> Domain:
    grouped = _proposed(domain, pl.lit("one").alias("exclusive_group"))
    return _pairs(grouped, ("0", "1", "upkeep_cost_eur_year", 0.0))


def _depends_on_order(domain: Domain) -> Domain:
    def diagnose(assets: Assets, site: Site) -> Diagnosis:
        diagnosis = domain.diagnose(assets, site)
        first = next(iter(assets.values()))["asset_id"][0]
        return replace(
            diagnosis, outcomes=_scaled(diagnosis.outcomes, 1.0 + (first == "item-0"), pl.col("indicator") == "items")
        )

    return replace(domain, diagnose=diagnose)


def _economies_of_scale(domain: Domain) -> Domain:
    def diagnose(assets: Assets, site: Site) -> Diagnosis:
        diagnosis = domain.diagnose(assets, site)
        size = sum(map(len, assets.values()))
        return replace(diagnosis, outcomes=_scaled(diagnosis.outcomes, 8 / size, pl.col("unit") == "EUR/year"))

    return replace(domain, diagnose=diagnose)


def _unseeded(domain: Domain) -> Domain:
    def diagnose(assets: Assets, site: Site) -> Diagnosis:
        factor = np.random.default_rng().uniform(0.9, 1.1)
        diagnosis = domain.diagnose(assets, site)
        return replace(diagnosis, outcomes=_scaled(diagnosis.outcomes, factor, pl.col("unit") == "EUR/year"))

    return replace(domain, diagnose=diagnose)


def _deaf_to_the_seed(domain: Domain) -> Domain:
    return replace(domain, diagnose=lambda assets, site: domain.diagnose(assets, replace(site, seed=1)))


def _draws_from_global_state(domain: Domain) -> Domain:
    def interact(assets: Assets, actions: pl.DataFrame, site: Site) -> pl.DataFrame:
        return domain.interact(assets, actions, site)

    def simulate(assets: Assets, actions: pl.DataFrame, site: Site) -> DrawTable:
        np.random.random()  # noqa: NPY002 - the very fault
        return domain.simulate(assets, actions, site)

    return replace(domain, simulate=simulate, interact=interact)


def _expects_without_interval(domain: Domain) -> Domain:
    def watch(assets: Assets, site: Site, *, start: dt.datetime, end: dt.datetime) -> pl.DataFrame:
        return domain.watch(assets, site, start=start, end=end).with_columns(low=pl.col("high") + 1)

    return replace(domain, watch=watch)


def _evaluates_before_measuring(domain: Domain) -> Domain:
    def evaluate(actions: pl.DataFrame, site: Site) -> pl.DataFrame:
        return domain.evaluate(actions, site).with_columns(effect=pl.lit(1.0))

    return replace(domain, evaluate=evaluate)


def _raises(domain: Domain) -> Domain:
    def appraise(assets: Assets, actions: pl.DataFrame, site: Site) -> DrawTable:
        raise RuntimeError("boom")

    return replace(domain, appraise=appraise)


@pytest.mark.parametrize(
    ("mutant", "rule"),
    [
        (_loses_a_row, "complete"),
        (_forgets_origins, "complete"),
        (_interval_beside_value, "complete"),
        (_not_finite, "diagnose"),
        (_undeclared_unit, "diagnose"),
        (_sectors_do_not_add_up, "sums"),
        (_diagnosis_is_not_the_reference, "zero-action"),
        (_unknown_finding, "findings"),
        (_per_asset_twice, "per-asset"),
        (_wrong_count, "actions"),
        (_unknown_budget, "actions"),
        (_actions_without_identity, "actions"),
        (_appraisal_too_rosy, "difference"),
        (_hidden_interaction, "interact"),
        (_pair_counted_twice, "interact"),
        (_pair_with_itself, "interact"),
        (_pair_of_one_group, "exclusive-group"),
        (_depends_on_order, "order"),
        (_economies_of_scale, "duplication"),
        (_unseeded, "seeds"),
        (_deaf_to_the_seed, "seeds"),
        (_draws_from_global_state, "global-state"),
        (_expects_without_interval, "watch"),
        (_evaluates_before_measuring, "evaluate"),
        (_raises, "verbs"),
    ],
    ids=lambda value: value if isinstance(value, str) else value.__name__.strip("_"),
)
def test_a_broken_verb_is_named(mutant: Callable[[Domain], Domain], rule: str, scaffolded: Domain) -> None:
    rules = {fault.rule for fault in check_domain(mutant(scaffolded), sample_assets(scaffolded))}
    assert rule in rules


REFERENCE = """reference:
        fr: Estimation du gabarit, à remplacer par une source
        en: Guess of the scaffold, to be replaced by a source"""


@pytest.mark.parametrize(
    ("file", "old", "new", "rule"),
    [
        ("indicators.csv", "EUR/year,cash", "EUR/century,cash", "indicators"),
        ("indicators.csv", "EUR/year,cash", "kWh/year,cash", "indicators"),
        ("indicators.csv", ",cash,", ",coins,", "indicators"),
        ("indicators.csv", ",cash,,Entretien,Upkeep,", ",cash,,Entretien,,", "indicators"),
        ("indicators.csv", "EUR/year,cash,,", "EUR/year,cash,oil_price,", "indicators"),
        ("indicators.csv", "EUR/year,cash,,", "EUR/year,cash,electricity_carbon,", "indicators"),
        ("codes.csv", ",watch,1,", ",hot,1,", "codes"),
        ("codes.csv", "{count} items", "some items", "codes"),
        ("codes.csv", "BOC-", "BOK-", "codes"),
        ("settings.csv", "real,year,20", "real,year,200", "settings"),
        ("settings.csv", "real,year,20", "real,parsec,20", "settings"),
        ("asset_types.csv", "point", "spot", "tables"),
        ("asset_types.csv", "Équipement,Item,", "Équipement,,", "tables"),
        ("scaffolded_item.csv", "date_pose;", "secteur;", "synonyms"),
        ("scaffolded_item.csv", "EUR/year,no", "EUR/month,no", "columns"),
        ("figures.csv", "past_lifetime,boolean", "past_lifetime,text", "figures"),
        ("figures.csv", "real,year,Âge", "real,moon,Âge", "figures"),
        ("figures.csv", "scaffolded_item,age_years", "lamp,age_years", "figures"),
        ("figures.csv", "scaffolded_item,age_years", "scaffolded_item,wear", "figures"),
        ("code_labels.csv", "kind,renewal", "kind,repair", "code-labels"),
        ("code_labels.csv", "kind,renewal", "budget,M57_main", "code-labels"),
        ("code_labels.csv", "renouvellement,renewal", "renouvellement,", "declarations"),
        ("scaffolded_item.csv", "sector,text,,no,,,,,", "sector,text,,no,,,,,north", "code-labels"),
        ("layers.yml", "scaffolded_item:", "lamp:", "layers"),
        ("parameters/scaffolded.yaml", "low: 30", "low: 60", "parameters"),
        ("parameters/scaffolded.yaml", "unit: year", "unit: moon", "parameters"),
        ("parameters/scaffolded.yaml", "status: to_verify", "status: sure", "declarations"),
        ("parameters/scaffolded.yaml", "        fr: Estimation", "        de: Estimation", "declarations"),
        ("parameters/scaffolded.yaml", "Estimation du gabarit, à", "Estimation à 20% près, à", "parameters"),
        ("parameters/scaffolded.yaml", REFERENCE, "reference: Guess of the scaffold", "parameters"),
        ("locale/fr/LC_MESSAGES/bocage.mo", "", None, "wording"),
        ("evaluate.py", "Yearly accounts", "Monthly accounts", "wording"),
    ],
)  # fmt: skip
def test_a_broken_declaration_is_named(
    file: str, old: str, new: str | None, rule: str, scaffolded: Domain, tmp_path: Path
) -> None:
    folder = tmp_path / "copy"
    shutil.copytree(scaffolded.folder, folder, ignore=shutil.ignore_patterns("__pycache__"))
    path = folder / file
    if new is None:
        path.unlink()
    else:
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new, 1), encoding="utf-8")
    values: dict[str, Any] = {
        name: getattr(scaffolded, name)
        for name in ("name", "label", "complete", "diagnose", "propose", "simulate", "appraise", "interact", "watch")
    }
    copy = Domain(**values, evaluate=scaffolded.evaluate, folder=folder)
    assert rule in {fault.rule for fault in check_domain(copy, sample_assets(scaffolded))}


def test_a_sample_without_rows_is_refused(scaffolded: Domain) -> None:
    empty = {name: frame.clear() for name, frame in sample_assets(scaffolded).items()}
    assert [fault.rule for fault in check_domain(scaffolded, empty)] == ["complete"]
