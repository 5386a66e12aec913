"""The soak: a simulated year of weekly rollups, sealed by real workers while faults are injected.

`script/soak` runs it; `docs/soak.md` says what it does. `house` keeps the processes, `year` is what happens, `faults`
what goes wrong, `people` who writes, `checks` what must hold at the end.
"""
