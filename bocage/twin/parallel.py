"""Independent pieces of work over processes, one per core: territories, parts of an inventory, documents."""

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")

THREAD_VARIABLES = ("POLARS_MAX_THREADS", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS")
"""Each process uses one core: it must not start as many threads as there are."""
MEMORY_VARIABLES = {"MALLOC_MMAP_THRESHOLD_": str(1 << 30), "MALLOC_TRIM_THRESHOLD_": str(1 << 32)}
"""The C library keeps the large arrays that a process frees for its next ones, not asking for new pages each time."""


def over_processes(
    work: Callable[[Item], Result], items: Sequence[Item], *, workers: int | None = None
) -> list[Result]:
    """Do the work on each item, in processes, and hand back the results in the order of the items.

    Dask's multiprocessing scheduler runs it. What the work raises is raised here, and the rest is
    dropped: work that must go on hands its faults back as results.

    Args:
        work: function of a module, so that another process can import it.
        items: arguments.
        workers: number of processes; one per core where None.

    >>> over_processes(abs, [-1, 2], workers=1)
    [1, 2]
    """
    count = min(workers or cores(), len(items))
    if count <= 1:
        return [work(item) for item in items]
    # 0.2 s of start-up that only what is done in parallel needs
    from dask import config  # noqa: PLC0415
    from dask.base import compute  # noqa: PLC0415
    from dask.delayed import delayed  # noqa: PLC0415

    with _environment(), config.set({"multiprocessing.context": "spawn"}):
        tasks = [delayed(work, pure=False)(item) for item in items]
        found = compute(*tasks, scheduler="processes", num_workers=count, chunksize=1)  # type: ignore[no-untyped-call]
    return list(found)


def cores() -> int:
    """Number of cores that this process may use.

    >>> cores() >= 1
    True
    """
    available: Any = getattr(os, "sched_getaffinity", None)
    return len(available(0)) if available else os.cpu_count() or 1


@contextmanager
def _environment() -> Iterator[None]:
    """Variables that the processes find when they start."""
    wanted = {**dict.fromkeys(THREAD_VARIABLES, "1"), **MEMORY_VARIABLES}
    before = {name: os.environ.get(name) for name in wanted}
    os.environ.update(wanted)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
