"""A twin copied whole from one store to another, whatever their forms: versions, corrections and observations too."""

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from types import TracebackType
from typing import Protocol, Self

import polars as pl

from bocage.store.interface import Store
from bocage.vocabulary.columns import Table

CORRECTION_COLUMNS = ("asset_type", "asset_id", "column_name", "value", "author", "corrected_on")


@dataclass(frozen=True)
class Layer:
    """The rows of one table as the twin keeps its values.

    Attributes:
        table: declaration.
        former: whether these are the former versions of an asset type.
        rows: every field, geometry as well-known binary last, in the order of writing.
    """

    table: Table
    former: bool
    rows: pl.DataFrame


class Content(Protocol):
    """What a twin holds, in one view of it; values are those that the store keeps."""

    def declarations(self) -> Sequence[Table]:
        """The declared tables."""
        ...

    def layers(self) -> Iterator[Layer]:
        """Rows in force of each declared table, then the former versions of an asset type."""
        ...

    def corrections(self) -> Sequence[tuple[object, ...]]:
        """Corrections made by hand, with the columns of `CORRECTION_COLUMNS`."""
        ...

    def observations(self) -> Iterator[pl.DataFrame]:
        """Observations in chunks: `series_id`, `time`, `value`, `quality`."""
        ...


class Transferable(Store, Protocol):
    """A store that can hand over what it holds, and take it."""

    def __enter__(self) -> Self:
        """The store itself."""
        ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close it."""
        ...

    def content(self) -> AbstractContextManager[Content]:
        """What the twin holds, in one view of it."""
        ...

    def receive(self, content: Content) -> None:
        """Take the content of another twin, in one transaction but for its observations.

        Raises:
            BocageError: BOC-STO-034 where the twin is not empty.
        """
        ...


def copy_store(source: Transferable, target: Transferable) -> None:
    """Copy a twin into an empty one: the same fingerprint on both sides.

    Args:
        source: any form; others may write to it meanwhile, one view of it is copied.
        target: any form, empty, of the same projection.

    Raises:
        BocageError: BOC-STO-034 where the target is not empty.
    """
    with source.content() as content:
        target.receive(content)
