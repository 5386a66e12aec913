"""What is wrong in a plan's files, gathered whole: one reading names every problem, not only the first."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date
from difflib import get_close_matches


@dataclass(frozen=True, order=True)
class Location:
    """A line of a plan file; `file` is the name within the plan's directory, lines count from 1."""

    file: str
    line: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}"


@dataclass(frozen=True, order=True)
class Problem:
    """One thing that is wrong, where, and what to write instead."""

    at: Location
    field: str
    message: str

    def __str__(self) -> str:
        return f"{self.at}: {self.field}: {self.message}"


class PlanFileError(Exception):
    """The files do not make a plan. `problems` holds all that was found, in the order of files and lines."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        self.problems = problems
        super().__init__("\n".join(str(problem) for problem in problems))


@dataclass(frozen=True)
class Reference:
    """A code that names another item, to be looked up once every file has been read."""

    kind: str
    code: str
    at: Location
    field: str


@dataclass
class Reading:
    """One reading of a plan's directory. `today` judges what cannot have happened yet."""

    today: date
    problems: list[Problem] = field(default_factory=list)
    references: list[Reference] = field(default_factory=list)
    declared: defaultdict[str, dict[str, Location]] = field(default_factory=lambda: defaultdict(dict))
    # Kinds whose files could not be read: what refers to them is not judged.
    unread: set[str] = field(default_factory=set)
    official_sources: dict[str, bool] = field(default_factory=dict)

    def report(self, at: Location, field_name: str, message: str) -> None:
        self.problems.append(Problem(at, field_name, message))

    def finish(self) -> tuple[Problem, ...]:
        """Look the references up; all that was wrong, by file and line."""
        for reference in self.references:
            known = self.declared[reference.kind]
            if reference.code not in known and reference.kind not in self.unread:
                advice = suggestion(reference.code, sorted(known))
                self.report(reference.at, reference.field, f"there is no {reference.kind} {reference.code}; {advice}")
        return tuple(sorted(set(self.problems)))


def suggestion(written: str, allowed: list[str]) -> str:
    """Advice on a word that is none of the allowed ones."""
    lowered = {word.lower(): word for word in allowed}
    close = get_close_matches(written.lower(), list(lowered), n=1, cutoff=0.6) or [
        word for word in lowered if word.startswith(f"{written.lower()}_")
    ]
    if close:
        return f"did you mean {lowered[close[0]]}?"
    return f"write one of: {', '.join(allowed)}" if allowed else "none is declared"
