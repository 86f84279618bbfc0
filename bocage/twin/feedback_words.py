"""What an estimate of shared experience is called, for a reader."""

from collections.abc import Mapping

from bocage.commons import costs
from bocage.commons.estimate import Estimate
from bocage.commons.schema import FOLDER as RECORD_FOLDER
from bocage.commons.schema import action_kinds
from bocage.twin.wording import _
from bocage.vocabulary.code_labels import read_code_labels
from bocage.vocabulary.text import Message


def subject_of(found: Estimate) -> Message:
    """The title of an estimate.

    Args:
        found: estimate.
    """
    if found.name.startswith(costs.PREFIX):
        return _("Unit cost excluding VAT: {kind}", kind=label_of(found))
    return _("Share of the predicted savings that comes true: {domain}", domain=label_of(found))


def label_of(found: Estimate) -> Mapping[str, str]:
    """Label by language of the kind of action of a cost, of the domain of a share.

    Args:
        found: estimate.
    """
    domain, _dot, kind = found.name.partition(":")[2].partition(".")
    if found.name.startswith(costs.PREFIX):
        # the first kind of a family names it
        labels = {one.family: one.label for one in reversed(list(action_kinds().values())) if one.domain == domain}
        return labels.get(kind, {"fr": kind, "en": kind})
    name = f"{domain}.{kind}" if kind else domain
    return read_code_labels(RECORD_FOLDER)["domain"].get(name, {"fr": name, "en": name})
