"""How much a simulation makes."""

from dataclasses import dataclass

from tracker.errors import Invalid

MOST_WEEKS = 520
MOST_INITIATIVES = 90_000
# For each initiative, or line: what codes, votes and fiscal years can tell apart.
MOST_MILESTONES, MOST_LINES, MOST_ENTRIES = 200, 12, 1_000


@dataclass(frozen=True, kw_only=True)
class Size:
    """Numbers of rows. `weeks` are reporting weeks with a past: locked, and reported on."""

    initiatives: int = 10_000
    updates: int = 1_000_000
    weeks: int = 104
    milestones: int = 100_000
    lines: int = 60_000
    entries: int = 600_000

    def check(self) -> None:
        """Raises `Invalid`, by field, for numbers that no plan could have."""
        of = self.initiatives
        limits = {
            "initiatives": (1, MOST_INITIATIVES, ""),
            "weeks": (1, MOST_WEEKS, ""),
            "updates": (0, of * self.weeks, ", one for each initiative and week"),
            "milestones": (0, of * MOST_MILESTONES, f", {MOST_MILESTONES} for each initiative"),
            "lines": (0, of * MOST_LINES, f", {MOST_LINES} for each initiative"),
            "entries": (0, self.lines * MOST_ENTRIES, f", {MOST_ENTRIES} for each line"),
        }
        for names in (("initiatives", "weeks"), ("updates", "milestones", "lines"), ("entries",)):
            faults = {}
            for name in names:
                (least, most, why), number = limits[name], getattr(self, name)
                if not least <= number <= most:
                    faults[name] = f"{number} does not do: from {least} to {most}{why}."
            if faults:
                raise Invalid("Such a plan cannot be simulated.", fields=faults)


def shared_out(total: int, among: int, place: int) -> int:
    """How many of `total` fall to one of `among`, so that the shares are even and sum to it."""
    return (place + 1) * total // among - place * total // among
