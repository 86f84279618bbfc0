"""How the documents speak of the public body that deliberates: its assembly, its register, who executes."""

from collections.abc import Mapping
from dataclasses import dataclass

from bocage.publish.report.content import PlaceKind
from bocage.publish.texts import LOCALE
from bocage.vocabulary.text import Message

_ANY_REGISTER = Message("EXTRACT FROM THE REGISTER OF DELIBERATIONS", {}, LOCALE)
_PRESIDENT = Message("the president", {}, LOCALE)


@dataclass(frozen=True, kw_only=True)
class BodyWords:
    """Words of one kind of public body.

    Attributes:
        name: what its name is preceded by; none where the name says it.
        assembly: the assembly that decides, with its article.
        report_to: to whom the report is made, as it is written above the title.
        register: head of the extract of its deliberations.
        head: who executes the deliberation, with the article.
        law: the text under which it deliberates; none where it depends on its statutes.
    """

    name: Message | str = ""
    assembly: Message
    report_to: Message
    register: Message = _ANY_REGISTER
    head: Message = _PRESIDENT
    law: Message | str = ""


BODY_WORDS: Mapping[PlaceKind, BodyWords] = {
    "commune": BodyWords(
        name=Message("Commune of", {}, LOCALE),
        assembly=Message("the municipal council", {}, LOCALE),
        report_to=Message("Report to the municipal council", {}, LOCALE),
        register=Message("EXTRACT FROM THE REGISTER OF DELIBERATIONS OF THE MUNICIPAL COUNCIL", {}, LOCALE),
        head=Message("the mayor", {}, LOCALE),
        law=Message(
            "Having regard to the code général des collectivités territoriales, in particular article L. 2121-29;",
            {},
            LOCALE,
        ),
    ),
    "epci": BodyWords(
        assembly=Message("the community council", {}, LOCALE),
        report_to=Message("Report to the community council", {}, LOCALE),
        register=Message("EXTRACT FROM THE REGISTER OF DELIBERATIONS OF THE COMMUNITY COUNCIL", {}, LOCALE),
        law=Message(
            "Having regard to the code général des collectivités territoriales, in particular article L. 5211-1;",
            {},
            LOCALE,
        ),
    ),
    "syndicate": BodyWords(
        assembly=Message("the syndicate committee", {}, LOCALE),
        report_to=Message("Report to the syndicate committee", {}, LOCALE),
    ),
    "departement": BodyWords(
        name=Message("Département of", {}, LOCALE),
        assembly=Message("the departmental council", {}, LOCALE),
        report_to=Message("Report to the departmental council", {}, LOCALE),
    ),
    "other": BodyWords(
        assembly=Message("the deliberating assembly", {}, LOCALE),
        report_to=Message("Report to the deliberating assembly", {}, LOCALE),
    ),
}
