"""Explain a number: the rows that make it, what was left out and why, and that they add up."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import F, Model, Q
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import override

from initiatives.choices import Vote
from initiatives.models import BudgetLine, FundingAnnouncement, Indicator, Initiative, LedgerEntry, Milestone
from reports.figures import Figure, Result
from reports.figures.declaration import Rows, bucket_of
from reports.figures.kept import kept_result
from reports.figures.scopes import Scope
from reports.figures.values import Amount, known_sum
from tracker import formats
from tracker.errors import Invalid

SHOWN = 500  # rows on a page; the API gives them all
ANY = "*"  # part of a bucket's key
# Path from a row to its budget line, for figures of money.
_LINES: dict[type[Model], str] = {LedgerEntry: "line", BudgetLine: "pk"}
_OF_LINE = re.compile(r"(?P<bucket>.+)/line-(?P<line>[1-9][0-9]{0,17})", re.ASCII)


@dataclass(frozen=True)
class ExplainedRow:
    """One row that feeds a figure: what it is, where it is shown, and what it adds. `detail` tells rows of one code
    apart."""

    kind: str
    id: int
    code: str
    title_en: str
    title_fr: str
    url: str
    bucket: str
    value: Amount | None
    detail: str = ""

    @property
    def label(self) -> str:
        """The words by which people find it: `1.01`, `1.01 M2`, `1.01 #174, 2026-11-11, GL 4711`."""
        return f"{self.code} {self.detail}".rstrip()


@dataclass(frozen=True)
class Exclusion:
    """Rows of one kind that do not count, and why."""

    reason: Promise
    rows: list[ExplainedRow]


@dataclass(frozen=True)
class Explanation:
    """A figure, its value, its rows and its exclusions. `value` is the sum of the rows' values; None where none is
    known, and for a figure whose buckets make no sum (each bucket has its own value then). `line`: the key of the
    budget line that it is cut to."""

    figure: Figure
    scope: Scope
    on: date
    bucket: str
    result: Result
    value: Amount | None
    rows: list[ExplainedRow]
    exclusions: list[Exclusion]
    line: int | None = None


def line_bucket(bucket: str, line: int) -> str:
    """What of a bucket lies on one budget line: `2025/RCMP/line-17`, `2025/RCMP/authority/line-17`."""
    return f"{bucket}/line-{line}"


def explain(figure: Figure, scope: Scope, *, on: date, bucket: str = "") -> Explanation:
    """Everything behind a figure, or behind one of its buckets. The first parts of a bucket's key stand for all that
    begin so, where adding them means something: `2025` for `2025/CBSA` and `2025/RCMP`; `*` stands for any part:
    `*/CBSA`. A key that ends with `/line-17` is cut to that budget line. Raises `Invalid` for a bucket it has not."""
    result = kept_result(figure, scope, on=on)
    named, line = _cut(bucket)
    meant = [key for key in result.cells if lies_in(named, key)]
    if named and named not in result.cells and not (meant and figure.adds):
        raise _no_bucket(result)

    def shown(rows: Rows) -> list[ExplainedRow]:
        own = rows if scope.whole_plan else rows.filter(of_the_scope(figure, scope))
        if line is not None:
            own = own.filter(**{_LINES[rows.model]: line}) if rows.model in _LINES else own.none()
        return [row for row in explained(own, figure) if lies_in(named, row.bucket)]

    rows = shown(figure.rows(scope.selection, on))
    if line is not None and not rows:
        raise _no_bucket(result)
    exclusions = [Exclusion(reason, shown(left)) for reason, left in figure.excluded(scope.selection, on)]
    value = known_sum(result.cells[key] for key in meant) if named else result.total
    return Explanation(
        figure=figure,
        scope=scope,
        on=on,
        bucket=bucket,
        result=result,
        value=value if line is None else known_sum(row.value for row in rows),
        rows=rows,
        exclusions=[exclusion for exclusion in exclusions if exclusion.rows],
        line=line,
    )


def _cut(bucket: str) -> tuple[str, int | None]:
    """A bucket's own key, and the budget line that it is cut to."""
    found = _OF_LINE.fullmatch(bucket)
    return (found["bucket"], int(found["line"])) if found else (bucket, None)


def _no_bucket(result: Result) -> Invalid:
    message = _("There is no such bucket. Known are: %(known)s.") % {"known": ", ".join(result.cells) or "-"}
    return Invalid(message, fields={"bucket": message})


def of_the_scope(figure: Figure, scope: Scope) -> Q:
    """Rows of its initiatives, and of the pillar as a whole, where one is asked about."""
    mine = Q(**{f"{figure.initiative}__isnull": False})
    if figure.pillar and scope.selection.pillar is not None:
        mine |= Q(**{figure.pillar: scope.selection.pillar})
    return mine


def lies_in(bucket: str, key: str) -> bool:
    """Whether the key of a cell begins with the parts of that bucket; `*` stands for any."""
    wanted, parts = bucket.split("/") if bucket else [], key.split("/")
    return len(wanted) <= len(parts) and all(one in (ANY, part) for one, part in zip(wanted, parts, strict=False))


def explained(rows: Rows, figure: Figure) -> list[ExplainedRow]:
    """Rows as they are shown, in the order of their codes; a constant number of queries."""
    describe = _DESCRIPTIONS[rows.model]
    related = {
        Milestone: ["initiative__plan"],
        LedgerEntry: ["line__initiative__plan", "line__organization"],
        BudgetLine: ["initiative__plan", "organization"],
        FundingAnnouncement: ["plan", "organization"],
        Indicator: ["plan"],
        Initiative: ["plan"],
    }[rows.model]
    extra = {f"bucket_{number}": F(name) for number, name in enumerate(figure.buckets)}
    found = rows.select_related(*related).annotate(**extra).order_by("pk")
    out = [describe(row, bucket_of(getattr(row, name) for name in extra)) for row in found]
    return sorted(out, key=lambda row: (row.code, row.id))


def _initiative(row: Any, bucket: str) -> ExplainedRow:
    value = row.funding if hasattr(row, "funding") else 1
    return ExplainedRow(
        "initiative", row.pk, row.code, row.title_en, row.title_fr, row.get_absolute_url(), bucket, value
    )


def _milestone(row: Milestone, bucket: str) -> ExplainedRow:
    initiative = row.initiative
    return ExplainedRow(
        "milestone", row.pk, f"{initiative.code} {row.code}", row.title_en, row.title_fr,
        f"{initiative.get_absolute_url()}#milestone-{row.code}", bucket, getattr(row, "adds", 1),
    )  # fmt: skip


def _entry(row: LedgerEntry, bucket: str) -> ExplainedRow:
    initiative = row.line.initiative
    return ExplainedRow(
        "ledger-entry", row.pk, initiative.code, initiative.title_en, initiative.title_fr,
        f"{initiative.get_absolute_url()}?entries=all#entry-{row.pk}", bucket, getattr(row, "counted", row.amount),
        ", ".join(filter(None, [f"#{row.pk}", row.effective_on.isoformat(), row.reference])),
    )  # fmt: skip


def _line(row: BudgetLine, bucket: str) -> ExplainedRow:
    initiative = row.initiative
    value = next((getattr(row, name) for name in ("lapse", "overspent", "year_end") if hasattr(row, name)), None)
    return ExplainedRow(
        "budget-line", row.pk, initiative.code, _line_title(row, "en"), _line_title(row, "fr"),
        f"{initiative.get_absolute_url()}#line-{row.pk}", bucket, value,
    )  # fmt: skip


def _line_title(row: BudgetLine, language: str) -> str:
    """The initiative, and which of its lines: fiscal year, organization, vote."""
    with override(language):
        vote = Vote(row.vote).label if row.vote else _("vote not published")
        parts = [formats.fiscal_year(row.fiscal_year), getattr(row.organization, f"abbreviation_{language}"), str(vote)]
        return f"{getattr(row.initiative, f'title_{language}')} ({', '.join(parts)})"


def _announcement(row: FundingAnnouncement, bucket: str) -> ExplainedRow:
    who = row.organization
    return ExplainedRow(
        "funding-announcement", row.pk, row.code, who.name_en if who else row.covers_en,
        who.name_fr if who else row.covers_fr, f"{row.plan.get_absolute_url()}#announced", bucket, row.amount,
    )  # fmt: skip


def _indicator(row: Indicator, bucket: str) -> ExplainedRow:
    return ExplainedRow("indicator", row.pk, row.code, row.title_en, row.title_fr, row.get_absolute_url(), bucket, 1)


_DESCRIPTIONS: dict[type[Model], Callable[[Any, str], ExplainedRow]] = {
    Indicator: _indicator,
    Initiative: _initiative,
    Milestone: _milestone,
    LedgerEntry: _entry,
    BudgetLine: _line,
    FundingAnnouncement: _announcement,
}
