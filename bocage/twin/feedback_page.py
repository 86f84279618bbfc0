"""One estimate of shared experience explained on one page: its data, its prior, how it is computed."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from bocage.commons import costs, realisation
from bocage.commons.costs import CostModel
from bocage.commons.estimate import Estimate, Witness
from bocage.commons.realisation import GUARANTEED, PRIOR_RESTS_ON
from bocage.commons.record import Record
from bocage.commons.schema import FOLDER as RECORD_FOLDER
from bocage.commons.shelf import usable_records
from bocage.publish.evidence.content import EvidenceContent, Seen, Spread
from bocage.publish.evidence.typeset import write_evidence
from bocage.publish.texts import say
from bocage.twin.answer import Answer, Section
from bocage.twin.feedback import file_name_of, learn_models, own_paths
from bocage.twin.feedback_words import subject_of
from bocage.twin.territory import Territory
from bocage.twin.wording import _
from bocage.vocabulary.code_labels import read_code_labels
from bocage.vocabulary.text import LANGUAGES, Language, Message
from bocage.vocabulary.units import units


def write_page(
    territory: Territory,
    name: str,
    *,
    others: Sequence[Path] = (),
    awards: Path | None = None,
    into: Path | None = None,
    language: Language,
) -> Answer:
    """Write the page of one estimate as PDF and HTML.

    Args:
        territory: open territory; its own records count.
        name: name of the estimate, such as `cost:lighting.led` or `realisation:buildings`.
        others: files and folders of further records.
        awards: published list of awards of the Fonds vert.
        into: folder to write to; that of the results where None.
        language: language of the page.

    Raises:
        BocageError: BOC-COM-009 no such estimate, those of the files, BOC-PUB-001 and 005.
    """
    records, _aside = usable_records([*own_paths(territory), *others])
    learned = learn_models(territory, records, awards=awards)
    found = learned.estimate(name, territory=territory.code)
    content = _content(territory, found, learned.costs, records)
    told = [*_formula(found), *_cautions(found, records)]
    folder = into or territory.place("results")
    written = write_evidence(content, folder / f"{file_name_of(name)}.pdf", language=language)
    subject = {tongue: say(content.subject, tongue) for tongue in LANGUAGES}
    return Answer(
        title=_("What the estimate “{name}” rests on", name=subject),
        sections=[Section(title=_("Estimate"), lines=told)],
        data={
            "name": name, "median": found.median, "low": found.low, "high": found.high, "unit": found.unit,
            "records": found.records, "prior_share": found.prior_share, "prior": list(found.prior),
            "witnesses": [vars(one) for one in found.witnesses], "inside": found.inside, "of": found.all_records,
        },
        files=written,
    )  # fmt: skip


def _content(territory: Territory, found: Estimate, model: CostModel, records: Sequence[Record]) -> EvidenceContent:
    is_cost = found.name.startswith(costs.PREFIX)
    labels = read_code_labels(RECORD_FOLDER)["quality"]
    return EvidenceContent(
        subject=subject_of(found),
        territory=territory.name,
        synthetic=territory.synthetic,
        unit=found.unit,
        at=_at(found) if is_cost else "",
        prior=Spread(*found.prior),
        posterior=Spread(found.median, found.low, found.high),
        prior_share=found.prior_share,
        prior_source=_prior_source(found, model),
        seen=[_seen(one, labels[one.quality]) for one in found.witnesses],
        inside=found.inside,
        of=found.all_records,
        r_hat=found.r_hat,
        formula=_formula(found),
        cautions=_cautions(found, records),
        date=territory.today(),
    )


def _seen(one: Witness, quality: Mapping[str, str]) -> Seen:
    return Seen(
        title=one.title,
        place=one.place,
        quality=quality,
        value=one.value,
        weight=one.weight,
        without=one.without,
        foreseen=one.foreseen,
        surprise=one.surprise,
    )


def _at(found: Estimate) -> Message:
    unit = units().get(found.quantity_unit)
    label = unit.label if unit else {"fr": found.quantity_unit, "en": found.quantity_unit}
    return _("for {quantity} {unit}", quantity=found.quantity, unit=label)


def _prior_source(found: Estimate, model: CostModel) -> dict[str, str] | str:
    """Source of the parameter that the prior was read from; empty where the prior says next to nothing."""
    kind = found.name.partition(":")[2]
    domain = kind.partition(".")[0]
    names = (
        [f"feedback.cost_{kind.replace('.', '_')}"]
        if found.name.startswith(costs.PREFIX)
        else [f"feedback.realisation_{GUARANTEED}"]
        if kind.endswith(GUARANTEED)
        else [f"realisation.{domain}", "realisation.other"]
    )
    known = model.parameters.names()
    chosen = next((name for name in names if name in known), None)
    return dict(model.parameters[chosen].reference) if chosen else ""


def _formula(found: Estimate) -> list[Message]:
    return _cost_formula() if found.name.startswith(costs.PREFIX) else _share_formula()


def _cost_formula() -> list[Message]:
    return [
        _(
            "ln cost = level of the kind + elasticity × ln(size / usual size) + drift × decades + territory + rest;"
            " levels, elasticities and territories are partially pooled, and drawn together (Gibbs sampler)."
        ),
        _(
            "A cost of which nobody knows whether VAT is in stands halfway, and the gap is an error;"
            " a grant is seen through the rate of aid, which is uncertain too."
        ),
    ]


def _share_formula() -> list[Message]:
    return [
        _(
            "ln(realised / predicted) = level + territory + rest, partially pooled; each record enters with the error"
            " of its grade, or with its own interval where that is wider."
        ),
        _("The share is applied to every saving that the engineering of a plan predicts; never to added expenses."),
    ]


def _cautions(found: Estimate, records: Sequence[Record]) -> list[Message]:
    said = [_("Works of which somebody wrote are no random draw: those that went badly are told less often.")]
    if any(one.quality == "awarded" for one in found.witnesses):
        said.append(
            _("Grants tell how cost varies with size and place; of its level, no more than the rate of aid is known.")
        )
    domain = found.name.partition(":")[2].partition(".")[0]
    held = PRIOR_RESTS_ON.get(domain, frozenset())
    if found.name.startswith(realisation.PREFIX) and held:
        titles = [str(one.get("title")) for one in records if one.record_id in held]
        if titles:
            said.append(_("Already in the prior, not counted twice: {titles}", titles="; ".join(titles)))
    if found.records < 3:
        said.append(_("Fewer than three records: the estimate is mostly what was held beforehand."))
    return said
