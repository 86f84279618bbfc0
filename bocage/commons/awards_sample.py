"""The sample of awards that was labelled by hand: drawn by seed before any parser was written."""

from collections.abc import Mapping, Sequence

from bocage.vocabulary.draws import generator

SEED = 2023
PARTS: Mapping[str, int] = {"tuning": 300, "test": 200}
"""Number of awards drawn among all, by part."""
COUNTED: Mapping[str, int] = {"tuning_counts": 60, "test_counts": 60}
"""Number of further awards drawn among the titles of lighting and buildings that hold a digit, by part."""
COUNTED_FORMS = ("éclairage public", "bâtiments publics")
"""Words of the forms (démarches) whose titles may hold a count of points or of buildings."""


def draw_sample(files: Sequence[str], titles: Sequence[str], forms: Sequence[str]) -> dict[str, list[int]]:
    """Rows of each part of the sample, the same whatever the order of the rows.

    Args:
        files: number of the file of each award; of awards of one file, the first row only may be drawn.
        titles: title of each award.
        forms: form (démarche) under which each was asked for.

    Returns:
        Rows by part: `tuning` and `test` drawn among all awards; `tuning_counts` and `test_counts`
        drawn among the others whose title holds a digit, for lighting and public buildings.

    >>> drawn = draw_sample([str(k) for k in range(900)], ["2 écoles"] * 900, ["bâtiments publics"] * 900)
    >>> [len(rows) for rows in drawn.values()]
    [300, 200, 60, 60]
    """
    first = {file: row for row, file in reversed(list(enumerate(files)))}
    ordered = [first[file] for file in sorted(first)]
    shuffled = [ordered[place] for place in generator(SEED, "awards").permutation(len(ordered))]
    drawn, start = {}, 0
    for part, count in PARTS.items():
        drawn[part] = shuffled[start : start + count]
        start += count
    counted = [row for row in shuffled[start:] if _may_count(titles[row], forms[row])]
    start = 0
    for part, count in COUNTED.items():
        drawn[part] = counted[start : start + count]
        start += count
    return drawn


def _may_count(title: str, form: str) -> bool:
    return any(character.isdigit() for character in title) and any(words in form for words in COUNTED_FORMS)
