"""Settings: the keys that a domain, or the twin, reads in `territory.toml`."""

import csv
import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, kw_only=True)
class Setting:
    """One key of `territory.toml`: name, type (`text`, `real`, `integer`, `boolean`, `date`), unit, default."""

    name: str
    type: str
    unit: str
    default: str
    codes: tuple[str, ...]
    minimum: float | None
    maximum: float | None
    description: Mapping[str, str]

    def parse(self, value: object) -> object:
        """The value checked and cast; ValueError says what is expected.

        >>> Setting(name="k", type="real", unit="", default="", codes=(), minimum=0, maximum=1,
        ...         description={}).parse(0.5)
        0.5
        """
        match self.type:
            case "real" if isinstance(value, int | float) and not isinstance(value, bool):
                parsed: object = float(value)
            case "integer" if isinstance(value, int) and not isinstance(value, bool):
                parsed = value
            case "boolean" if isinstance(value, bool):
                parsed = value
            case "date" if isinstance(value, dt.date):
                parsed = value
            case "text" if isinstance(value, str):
                parsed = value
            case _:
                raise ValueError(f"{self.type} expected, not {value!r}")
        if self.codes and parsed not in self.codes:
            raise ValueError(f"{value!r} is not one of {', '.join(self.codes)}")
        if isinstance(parsed, float | int) and not isinstance(parsed, bool):
            if self.minimum is not None and parsed < self.minimum:
                raise ValueError(f"{value!r} is below {self.minimum:g}")
            if self.maximum is not None and parsed > self.maximum:
                raise ValueError(f"{value!r} is above {self.maximum:g}")
        return parsed

    def default_value(self) -> object:
        """The default, cast to its type; None where there is none."""
        if not self.default:
            return None
        match self.type:
            case "real":
                return self.parse(float(self.default))
            case "integer":
                return self.parse(int(self.default))
            case "boolean":
                return self.parse(self.default == "true")
            case "date":
                return self.parse(dt.date.fromisoformat(self.default))
            case _:
                return self.parse(self.default)


def read_settings(path: Path) -> tuple[Setting, ...]:
    """Read the declaration of settings (name,type,unit,default,codes,min,max,description_fr,description_en)."""
    with path.open(encoding="utf-8", newline="") as stream:
        return tuple(
            Setting(
                name=row["name"],
                type=row["type"],
                unit=row["unit"],
                default=row["default"],
                codes=tuple(code for code in row["codes"].split(";") if code),
                minimum=float(row["min"]) if row["min"] else None,
                maximum=float(row["max"]) if row["max"] else None,
                description={"fr": row["description_fr"], "en": row["description_en"]},
            )
            for row in csv.DictReader(stream)
        )
