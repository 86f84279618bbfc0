"""`python -m benchmarks` lists the benchmarks; `python -m benchmarks NAME [--json] [--seed N]` runs one."""

import argparse
import io
import json
import sys
from collections.abc import Sequence

from benchmarks.frame import as_table, listed, run_one


def main(arguments: Sequence[str]) -> int:
    """Run the command line; 0 where every figure holds or could not be judged, 1 where one does not."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # a Windows console may lack what a unit needs
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="Measure what Bocage must show.")
    parser.add_argument("name", nargs="?", help="benchmark to run; all are listed where absent")
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    parser.add_argument("--seed", type=int, default=1, help="seed of whatever is drawn at random (1)")
    asked = parser.parse_args(arguments)
    known = {benchmark.name: benchmark for benchmark in listed()}
    if asked.name is None:
        if asked.json:
            print(json.dumps([{"name": one.name, "about": one.about} for one in known.values()]))
        else:
            print("\n".join(f"{one.name:<20}{one.about}" for one in known.values()))
        return 0
    if asked.name not in known:
        print(f"there is no benchmark {asked.name!r}; there are {', '.join(known)}", file=sys.stderr)
        return 2
    result = run_one(known[asked.name], seed=asked.seed)
    print(json.dumps(result, allow_nan=False) if asked.json else as_table(result))
    figures = result["figures"]
    assert isinstance(figures, Sequence)
    return 1 if any(figure["holds"] is False for figure in figures) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
