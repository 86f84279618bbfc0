"""A checked record: its values typed as declared, and the few figures that others read from it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bocage.commons.schema import ROOT, family_of


@dataclass(frozen=True)
class Record:
    """A record whose values have their declared types.

    Attributes:
        values: by section; a mapping, or a list of mappings where the section is a list.
        place: file it was read from, or the name under which it is shipped.
        shipped: whether it comes with the software.
    """

    values: Mapping[str, Any]
    place: str = ""
    shipped: bool = False

    def get(self, path: str, default: Any = None) -> Any:  # noqa: ANN401 - typed as declared
        """The value of `field` or `section.field`; the default where it is not given."""
        section, _dot, name = path.rpartition(".")
        return self.values.get(section or ROOT, {}).get(name, default)

    def rows(self, section: str) -> Sequence[Mapping[str, Any]]:
        """The rows of a section that is a list."""
        found: Sequence[Mapping[str, Any]] = self.values.get(section, [])
        return found

    @property
    def record_id(self) -> str:
        """Identifier."""
        return str(self.get("record_id"))

    @property
    def family(self) -> str:
        """Family of its kind of action."""
        return family_of(self.get("action.domain"), self.get("action.kind"))

    def evidence(self) -> Iterator[Mapping[str, Any]]:
        """What it rests on."""
        yield from self.rows("evidence")

    def cost(self) -> tuple[float, str, str] | None:
        """What it cost in all: amount [EUR], tax (`excluded`, `included`, `unknown`), quality; None where unknown.

        Running costs and studies are no part of it. Realised lines are preferred; what was announced
        stands in where nothing was realised, and says so.

        >>> Record({"costs": [{"line": "works", "amount_eur": 100.0, "vat": "excluded", "quality": "declared"}]}).cost()
        (100.0, 'excluded', 'declared')
        """
        lines = [row for row in self.rows("costs") if row["line"] not in {"running", "study"}]
        if lines:
            amounts, taxes = zip(*(_excluding_vat(row) for row in lines), strict=True)
            qualities = {row["quality"] for row in lines}
            worst = next(one for one in ("announced", "declared", "invoiced") if one in qualities)
            return sum(amounts), taxes[0] if len(set(taxes)) == 1 else "unknown", worst
        predicted = self.values.get("predicted_cost")
        if predicted:
            return predicted["amount_eur"], predicted["vat"], "announced"
        return None


def _excluding_vat(row: Mapping[str, Any]) -> tuple[float, str]:
    rate, amount = row.get("vat_rate"), float(row["amount_eur"])
    if row["vat"] == "included" and rate:
        return amount / (1.0 + rate), "excluded"
    return amount, str(row["vat"])
