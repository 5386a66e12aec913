"""What is printed at the end of a soak."""

import time
from collections import Counter
from collections.abc import Iterable
from typing import TextIO

from soak.checks import Check
from soak.year import Year

WIDTH = 26


class Report:
    """Of one year, to `out`."""

    def __init__(self, year: Year, out: TextIO) -> None:
        self.year = year
        self.out = out

    def faults(self) -> None:
        """What went wrong, how often."""
        self._title("Injected")
        done = self.year.faults.done
        vain = Counter(one.kind for one in done if one.said.startswith("in vain"))
        for kind, times in sorted(self.year.faults.counts().items()):
            self._row(kind.replace("_", " "), f"{times} times" + (f", {vain[kind]} in vain" if vain[kind] else ""))
        self._row("all", f"{len(done)} faults")

    def people(self, seconds: float) -> None:
        """What was written, and how long things took."""
        sent = self.year.people.sent
        self._title("Played")
        self._row("weeks", f"{self.year.weeks} in {seconds:.0f} s; {self.year.reopened} reopened")
        self._row("writes by REST", f"{len(sent.accepted)} accepted, {len(sent.refused)} refused by a rule")
        self._row("sent again", f"{sum(sent.tries.values())} times, {sent.replays} answered as before")
        self._row("not answered", _told(sent.tries))
        self._row("slowest answer", f"{sent.longest:.1f} s, with all that was sent again")
        self._row("actions", _told(sent.acts))
        self._row(
            "refusals by REST",
            _told(Counter(f"{post.path.split('/')[0]} {code}" for post, code in sent.refused.values())),
        )
        self._row("until nothing was owed", self.year.waits())

    def checks(self, found: Iterable[Check], broke: str) -> int:
        """What holds, each as it is known; the exit status."""
        self._title("Found")
        failed = bool(broke)
        if broke:
            self._row("the year", f"FAILED  {broke}")
        began = time.monotonic()
        for check in found:
            took, began = time.monotonic() - began, time.monotonic()
            failed = failed or bool(check.faults)
            self._row(check.name, f"{'FAILED' if check.faults else 'ok'}  {check.said.strip()} ({took:.1f} s)")
            for fault in check.faults[:10]:
                self.out.write(f"{'':{WIDTH}}- {fault}\n")
        return int(failed)

    def _title(self, title: str) -> None:
        self.out.write(f"\n{title}\n")

    def _row(self, name: str, said: str) -> None:
        self.out.write(f"  {name:{WIDTH - 2}}{said}\n")
        self.out.flush()


def _told(counts: Counter[str]) -> str:
    return ", ".join(f"{what} {number}" for what, number in sorted(counts.items())) or "none"
