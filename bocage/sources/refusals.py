"""Which rows of a file are refused while it is read, and why: the first reason of each is kept."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Strings = NDArray[Any]


@dataclass
class Refusals:
    """State of the rows of a file during its reading.

    Attributes:
        codes: (n,) code of the refusal, empty text for a sound row.
        details: (n,) what the sentence of the code says more.
    """

    codes: Strings
    details: Strings

    def refuse(self, mask: NDArray[np.bool_], code: str, details: Sequence[object] | Strings | str = "") -> None:
        """Refuse the rows of a mask (n,) that are still sound."""
        fresh = mask & (self.codes == "")
        self.codes[fresh] = code
        self.details[fresh] = details if isinstance(details, str) else np.asarray(details, dtype=object)[fresh]

    @property
    def sound(self) -> NDArray[np.bool_]:
        """Rows (n,) that nothing refused yet."""
        return np.asarray(self.codes == "", dtype=bool)
