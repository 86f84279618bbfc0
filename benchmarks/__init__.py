"""Benchmarks: what Bocage must show, measured against a peer or a limit in the same run.

Each module with a `run(*, seed)` is one benchmark; `python -m benchmarks` lists them.
"""
