"""Findings of bills and meters: orphan, dead, unmetered, ill subscribed points; bills that nobody expects."""

from collections.abc import Callable
from dataclasses import replace

import polars as pl

from bocage.domains.lighting.diagnose.bills import FIGURES, delivery_figures
from bocage.domains.lighting.diagnose.rule import Rule, found_by, marked
from bocage.domains.lighting.inventory.declared import LOCALE, LUMINAIRE, lighting_parameters
from bocage.domains.lighting.inventory.delivery import CABINET, INVOICE, POINT, feeding
from bocage.domains.lighting.physics.bills import supply_terms
from bocage.parameters.reader import Parameters
from bocage.vocabulary.columns import shared_asset_tables
from bocage.vocabulary.domain import Assets, Finding, Site
from bocage.vocabulary.references import delivery_reference
from bocage.vocabulary.text import Message
from bocage.vocabulary.units import DAYS_PER_YEAR

LEAST_KVA = 1.0
"""Whole kVA too many from which a subscription is reported."""

Say = Callable[[pl.DataFrame, pl.DataFrame], Message]


def bill_findings(assets: Assets, rows: pl.DataFrame, site: Site) -> tuple[list[Finding], pl.DataFrame]:
    """Findings of the links and of the bills, and the figures of each delivery point.

    Args:
        assets: completed.
        rows: luminaires with their load (`with_load`).
        site: where, date, settings, draws.

    Returns:
        Findings in the order of the codes; frame with the columns `FIGURES`.
    """
    points = delivery_figures(assets, rows, site)
    power_price = supply_terms(assets, rows, site).power_price_eur_kva_year
    rules = point_rules(lighting_parameters(site), assets, power_price)
    found = [
        *found_by(rules[:1], points, asset_type=POINT),
        *_link_findings(assets),
        *found_by(rules[1:], points, asset_type=POINT),
        *_unusable(assets),
    ]
    return found, marked(points, rules).select(FIGURES)


def point_rules(parameters: Parameters, assets: Assets, power_price: float) -> list[Rule]:
    """The rules on delivery points.

    Args:
        parameters: of the domain.
        assets: completed; without cabinets no point can be an orphan, without invoices none unbilled.
        power_price: of a kVA where the contract of the point tells none [EUR/kVA/year].
    """
    enough = pl.col("days") >= parameters.number("supply.days_to_judge")
    per_day = pl.col("billed_kwh") / pl.col("days")
    in_service = pl.col("state").fill_null("active") != "inactive"
    dead = enough & (per_day <= parameters.number("supply.dead_energy"))
    return [
        *_service_rules(parameters, assets, in_service, dead),
        *_subscription_rules(parameters, power_price),
        *_energy_rules(enough & ~dead),
        *_reading_rules(parameters, in_service),
        _price_rule(parameters, enough & ~dead),
        *_reference_rules(assets, in_service),
    ]


def _service_rules(parameters: Parameters, assets: Assets, in_service: pl.Expr, dead: pl.Expr) -> list[Rule]:
    """Points that feed nothing, that nothing feeds, or that count nothing."""
    has_cabinets = CABINET in assets and assets[CABINET].height > 0
    days = int(parameters.number("supply.days_to_judge"))
    return [
        Rule(
            "BOC-LIG-040",
            pl.lit(has_cabinets) & ~pl.col("linked") & in_service,
            _with(
                _("Delivery points with no cabinet: {count}, billed {kwh} kWh and {eur} EUR once brought to a year"),
                _paid,
            ),
        ),
        Rule(
            "BOC-LIG-043",
            dead & in_service,
            _with(
                _(
                    "Delivery points billed next to nothing for {days} days or more: {count},"
                    " {eur} EUR paid over a year"
                ),
                lambda some: {**_paid(some), "days": days},
            ),
        ),
        Rule(
            "BOC-LIG-044",
            pl.col("linked") & (pl.col("light_points_fed") == 0) & in_service & ~dead,
            _with(
                _("Delivery points whose cabinets feed no light point in service: {count}, {eur} EUR paid over a year"),
                _paid,
            ),
        ),
        Rule(
            "BOC-LIG-045",
            ~pl.col("metered") & in_service,
            _with(_("Delivery points billed flat, without a meter: {count}")),
        ),
    ]


def _reading_rules(parameters: Parameters, in_service: pl.Expr) -> list[Rule]:
    """Months without an invoice, with an estimated one, with two."""
    estimated = int(parameters.number("supply.estimated_days"))
    return [
        Rule(
            "BOC-LIG-050",
            (pl.col("missing_months") >= 1) & in_service,
            _with(
                _("Delivery points with months without an invoice: {count}, {months} months missing in all"),
                lambda some: {"months": round(float(some["missing_months"].sum()))},
            ),
        ),
        Rule(
            "BOC-LIG-051",
            pl.col("estimated_days") >= estimated,
            _with(
                _("Delivery points billed on estimated readings for {days} days or more: {count}"),
                lambda _some: {"days": estimated},
            ),
        ),
        Rule(
            "BOC-LIG-052",
            pl.col("twice") > 0,
            _with(
                _("Delivery points with periods billed twice: {count}, {times} periods"),
                lambda some: {"times": int(some["twice"].sum())},
            ),
        ),
    ]


def _reference_rules(assets: Assets, in_service: pl.Expr) -> list[Rule]:
    """References written in several ways, and points that no invoice names; neither marks a map."""
    has_invoices = INVOICE in assets and assets[INVOICE].height > 0
    unbilled = pl.lit(has_invoices) & pl.col("linked") & pl.col("billed_kwh").is_null()
    return [
        Rule(
            "BOC-LIG-054",
            pl.col("rewritten"),
            _with(_("References of delivery points written in several ways and brought together: {count}")),
            flags=False,
        ),
        Rule(
            "BOC-LIG-055",
            unbilled & in_service,
            _with(_("Delivery points of cabinets without an invoice: {count}")),
            flags=False,
        ),
    ]


def _subscription_rules(parameters: Parameters, power_price: float) -> list[Rule]:
    margin = parameters.number("supply.peak_margin")
    low, high = parameters.bounds("supply.peak_margin")
    most = (pl.col("needed_kva") * high / margin).ceil()
    least = pl.col("needed_kva") * low / margin
    price = pl.col("power_price_eur_kva_year").fill_null(power_price)
    return [
        Rule(
            "BOC-LIG-046",
            pl.col("subscribed_power_kva") - most >= LEAST_KVA,
            _with(
                _(
                    "Delivery points that subscribe more than they need: {count}, {kva} kVA too many,"
                    " about {eur} EUR a year (need taken as {factor:2} times the installed power, to be measured)"
                ),
                lambda some: {
                    **some.select(
                        kva=(pl.col("subscribed_power_kva") - most).sum(),
                        eur=((pl.col("subscribed_power_kva") - most) * price).sum(),
                    ).row(0, named=True),
                    "factor": high,
                },
            ),
        ),
        Rule(
            "BOC-LIG-047",
            pl.col("subscribed_power_kva") < least,
            _with(
                _("Delivery points that subscribe less than their luminaires may draw: {count}, first {first}"),
                lambda some: {
                    "first": some.sort(pl.col("needed_kva") - pl.col("subscribed_power_kva"))["asset_id"][-1]
                },
            ),
        ),
    ]


def _energy_rules(judged: pl.Expr) -> list[Rule]:
    def gap(some: pl.DataFrame) -> dict[str, object]:
        sums = some.select(pl.col("billed_kwh", "expected_kwh").sum()).row(0, named=True)
        return {"kwh": sums["billed_kwh"], "expected": sums["expected_kwh"]}

    return [
        Rule(
            "BOC-LIG-048",
            judged & (pl.col("billing") == "above"),
            _with(
                _(
                    "Delivery points that bill more than their luminaires need: {count}, {kwh} kWh for"
                    " {expected} kWh expected over the same days"
                ),
                gap,
            ),
        ),
        Rule(
            "BOC-LIG-049",
            judged & (pl.col("billing") == "below"),
            _with(
                _(
                    "Delivery points that bill less than their luminaires need: {count}, {kwh} kWh for"
                    " {expected} kWh expected over the same days"
                ),
                gap,
            ),
        ),
    ]


def _price_rule(parameters: Parameters, judged: pl.Expr) -> Rule:
    tolerance = parameters.number("supply.price_tolerance")
    departs = (pl.col("paid_eur") / pl.col("contract_eur") - 1).abs() > tolerance
    sums = {"eur": pl.col("paid_eur").sum(), "contract": pl.col("contract_eur").sum()}
    return Rule(
        "BOC-LIG-053",
        judged & pl.col("priced") & departs,
        _with(
            _("Delivery points whose price departs from the contract: {count}, {eur} EUR billed for {contract} EUR"),
            lambda some: some.select(**sums).row(0, named=True),
        ),
    )


def _link_findings(assets: Assets) -> list[Finding]:
    if CABINET not in assets or assets[CABINET].is_empty():
        return []
    cabinets = assets[CABINET]
    found = []
    references = cabinets.select("asset_id", delivery_reference("prm")) if "prm" in cabinets.columns else None
    alone = cabinets["asset_id"] if references is None else references.filter(pl.col("prm").is_null())["asset_id"]
    if len(alone):
        sentence = Message(
            "Cabinets without a delivery point: {count} of {total}",
            {"count": len(alone), "total": len(cabinets)},
            LOCALE,
        )
        found.append(Finding(code="BOC-LIG-041", sentence=sentence, asset_type=CABINET, asset_ids=sorted(alone)))
    fed = feeding(assets)
    loose = fed.filter(~pl.col("known_cabinet"))["asset_id"]
    if len(loose):
        sentence = Message(
            "Light points that belong to no cabinet of the inventory: {count} of {total}",
            {"count": len(loose), "total": len(fed)},
            LOCALE,
        )
        found.append(Finding(code="BOC-LIG-042", sentence=sentence, asset_type=LUMINAIRE, asset_ids=sorted(loose)))
    return found


def _unusable(assets: Assets) -> list[Finding]:
    if INVOICE not in assets or assets[INVOICE].is_empty():
        return []
    rows = shared_asset_tables()[INVOICE].conform(assets[INVOICE])
    ends_before = pl.col("period_to") < pl.col("period_from")
    lacking = rows.select("asset_id", delivery_reference("prm"), "period_from", "period_to", "energy_kwh").filter(
        pl.any_horizontal(pl.col("prm", "period_from", "energy_kwh").is_null()) | ends_before.fill_null(value=False)
    )["asset_id"]
    if lacking.is_empty():
        return []
    sentence = Message(
        "Invoices without a point, a period or an energy: {count} of {total}",
        {"count": len(lacking), "total": len(rows)},
        LOCALE,
    )
    return [Finding(code="BOC-LIG-056", sentence=sentence, asset_type=INVOICE, asset_ids=sorted(lacking))]


def _paid(some: pl.DataFrame) -> dict[str, object]:
    yearly = DAYS_PER_YEAR / pl.col("days").clip(lower_bound=1)
    paid, billed = (pl.col(name) * yearly for name in ("paid_eur", "billed_kwh"))
    sums = some.select(eur=paid.sum(), kwh=billed.sum()).row(0, named=True)
    return {"eur": sums["eur"] or 0.0, "kwh": sums["kwh"] or 0.0}


def _(template: str) -> Message:
    return Message(template, {}, LOCALE)


def _with(sentence: Message, values: Callable[[pl.DataFrame], dict[str, object]] | None = None) -> Say:
    """A sentence with the number of points concerned and further values read from them."""
    return lambda some, _all: replace(sentence, values={"count": len(some), **(values(some) if values else {})})
