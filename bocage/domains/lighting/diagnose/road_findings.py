"""Findings on lit roads: installed flux against the limit, what was assumed, points that light no road."""

import polars as pl

from bocage.domains.lighting.diagnose.lit_roads import CARRIAGEWAY, RECENT, ZONE_UNKNOWN
from bocage.domains.lighting.diagnose.rule import Rule, Say, counted, day, doubt, found_by, marked
from bocage.domains.lighting.inventory.declared import LIT_ROAD, LOCALE, LUMINAIRE, lighting_parameters
from bocage.parameters.reader import Parameters
from bocage.vocabulary.domain import Finding, Site
from bocage.vocabulary.text import Message


def marked_roads(figures: pl.DataFrame, site: Site) -> pl.DataFrame:
    """Figures of lit roads with their `flags` and `priority`."""
    return marked(figures, _rules(lighting_parameters(site)))


def road_findings(figures: pl.DataFrame, lamps: pl.DataFrame, site: Site) -> list[Finding]:
    """Findings on lit roads, then on the luminaires that light none.

    Args:
        figures: lit roads after `lit_road_figures`, at least one.
        lamps: completed luminaires.
        site: date.
    """
    parameters = lighting_parameters(site)
    beyond = Message(
        "Light points that light no known road (none within {distance} m, or one that the twin does not hold): {count}",
        {"distance": parameters.number("roads.association_distance")},
        LOCALE,
    )
    known = pl.col("lit_road_id").is_in(figures["asset_id"].implode()).fill_null(value=False)
    astray = Rule("BOC-LIG-027", ~known, counted(beyond), flags=False)
    return [
        *found_by(_rules(parameters), figures, asset_type=LIT_ROAD),
        *found_by([astray], lamps, asset_type=LUMINAIRE),
    ]


def _rules(parameters: Parameters) -> list[Rule]:
    over = pl.col("dsfli_lm_m2") > pl.col("dsfli_limit_lm_m2")
    surely = pl.col("dsfli_low_lm_m2") > pl.col("dsfli_limit_lm_m2")
    zone = Message(
        "Lit roads of which nothing says whether they lie in town: the limits of town are taken: {count}", {}, LOCALE
    )
    return [
        Rule("BOC-LIG-025", surely & pl.col(RECENT), _recent_sentence(parameters), critical=True),
        Rule("BOC-LIG-024", over, _over_sentence),
        Rule("BOC-LIG-026", pl.col(ZONE_UNKNOWN), counted(zone), flags=False),
    ]


def _over_sentence(concerned: pl.DataFrame, rows: pl.DataFrame) -> Message:
    lit = rows.filter(pl.col("dsfli_lm_m2").is_not_null())
    flux_klm, area_m2 = lit.select(pl.col("source_flux_klm", "lit_area_m2").sum()).row(0)
    surely = concerned.filter(pl.col("dsfli_low_lm_m2") > pl.col("dsfli_limit_lm_m2"))
    return Message(
        "Lit roads whose installed flux per m² exceeds the limit for new or renewed installations: {count} of {total},"
        " {surely} of them even at the low bound; {dsfli:1} lm/m² over all lit roads"
        " ({narrow} roads measured on their carriageway alone, which overstates)",
        {
            "count": len(concerned),
            "total": len(lit),
            "surely": len(surely),
            "dsfli": 1000 * flux_klm / area_m2,
            "narrow": (lit["area_basis"] == CARRIAGEWAY).sum(),
        },
        LOCALE,
    )


def _recent_sentence(parameters: Parameters) -> Say:
    return counted(
        Message(
            "Lit roads whose luminaires were all installed since {date} and whose installed flux per m² exceeds"
            " the limit already in force{doubt}: {count}",
            {
                "date": day(parameters["law.installed_flux_maximum"].since),
                "doubt": doubt(parameters, "law.installed_flux_maximum"),
            },
            LOCALE,
        )
    )
