"""A sound record of works, to be broken one way at a time."""

import copy
from typing import Any

SOUND: dict[str, Any] = {
    "schema": "bocage-feedback/1.0",
    "record_id": "saint-exemple-led-2024",
    "title": "Rénovation de 120 points lumineux en LED",
    "licence": "etalab-2.0",
    "origin": "own",
    "written_on": "2026-02-01",
    "status": "done",
    "positive_effects": ["Les habitants de la rue Haute disent mieux voir le trottoir"],
    "negative_effects": ["none_observed"],
    "staff_days": "6.5",
    "difficulties": "Deux armoires n'étaient pas aux normes",
    "redo": "Faire contrôler les armoires avant de consulter",
    "contact_role": "service énergie du syndicat",
    "territory": {"code": "01004", "name": "Saint-Exemple", "kind": "commune", "country": "FR", "population": "812"},
    "action": {"domain": "lighting", "kind": "led_dimming", "quantity": "120", "quantity_unit": "points"},
    "procurement": {"form": "framework", "grouped": "true", "lots": "2", "offers": "3"},
    "dates": {
        "decided": "2023-10-12",
        "planned_start": "2024-02-01",
        "planned_end": "2024-05-01",
        "started": "2024-03-04",
        "accepted": "2024-06-14",
    },
    "baseline": {"source": "invoice", "from": "2022-07-01", "to": "2023-06-30", "energy_kwh_year": "61000"},
    "predicted_cost": {"amount_eur": "96000", "vat": "excluded", "low_eur": "80000", "high_eur": "115000"},
    "predicted_effects": [{"indicator": "energy_kwh_year", "value": "41000", "unit": "kWh/year", "low": "36000"}],
    "costs": [
        {"line": "works", "amount_eur": "92000", "vat": "excluded", "quality": "invoiced"},
        {"line": "supervision", "amount_eur": "6000", "vat": "included", "vat_rate": "0.2", "quality": "invoiced"},
        {"line": "study", "amount_eur": "4000", "vat": "excluded", "quality": "invoiced"},
    ],
    "measured_effects": [
        {
            "indicator": "energy_kwh_year",
            "value": "37000",
            "unit": "kWh/year",
            "low": "33000",
            "high": "41000",
            "from": "2024-07-01",
            "to": "2025-06-30",
            "quality": "causally_estimated",
            "method": "avant et après sur factures, heures de nuit corrigées",
            "counterfactual": "armoires non rénovées de la commune",
            "mv_option": "C",
        }
    ],
    "funding": [
        {
            "programme": "Fonds vert",
            "status": "paid",
            "asked_eur": "24000",
            "asked_on": "2023-11-02",
            "obtained_eur": "19000",
            "obtained_on": "2024-01-15",
            "paid_eur": "18600",
            "paid_on": "2024-11-20",
        },
        {"programme": "DETR", "status": "refused", "asked_eur": "20000", "reason": "Aucun cumul admis cette année"},
    ],
    "iso_37101": [
        {
            "purpose": "responsible_resource_use",
            "issue": "infrastructure",
            "score": "2",
            "sentence": "La consommation a baissé de plus de la moitié",
            "evidence": "factures",
            "scored_by": "service énergie",
        }
    ],
    "footprint": {"devices": "0", "running_eur_year": "0"},
    "evidence": [{"title": "Décompte général", "address": "dgd.pdf", "kind": "primary"}],
}
"""Values are texts, as files give them."""


def sound() -> dict[str, Any]:
    return copy.deepcopy(SOUND)


def altered(path: str, value: object) -> dict[str, Any]:
    """The sound record with one field changed, or removed where the value is None; a number is a row of a list."""
    record = sound()
    node: Any = record
    *steps, last = [int(step) if step.isdigit() else step for step in path.split(".")]
    for step in steps:
        node = node[step]
    if value is None:
        del node[last]
    else:
        node[last] = value
    return record
