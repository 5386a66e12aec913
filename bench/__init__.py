"""Benchmarks: how long things take against a limit or a peer that is measured in the same run.

`script/bench` runs them all on engines of its own and writes `bench/RESULTS.md`.
"""
