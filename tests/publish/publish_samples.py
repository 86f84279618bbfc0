"""A report content for a commune that does not exist: every figure is made up and says so."""

import datetime as dt

import numpy as np

from bocage.publish.report.content import (
    AssumptionLine,
    Breakdown,
    Decision,
    EvaluationLine,
    Figure,
    FindingLine,
    FundingLine,
    JointLine,
    Ledger,
    LedgerLine,
    MapClass,
    MapData,
    Option,
    Place,
    PlannedWork,
    QualityLine,
    ReportContent,
    RequestLine,
    WaitingLine,
)
from bocage.publish.tokens import CATEGORICAL, OCHRE, RED, Mark

STREET_NAMES = ("rue des Tilleuls", "chemin du Lavoir", "place de l’Église", "allée des Prés", "route de Saint-Aubin")


def both(fr: str, en: str) -> dict[str, str]:
    return {"fr": fr, "en": en}


def made_up_map(points: int = 420, *, seed: int = 7, streets: int = 40) -> MapData:
    """Lamps along the streets of a made-up village, in Lambert-93."""
    random = np.random.default_rng(seed)
    centre = np.array([352_000.0, 6_789_000.0])
    lines, lamps = [], []
    per_street = max(1, -(-points // streets))
    for _street in range(streets):
        start = centre + random.normal(0, 420, 2)
        angle = random.choice([0.2, 1.77]) + random.normal(0, 0.25)
        steps = np.cumsum(
            np.full((12, 2), 32.0) * [np.cos(angle), np.sin(angle)] + random.normal(0, 4, (12, 2)), axis=0
        )
        line = start + steps
        lines.append(line)
        along = random.uniform(0, 11, per_street)
        index = along.astype(int).clip(0, 10)
        lamps.append(line[index] + (line[index + 1] - line[index]) * (along - index)[:, None])
    turn = np.linspace(0, 2 * np.pi, 60)
    ring = centre + np.column_stack((np.cos(turn) * 1500, np.sin(turn) * 1150)) * (1 + 0.08 * np.sin(5 * turn))[:, None]
    positions = np.vstack(lamps)[:points]
    return MapData(
        title=both("Points lumineux et travaux proposés", "Light points and proposed works"),
        points=positions,
        classes=random.choice(5, len(positions), p=[0.35, 0.25, 0.2, 0.14, 0.06]),
        legend=(
            MapClass(
                label=both("Déjà en LED, inchangé", "Already LED, unchanged"), mark=Mark(CATEGORICAL[4], "circle")
            ),
            MapClass(label=both("Remplacé par une LED", "Replaced by LED"), mark=Mark(CATEGORICAL[0], "circle")),
            MapClass(label=both("Abaissement de nuit", "Dimmed at night"), mark=Mark(CATEGORICAL[1], "square")),
            MapClass(
                label=both("À surveiller : plus de 3 000 K", "To watch: above 3,000 K"), mark=Mark(OCHRE, "diamond")
            ),
            MapClass(
                label=both("Critique : vapeur de mercure", "Critical: mercury vapour"), mark=Mark(RED, "triangle")
            ),
        ),
        streets=lines,
        boundary=(ring,),
        names=[(STREET_NAMES[i % 5], float(lines[i][6, 0]), float(lines[i][6, 1])) for i in range(min(12, streets))],
        attribution=both("Géométrie fictive engendrée par le projet", "Fictional geometry made by the project"),
    )


def option(name: dict[str, str], numbers: tuple[float, ...], risk: dict[str, str], *, chosen: bool = False) -> Option:
    labels = (
        (both("Travaux HT", "Works excl. VAT"), "EUR", 0.0),
        (both("Aides", "Grants"), "EUR", 0.0),
        (both("Fonds propres, aides et FCTVA déduits", "Own funds net of grants and FCTVA"), "EUR", 0.0),
        (both("Énergie économisée", "Energy saved"), "kWh/year", 0.14),
        (both("Économie nette pour le budget", "Net saving for the budget"), "EUR/year", 0.18),
        (both("Émissions évitées", "Emissions avoided"), "kgCO2e/year", 0.2),
        (both("Valeur actuelle nette socio-économique", "Socio-economic net present value"), "EUR", 0.35),
    )
    figures = [
        Figure(
            label=label,
            value=value,
            unit=unit,
            low=value * (1 - spread) if spread else None,
            high=value * (1 + spread) if spread else None,
        )
        for (label, unit, spread), value in zip(labels, numbers, strict=True)
    ]
    return Option(name=name, figures=figures, risk=risk, chosen=chosen)


def made_up_content(*, points: int = 420, streets: int = 40) -> ReportContent:
    """A full report; the commune, its lamps and its money are fictional."""
    years = range(2027, 2033)
    return ReportContent(
        place=Place(
            name="Val-en-Bocage", code="99001", department="Département fictif", population=4_210, synthetic=True
        ),
        data_date=dt.date(2026, 11, 1),
        version="0.1.0",
        fingerprint="3f9ac21b77d0",
        decision=Decision(
            programme=both(
                "Éclairer juste : rénovation de l’éclairage public 2027-2032",
                "Light well: street-lighting renewal 2027-2032",
            ),
            cost_eur=486_300,
            grants_eur=171_900,
            own_eur=238_671,
            first_year=2027,
            last_year=2032,
            actions=34,
            statement=both(
                "Ce plan rapporte le plus à la collectivité sous le budget de 50 000 € de fonds propres par an, "
                "les rues les plus énergivores passant d’abord.",
                "This plan brings most to the community within 50,000 € of own funds a year.",
            ),
        ),
        headlines=(
            Figure(
                label=both("Électricité économisée", "Electricity saved"),
                value=142_637,
                unit="kWh/year",
                low=121_400,
                high=163_900,
                default_share=0.34,
            ),
            Figure(
                label=both("Économie nette pour le budget", "Net saving for the budget"),
                value=31_480,
                unit="EUR/year",
                low=25_100,
                high=38_900,
                default_share=0.41,
            ),
            Figure(
                label=both("Fonds propres à engager", "Own funds needed"),
                value=238_671,
                unit="EUR",
                low=201_000,
                high=268_000,
                default_share=0.12,
                note=both("Net des aides et du FCTVA", "Net of grants and FCTVA"),
            ),
        ),
        map=made_up_map(points, streets=streets),
        state=[
            Figure(label=both(fr, en), value=v, unit=u, low=lo, high=hi, default_share=s)
            for fr, en, v, u, lo, hi, s in (
                ("Points lumineux", "Light points", 1_042, "points", None, None, 0.0),
                ("Puissance installée", "Installed power", 118.42, "kW", 112.1, 124.9, 0.31),
                ("Heures d’allumage", "Burning hours", 3_610, "h/year", 3_520, 3_700, 0.2),
                ("Énergie", "Energy", 427_500, "kWh/year", 398_000, 457_000, 0.31),
                ("Facture d’électricité", "Electricity bill", 94_050, "EUR/year", 81_200, 108_400, 0.45),
                ("Maintenance", "Maintenance", 26_050, "EUR/year", 19_800, 33_100, 1.0),
                ("Émissions", "Emissions", 22_230, "kgCO2e/year", 17_900, 26_800, 0.31),
            )
        ],
        findings=[
            FindingLine(code=f"BOC-LIG-{100 + i:03d}", sentence=both(fr, en), count=n, severity=s)  # type: ignore[arg-type]
            for i, (fr, en, n, s) in enumerate(
                (
                    (
                        "Lampes à vapeur de mercure, interdites à la vente depuis 2015",
                        "Mercury-vapour lamps, no longer sold since 2015",
                        61,
                        "critical",
                    ),
                    (
                        "Température de couleur au-dessus de 3 000 K",
                        "Colour temperature above 3,000 K",
                        174,
                        "watch",
                    ),
                    (
                        "Plus de 4 % du flux au-dessus de l’horizontale",
                        "More than 4% of the flux above the horizontal",
                        117,
                        "watch",
                    ),
                    ("Luminaires de plus de 30 ans", "Luminaires older than 30 years", 208, "watch"),
                    (
                        "Puissance inconnue, déduite du type de lampe",
                        "Unknown power, inferred from lamp type",
                        93,
                        "information",
                    ),
                )
            )
        ],
        breakdowns=(
            Breakdown(
                title=both("Énergie par technologie", "Energy by technology"),
                bars=[
                    Figure(label=both(fr, en), value=v, unit="kWh/year", low=v * 0.9, high=v * 1.1)
                    for fr, en, v in (
                        ("Sodium haute pression", "High-pressure sodium", 231_000),
                        ("Iodures métalliques", "Metal halide", 98_400),
                        ("LED", "LED", 52_300),
                        ("Vapeur de mercure", "Mercury vapour", 45_800),
                    )
                ],
                source=both("Source : inventaire fictif, calcul", "Source: fictional inventory, computed"),
            ),
            Breakdown(
                title=both("Points lumineux par décennie de pose", "Light points by decade"),
                bars=[
                    Figure(label=label, value=v, unit="points")
                    for label, v in (("1980", 112), ("1990", 246), ("2000", 301), ("2010", 262), ("2020", 121))
                ],
                source=both("Source : inventaire fictif", "Source: fictional inventory"),
            ),
        ),
        quality=[
            QualityLine(label=both(fr, en), measured=a, declared=b, inferred=c, default=d)
            for fr, en, a, b, c, d in (
                ("Coût d’entretien", "Upkeep cost", 0.0, 0.0, 0.0, 1.0),
                ("Année de pose", "Year installed", 0.0, 0.71, 0.0, 0.29),
                ("Puissance", "Power", 0.08, 0.61, 0.22, 0.09),
                ("Type de lampe", "Lamp type", 0.0, 0.94, 0.04, 0.02),
            )
        ],
        options=(
            option(
                both("Ne rien faire", "Do nothing"),
                (0, 0, 0, 0, 0, 0, 0),
                both("La facture suit le prix de l’électricité.", "The bill follows the price of electricity."),
            ),
            option(
                both("Les plus rentables d’abord", "Most profitable first"),
                (471_000, 148_000, 246_000, 128_300, 27_900, 6_690, 318_000),
                both("Laisse de côté les regroupements par rue.", "Ignores grouping by street."),
            ),
            option(
                both("Plan proposé", "Proposed plan"),
                (486_300, 171_900, 238_671, 142_637, 31_480, 7_420, 372_000),
                both(
                    "Un tiers des aides reste à obtenir ; prix des travaux.",
                    "One third of the grants is still to be obtained; prices of works.",
                ),
                chosen=True,
            ),
            option(
                both("Petit budget", "Low budget"),
                (148_000, 52_000, 72_400, 61_800, 13_600, 3_210, 171_000),
                both("Le parc vieillissant reste à remplacer.", "The ageing stock remains to be replaced."),
            ),
        ),
        charted=3,
        joint=[
            JointLine(
                label=both("Énergie économisée", "Energy saved"), unit="kWh/year", additive=158_900, joint=142_637
            ),
            JointLine(label=both("Économie nette", "Net saving"), unit="EUR/year", additive=34_900, joint=31_480),
        ],
        requests=[
            RequestLine(
                owner=both("Département fictif", "Fictional département"),
                label=both("Remplacement de 23 luminaires sur la traversée de bourg", "23 luminaires on the main road"),
                actions=2,
                cost_eur=19_300,
            ),
            RequestLine(
                owner=both("Syndicat d’énergie fictif", "Fictional energy syndicate"),
                label=both("Horloges astronomiques de 4 armoires", "Astronomical clocks in 4 cabinets"),
                actions=4,
                cost_eur=None,
            ),
        ],
        waiting=[
            WaitingLine(
                contract=both("Marché d’entretien 2023-2027", "Upkeep contract 2023-2027"),
                label=both("Abaissement sur le parc neuf", "Dimming of new lamps"),
                actions=3,
                from_year=2028,
            )
        ],
        funding=(
            FundingLine(
                programme=both("DETR", "DETR"),
                amount_eur=97_260,
                low_eur=0,
                high_eur=121_500,
                status="hoped",
                condition=both("dossier avant le 31 janvier", "file before 31 January"),
            ),
            FundingLine(
                programme=both("Certificats d’économies d’énergie (CEE)", "Energy savings certificates (CEE)"),
                amount_eur=18_640,
                low_eur=14_000,
                high_eur=23_300,
                status="certain",
            ),
            FundingLine(
                programme=both("Syndicat d’énergie", "Energy syndicate"),
                amount_eur=56_000,
                status="certain",
                condition=both("30 %, plafond de 150 € par point", "30%, capped at 150 € a point"),
            ),
            FundingLine(
                programme=both("FCTVA", "FCTVA"),
                amount_eur=95_720,
                status="refund",
                condition=both("16,404 % du TTC, deux ans après", "16.404% of cost incl. VAT, two years later"),
            ),
            FundingLine(
                programme=both("Fonds propres de la commune", "Own funds of the commune"),
                amount_eur=315_940,
                status="own",
            ),
        ),
        works=[
            PlannedWork(
                year=2027 + i % 6,
                place=f"{STREET_NAMES[i % 5]} {i + 1}",
                label=both("LED" if i % 3 else "LED + abaissement", "LED" if i % 3 else "LED + dimming"),
                cost_eur=486_300 / 34,
            )
            for i in range(34)
        ],
        ledgers=[
            Ledger(
                payer=both("la commune, budget principal", "the commune, main budget"),
                years=list(years),
                lines=[
                    LedgerLine(label=both("Travaux TTC", "Works incl. VAT"), amounts_eur=[-97_000.0] * 6),
                    LedgerLine(
                        label=both("Aides", "Grants"), amounts_eur=[9_000.0, 31_000, 33_000, 33_000, 33_000, 32_900]
                    ),
                    LedgerLine(label=both("FCTVA", "FCTVA"), amounts_eur=[0.0, 0, 15_900, 15_900, 15_900, 15_900]),
                    LedgerLine(
                        label=both("Économies", "Savings"), amounts_eur=[0.0, 5_200, 10_500, 15_700, 21_000, 26_200]
                    ),
                ],
            )
        ],
        evaluation=[
            EvaluationLine(
                indicator=both("Électricité consommée", "Electricity used"),
                method=both(
                    "Compteurs des armoires, ajustés aux heures de nuit", "Cabinet meters, adjusted to hours of night"
                ),
                baseline=both(
                    "12 mois avant travaux, rues non traitées comme témoin",
                    "12 months before works, untreated streets as control",
                ),
                report=both("chaque année", "every year"),
            ),
            EvaluationLine(
                indicator=both("Gêne et sécurité ressenties", "Nuisance and perceived safety"),
                method=both(
                    "Signalements et enquête, effets positifs et négatifs",
                    "Reports and survey, positive and negative effects",
                ),
                report=both("2028, 2032", "2028, 2032"),
            ),
        ],
        assumptions=[
            AssumptionLine(
                label=both(fr, en),
                value=v,
                unit=u,
                since=dt.date(2025, 1, 1),
                status=s,
                reference=r,
                low=lo,
                high=hi,  # type: ignore[arg-type]
            )
            for fr, en, v, u, s, r, lo, hi in (
                (
                    "Prix de l’électricité",
                    "Electricity price",
                    0.22,
                    "EUR/kWh",
                    "to_verify",
                    both("contrat fictif", "fictional contract"),
                    0.19,
                    0.26,
                ),
                (
                    "Contenu en carbone",
                    "Carbon content",
                    0.052,
                    "kgCO2e/kWh",
                    "verified",
                    "ADEME, Base Empreinte",
                    0.042,
                    0.062,
                ),
                ("Taux du FCTVA", "FCTVA rate", 16.404, "%", "verified", "CGCT, art. L1615-6", None, None),
                (
                    "Prix du CEE",
                    "CEE price",
                    8.0,
                    "EUR/MWhc",
                    "to_verify",
                    both("marché Emmy, ordre de grandeur", "Emmy market, order of magnitude"),
                    6.0,
                    10.0,
                ),
                (
                    "Coût d’entretien",
                    "Upkeep cost",
                    25.0,
                    "EUR/year",
                    "to_verify",
                    both("ordre de grandeur", "order of magnitude"),
                    19.0,
                    32.0,
                ),
            )
        ],
        sources=(
            both("Inventaire : fichier fictif du 1er novembre 2026.", "Inventory: fictional file of 1 November 2026."),
        ),
    )
