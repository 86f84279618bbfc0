"""What an action is called, in both languages."""

from collections.abc import Mapping
from dataclasses import replace

from bocage.domains.lighting.actions.kinds import Kind
from bocage.domains.lighting.inventory.declared import LOCALE
from bocage.vocabulary.text import Message

_TEXTS = {
    "led": Message("Renew with LED: {place}, {points}", {}, LOCALE),
    "led_dimming": Message("Renew with LED dimmed at night: {place}, {points}", {}, LOCALE),
    "led_detection": Message("Renew with LED dimmed, full output when somebody passes: {place}, {points}", {}, LOCALE),
    "led_class": Message(
        "Renew with LED sized to the class of the road, dimmed at night: {place}, {points}", {}, LOCALE
    ),
    "led_kit": Message("Keep the heritage lanterns with an LED kit, renew the others: {place}, {points}", {}, LOCALE),
    "removal": Message("Take away points in excess: {place}, {points}", {}, LOCALE),
    "dimming": Message("Dim the LEDs in service at night: {place}, {points}", {}, LOCALE),
    "dimming-DEEP": Message("Dim the LEDs in service deeply, in steps: {place}, {points}", {}, LOCALE),
    "detection": Message("Dim the LEDs in service, full output when somebody passes: {place}, {points}", {}, LOCALE),
    "curfew": Message("Switch off from {start} to {end}: {place}, {points}", {}, LOCALE),
    "curfew_partial": Message("Switch off from {start} to {end} but on the main roads: {place}, {points}", {}, LOCALE),
    "remote_management": Message("Manage the LEDs in service from a distance: {place}, {points}", {}, LOCALE),
    "repair": Message("Repair faulty points: {place}, {points}", {}, LOCALE),
    "cabinet_clock": Message("Fit astronomical clocks: {place}, {cabinets}", {}, LOCALE),
    "cabinet_renewal": Message("Replace control cabinets: {place}, {cabinets}", {}, LOCALE),
    "subscribed_power": Message("Fit the subscribed power to the need: {place}, {cabinets}", {}, LOCALE),
}
"""By kind of action, and by its suffix where the two differ in words."""


def label(kind: Kind, count: int, place: Mapping[str, str]) -> Message:
    """The label of an action.

    Args:
        kind: what is done.
        count: number of luminaires, or of cabinets.
        place: where, by language.

    Raises:
        KeyError: the kind has no label.
    """
    values: dict[str, object] = {"points": _points(count), "cabinets": _cabinets(count), "place": place}
    if "curfew_from" in kind.change:
        values |= {"start": kind.change["curfew_from"], "end": kind.change["curfew_to"]}
    return replace(_TEXTS.get(kind.kind + kind.suffix) or _TEXTS[kind.kind], values=values)


def place_name(street: object, sector: object, cabinet: object = None) -> dict[str, str]:
    """The place by language: the street, the cabinet, the sector, or places without a name."""
    if street:
        return {language: str(street) for language in ("fr", "en")}
    if cabinet:
        template = Message("cabinet {cabinet}", {"cabinet": cabinet}, LOCALE)
    elif sector:
        template = Message("sector {sector}", {"sector": sector}, LOCALE)
    else:
        template = Message("places without a name", {}, LOCALE)
    return {"fr": template.say("fr"), "en": template.say("en")}


def _points(count: int) -> dict[str, str]:
    """The number of points by language, singular where it is one."""
    if count == 1:
        message = Message("one light point", {}, LOCALE)
    else:
        message = Message("{count} light points", {"count": count}, LOCALE)
    return {"fr": message.say("fr"), "en": message.say("en")}


def _cabinets(count: int) -> dict[str, str]:
    if count == 1:
        message = Message("one cabinet", {}, LOCALE)
    else:
        message = Message("{count} cabinets", {"count": count}, LOCALE)
    return {"fr": message.say("fr"), "en": message.say("en")}
