"""References: a text that is the same in both languages may only cite, never explain."""

import re
from collections.abc import Mapping

MOST_WORDS = 12
EXPLAINING = frozenset(
    {
        *("the", "of", "for", "and", "is", "are", "was", "were", "from", "with", "without", "between", "not", "read"),
        *("dans", "est", "sont", "sans", "mais", "pas", "entre", "selon", "avec", "pour", "lu", "lue", "lus"),
        *("guess", "assumption", "estimation", "hypothèse"),
    }
)
"""Words of a sentence, absent from the number of an article and from an address."""

LOOSE = re.compile(r"(?<!\u202f)[;:!?»%](?=[\s).,]|$)|«(?!\u202f)")
"""Signs that French binds to their word with a narrow no-break space, where it is missing."""


def is_citation(text: str) -> bool:
    """Say whether a text only cites: twelve words at most, none of them one that explains.

    >>> is_citation("Arrêté du 27 décembre 2018 modifié, art. 8"), is_citation("https://example.org/the-price-of-the-kwh")
    (True, True)
    >>> is_citation("Guess of the project"), is_citation("Circulaire de 2024, lue dans la presse")
    (False, False)
    """
    words = [word.strip(".,;:()").casefold() for word in text.split()]
    return len(words) <= MOST_WORDS and EXPLAINING.isdisjoint(words)


def reference_faults(reference: Mapping[str, str]) -> list[str]:
    """What is wrong with a reference: prose in one language only, or French punctuation that a line may cut off.

    >>> reference_faults({"fr": "Estimation du projet", "en": "Guess of the project"})
    []
    >>> reference_faults({"fr": "Mean of the meters", "en": "Mean of the meters"})
    ["'Mean of the meters' explains: it needs a text in each language"]
    """
    french = reference["fr"]
    if french == reference["en"]:
        return [] if is_citation(french) else [f"{french!r} explains: it needs a text in each language"]
    return [f"{french!r} has punctuation without a narrow no-break space"] if LOOSE.search(french) else []
