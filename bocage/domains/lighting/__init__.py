"""Street lighting: luminaires, their energy by night, LED, dimming and curfew."""

from pathlib import Path

from bocage.domains.lighting.actions import order, propose
from bocage.domains.lighting.diagnose import diagnose, survey
from bocage.domains.lighting.evaluate import evaluate, measure
from bocage.domains.lighting.inventory import complete
from bocage.domains.lighting.simulate import appraise, interact, simulate
from bocage.domains.lighting.watch import detect, watch
from bocage.vocabulary.domain import Domain

DOMAIN = Domain(
    name="lighting",
    label={"fr": "Éclairage public", "en": "Street lighting"},
    folder=Path(__file__).parent,
    complete=complete,
    diagnose=diagnose,
    propose=propose,
    simulate=simulate,
    appraise=appraise,
    interact=interact,
    watch=watch,
    evaluate=evaluate,
    order=order,
    detect=detect,
    measure=measure,
    survey=survey,
    reads=("road", "parcel", "water_body", "delivery_point", "invoice", "supply_price", "unit_price"),
)
