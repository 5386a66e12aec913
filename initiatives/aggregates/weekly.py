"""What the weekly updates of some initiatives start from: the last approved one, the facts that a rating has to answer
to, and the questions that they put. How many queries it takes depends on nothing."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from django.db.models import F, Max, Min, OuterRef, Q, Subquery, Window
from django.db.models.functions import RowNumber

from initiatives.aggregates.indicator_series import Series
from initiatives.aggregates.indicators import series
from initiatives.aggregates.money import Funds, LineFunds, line_funds
from initiatives.choices import ForecastBasis, Measure, Stage, Standing, Workflow
from initiatives.models import BudgetLine, ChangeRequest, Indicator, Initiative, LedgerEntry, Milestone, StatusUpdate
from initiatives.rules.disagreement import RatedFacts, disagreements
from initiatives.rules.money import elapsed, known_total
from initiatives.rules.no_change import IN_A_ROW, Refusal, Told, no_change_refusal, repeated
from initiatives.rules.periods import Period, following
from initiatives.rules.questions import Expected, Question, Situation, Spending, Wanted, questions
from pillars.models import ReportingWeek
from pillars.rules import fiscal_year, fiscal_year_dates
from tracker.templatetags.tracker import bilingual_text

REMEMBERED = timedelta(weeks=13)  # how far back "no change" in a row is counted


@dataclass(frozen=True)
class Weekly:
    """Of one initiative, for one week. `last` is the last approved update before it; `repeats` counts the weeks before
    that said "no change" without a sentence of their own; `lines` are the budget lines of the fiscal year."""

    last: StatusUpdate | None
    repeats: int
    facts: RatedFacts
    questions: list[Question]
    lines: list[LineFunds] = field(default_factory=list, repr=False)

    def no_change(
        self, current: StatusUpdate | None, *, differs: bool = False, sentence: tuple[str, str] = ("", "")
    ) -> Refusal | None:
        """Why the week's update, as it is, may not say "no change"; None where it may. `sentence` is its own, in
        English and French."""
        last = self.last
        if last is not None and current is not None:
            differs = differs or current.says_otherwise(last, sentence=sentence)
        return no_change_refusal(
            affirms=last is not None,
            returned=current is not None and current.workflow == Workflow.RETURNED,
            differs=differs,
            disputed=last is not None and bool(disagreements(self.facts, last.ratings)),
            repeats=self.repeats,
            sentence=any(sentence),
        )


def weekly(
    initiatives: Sequence[Initiative], week: ReportingWeek, *, today: date, current: Mapping[int, StatusUpdate],
    asking: bool = True,
) -> dict[int, Weekly]:  # fmt: skip
    """By the key of the initiative, as known on the plan's day `today`, for a week that may have ended before.
    `current` are that week's updates so far. Not `asking` leaves out the questions, and what only they need."""
    on = min(today, week.ends_on)
    keys = [initiative.pk for initiative in initiatives]
    last = last_approved(keys, week)
    repeats = _repeats(keys, week)
    milestones = _milestones(keys)
    waiting = ChangeRequest.objects.undecided().filter(milestone__initiative__in=keys)
    asked = set(waiting.values_list("milestone", flat=True)) if asking else set()
    indicators = _indicators(keys, on=on)
    lines = _lines(keys, on=on)
    spent = _spending(keys, lines, on=on) if asking else {}
    found = {}
    for initiative in initiatives:
        key = initiative.pk
        facts = _facts(milestones[key], indicators[key], Funds(tuple(lines[key])), last.get(key), on=on, plan=week.plan)
        situation = Situation(
            milestones=tuple(_expected(row, asked) for row in milestones[key] if _unmet(row, on)),
            indicators=tuple(_wanted(indicators[key])),
            spending=spent.get(key),
            returned=_comment(current.get(key)),
            decision=_decision(last.get(key)),
        )
        found[key] = Weekly(last.get(key), repeats[key], facts, questions(situation, on=on), lines[key])
    return found


def last_approved(keys: Iterable[int], week: ReportingWeek) -> dict[int, StatusUpdate]:
    """The last approved update of each initiative before the week."""
    latest = (
        StatusUpdate.objects.approved()
        .filter(initiative=OuterRef("pk"), week__starts_on__lt=week.starts_on)
        .order_by("-week__starts_on")
    )
    found: Any = (
        Initiative.objects.filter(pk__in=list(keys)).order_by().annotate(last=Subquery(latest.values("pk")[:1]))
    )
    rows = StatusUpdate.objects.filter(pk__in=[key for key in found.values_list("last", flat=True) if key]).for_list()
    return {row.initiative_id: row for row in rows}


def _repeats(keys: Iterable[int], week: ReportingWeek) -> dict[int, int]:
    """Submitted ones count, too: the reviewer has only not come to them yet. Who skipped a season of weeks has been
    quiet, and did not say "no change" in a row."""
    rows = (
        StatusUpdate.objects.filter(
            initiative__in=list(keys), week__starts_on__lt=week.starts_on,
            week__starts_on__gte=week.starts_on - REMEMBERED,
            workflow__in=[Workflow.SUBMITTED, Workflow.APPROVED],
        )
        .annotate(place=Window(RowNumber(), partition_by="initiative_id", order_by=F("week__starts_on").desc()))
        .filter(place__lte=IN_A_ROW + 1)
        .order_by("initiative_id", "place")
        .values_list("initiative_id", "no_change", "headline_en", "headline_fr")
    )  # fmt: skip
    told: dict[int, list[Told]] = defaultdict(list)
    for key, no_change, english, french in rows:
        told[key].append(Told(no_change, (english, french)))
    return defaultdict(int, {key: repeated(earlier) for key, earlier in told.items()})


def _milestones(keys: Iterable[int]) -> dict[int, list[Any]]:
    rows = Milestone.objects.filter(initiative__in=list(keys)).with_dates().order_by("initiative_id", "code")
    found: dict[int, list[Any]] = defaultdict(list)
    for row in rows:
        found[row.initiative_id].append(row)
    return found


def _indicators(keys: Iterable[int], *, on: date) -> dict[int, list[Series]]:
    found: dict[int, list[Series]] = defaultdict(list)
    for one in series(Indicator.objects.filter(initiative__in=list(keys)).order_by("code"), on=on).values():
        found[one.indicator.initiative_id or 0].append(one)
    return found


def _lines(keys: Iterable[int], *, on: date) -> dict[int, list[LineFunds]]:
    rows = BudgetLine.objects.filter(initiative__in=list(keys), fiscal_year=fiscal_year(on)).order_by("pk")
    found: dict[int, list[LineFunds]] = defaultdict(list)
    for one in line_funds(rows, on=on):
        found[one.line.initiative_id].append(one)
    return found


def _spending(keys: Iterable[int], lines: Mapping[int, list[LineFunds]], *, on: date) -> dict[int, Spending]:
    """Where there is authority in the fiscal year."""
    year = fiscal_year(on)
    first, _last = fiscal_year_dates(year)
    days = (
        LedgerEntry.objects.standing()
        .filter(line__initiative__in=list(keys), line__fiscal_year=year, effective_on__lte=on)
        .order_by()
        .values_list("line__initiative")
        .annotate(
            spent=Max("effective_on", filter=Q(stage=Stage.EXPENDITURE)),
            granted=Min("effective_on", filter=Q(stage=Stage.AUTHORITY)),
        )
    )
    found = {}
    for key, spent, granted in days:
        authority = Funds(tuple(lines[key])).totals.authority
        if authority is not None:
            found[key] = Spending(
                fiscal_year=year, authority=authority, last_on=spent, since=max(granted or first, first)
            )
    return found


def _facts(
    milestones: Sequence[Any], indicators: Sequence[Series], funds: Funds, last: StatusUpdate | None, *, on: date,
    plan: Any,
) -> RatedFacts:  # fmt: skip
    unmet = [row for row in milestones if _unmet(row, on)]
    since = plan.day(last.submitted_at) if last is not None and last.submitted_at else None
    return RatedFacts(
        late=tuple(row.code for row in unmet if row.planned_on and row.planned_on < on),
        passed=tuple(row.code for row in unmet if row.expected_on and row.expected_on < on),
        slips={
            row.code: (row.expected_on - row.baseline_on).days for row in unmet if row.baseline_on and row.expected_on
        },
        cancelled=tuple(
            row.code for row in milestones if since and row.cancelled_on and since <= row.cancelled_on <= on
        ),
        missed=tuple(one.indicator.code for one in indicators if one.position.standing == Standing.MISSED),
        authority=funds.totals.authority,
        expenditure=funds.totals.expenditure,
        # Of lines whose authority is recorded: what nobody recorded is unknown, and nothing goes beyond it.
        overspent=known_total(one.overspent for one in funds.lines if one.totals.authority is not None),
        lapse=known_total(
            one.lost for one in funds.lines if one.forecast and one.forecast.basis == ForecastBasis.RECORDED
        ),
        elapsed=elapsed(fiscal_year(on), on=on),
    )


def _unmet(row: Any, on: date) -> bool:
    met = row.actual_on is not None and row.actual_on <= on
    return not met and (row.cancelled_on is None or row.cancelled_on > on)


def _expected(row: Any, asked: set[int]) -> Expected:
    return Expected(
        code=row.code, title=bilingual_text(row, "title"), expected_on=row.expected_on, baseline_on=row.baseline_on,
        asked=row.pk in asked,
    )  # fmt: skip


def _wanted(indicators: Iterable[Series]) -> Iterable[Wanted]:
    """The period that follows those recorded of the whole."""
    for one in indicators:
        known = [Period(seen.start, seen.end) for seen in one.observed if seen.place is None and seen.end is not None]
        after = following(known, calendar=one.nature.calendar, accumulation=one.nature.accumulation)
        if after is not None:
            row = one.indicator
            yield Wanted(
                code=row.code, title=bilingual_text(row, "title"), unit=bilingual_text(row, "unit"), start=after.start,
                end=after.end, ratio=row.measure == Measure.RATIO,
            )  # fmt: skip


def _comment(update: StatusUpdate | None) -> str:
    return update.return_comment if update is not None and update.workflow == Workflow.RETURNED else ""


def _decision(update: StatusUpdate | None) -> str:
    return (update.decision_needed_en or update.decision_needed_fr) if update is not None else ""
