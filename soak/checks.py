"""What must hold at the end of a soak, asked of the real database."""

import email
import hashlib
import io
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.models import Max

from pillars.choices import Transition
from pillars.models import Plan, ReportingWeek, WeekTransition
from pillars.rules import LATE
from reports.models import WeeklyRollup
from soak.differences import differences_add_up
from soak.year import Year, owed
from tracker.choices import Channel, MailState
from tracker.models import Mail, Revision

FIRST = {Transition.OPENED, Transition.DUE, Transition.REVIEW_DUE, Transition.LOCKED, Transition.PUBLISHED}
AGAIN = {Transition.REOPENED, Transition.LOCKED, Transition.PUBLISHED}
WEEK = timedelta(weeks=1)

# Where the mark of a write by REST stands, by the end of its address.
_MARKED = {
    "ledger-entries": "select count(*) from initiatives_ledgerentry where reference = %s and reverses_id is null",
    "correction": "select (select count(*) from initiatives_ledgerentry where reference = %s and reverses_id is null)"
    " + (select count(*) from initiatives_observation where source = %s)",
    "reversal": "select count(*) from initiatives_ledgerentry where note = %s",
    "transfers": "select count(*) from initiatives_transfer where reason = %s",
    "observations": "select count(*) from initiatives_observation where source = %s",
    "restatement": "select count(*) from initiatives_observation where source = %s",
    # "No change" says the text of the last approved update once more.
    "status-updates": "select count(distinct id) from history.initiatives_statusupdate where narrative_en = %s"
    " and not no_change",
}


@dataclass
class Check:
    """One thing that must hold: what was looked at, and what does not hold."""

    name: str
    said: str = ""
    faults: list[str] = field(default_factory=list)


def checks(year: Year, mail: Path, *, every_scope: bool) -> Iterator[Check]:
    """All of them, cheap ones first."""
    yield _weeks()
    yield _editions(year)
    yield _chain()
    yield _transitions()
    yield _late(year)
    yield _cutoffs()
    yield _facts(year)
    yield _mails(mail)
    yield _revisions()
    yield _verify()
    yield _differences(year, every_scope=every_scope)


def _weeks() -> Check:
    """Consecutive, and everything whose time has come is done."""
    check = Check("weeks without a gap")
    for plan in Plan.objects.order_by("code"):
        mondays = list(plan.weeks.order_by("starts_on").values_list("starts_on", flat=True))
        check.faults += [
            f"{plan.code} {one}: the week after it is {two}" for one, two in pairwise(mondays) if two - one != WEEK
        ]
        check.said += f"{plan.code} {len(mondays)} ({plan.weeks.filter(locked_at__isnull=False).count()} locked) "
    check.faults += owed()
    return check


def _editions(year: Year) -> Check:
    """One rollup of each edition of each locked week."""
    check = Check("one rollup an edition")
    rollups: dict[int, list[int]] = defaultdict(list)
    for key, edition in WeeklyRollup.objects.order_by("edition").values_list("week_id", "edition"):
        rollups[key].append(edition)
    for week in ReportingWeek.objects.select_related("plan"):
        wanted = list(range(1, week.edition + (week.locked_at is not None)))
        if rollups[week.pk] != wanted:
            check.faults.append(f"{week.plan.code} {week.code}: editions {rollups[week.pk]}, should be {wanted}")
    locked = ReportingWeek.objects.filter(plan=year.people.cast.plan, locked_at__isnull=False).count()
    if locked != year.weeks:
        check.faults.append(f"{locked} weeks are locked, should be {year.weeks}")
    again = sum(len(editions) - 1 for editions in rollups.values() if editions)
    check.said = f"{sum(map(len, rollups.values()))} rollups, {again} of them of a later edition"
    return check


def _chain() -> Check:
    check = Check("unbroken chains")
    for plan in Plan.objects.all():
        links = list(plan.rollups.order_by("pk").values_list("code", "pk", "previous_id"))
        before = [None, *(pk for _code, pk, _previous in links)]
        check.faults += [
            code for (code, _pk, previous), wanted in zip(links, before, strict=False) if previous != wanted
        ]
    return check


def _transitions() -> Check:
    """Every step of every edition of the locked weeks, once."""
    check = Check("steps of weeks")
    steps: dict[tuple[int, int], Counter[str]] = defaultdict(Counter)
    for key, edition, state in WeekTransition.objects.values_list("week_id", "edition", "state"):
        steps[key, edition][state] += 1
    for week in ReportingWeek.objects.filter(locked_at__isnull=False).select_related("plan"):
        for edition in range(1, week.edition + 1):
            found = steps[week.pk, edition]
            wanted = FIRST if edition == 1 else AGAIN
            if set(found) != wanted or max(found.values()) > 1:
                check.faults.append(f"{week.plan.code} {week.code} edition {edition}: {dict(found)}")
    check.said = f"{sum(sum(found.values()) for found in steps.values())} steps"
    return check


def _late(year: Year) -> Check:
    """What was done late says so, and nothing else."""
    check = Check("late marks")
    locks = {(one.week_id, one.edition): one for one in WeekTransition.objects.filter(state=Transition.LOCKED)}
    for step in WeekTransition.objects.select_related("week__plan"):
        if step.late != (step.at > step.due_at + LATE):
            check.faults.append(f"{step.week.plan.code} {step.week.code} {step.state}: late is {step.late}")
    late = []
    for rollup in WeeklyRollup.objects.select_related("week").defer("payload"):
        lock = locks[rollup.week_id, rollup.edition]
        if rollup.late != (rollup.sealed_at > lock.due_at + LATE):
            check.faults.append(f"{rollup.code}: late is {rollup.late}, due {lock.due_at}, sealed {rollup.sealed_at}")
        if rollup.edition == 1:
            late += [rollup] if rollup.late else []
            if rollup.week.starts_on in year.late and not rollup.late:
                check.faults.append(f"{rollup.code}: nobody was there to seal it in time, and it is not marked late")
            if rollup.late and rollup.week.starts_on not in year.late | year.perhaps_late:
                check.faults.append(f"{rollup.code}: late, and nothing kept it that long")
    check.said = f"{len(late)} rollups sealed late"
    return check


def _cutoffs() -> Check:
    """Each rollup is of the newest revision up to its cut-off."""
    check = Check("known at the cut-off")
    due = {(one.week_id, one.edition): one.due_at for one in WeekTransition.objects.filter(state=Transition.LOCKED)}
    rollups = list(WeeklyRollup.objects.defer("payload"))
    for rollup in rollups:
        at = due[rollup.week_id, rollup.edition]
        newest = Revision.objects.filter(at__lte=at).aggregate(newest=Max("number"))["newest"]
        if rollup.as_of != newest:
            check.faults.append(f"{rollup.code}: as of r{rollup.as_of}, the newest up to {at} is r{newest}")
    check.said = f"{len(rollups)} rollups"
    return check


def _facts(year: Year) -> Check:
    """What REST accepted is there once, each as one revision; what it refused, not at all."""
    check = Check("writes by REST")
    sent = year.people.sent
    with connection.cursor() as cursor:
        for wanted, marked in ((1, sent.accepted), (0, sent.refused)):
            for mark, (post, _answer) in marked.items():
                query = _MARKED[post.path.rpartition("/")[2]]
                cursor.execute(query, [mark] * query.count("%s"))
                [found] = cursor.fetchone() or [0]
                if found != wanted:
                    check.faults.append(f"{post.path} {mark}: {found} times, should be {wanted}")
    revisions = Revision.objects.filter(channel=Channel.API).count()
    if revisions != len(sent.accepted):
        check.faults.append(f"{len(sent.accepted)} writes were accepted, and made {revisions} revisions")
    answered = len(sent.accepted) + len(sent.refused)
    check.said = f"{answered - len(check.faults)} of {answered} as they were answered"
    return check


def _mails(place: Path) -> Check:
    """Nobody has a mail twice; of those that are kept on record, what counts as sent was handed over, and what does not
    was not."""
    check = Check("mail at most once")
    files = Counter(str(email.message_from_bytes(file.read_bytes())["Message-ID"]) for file in place.glob("*.eml"))
    check.faults += [f"{name}: {times} times" for name, times in files.items() if times > 1]
    states: Counter[str] = Counter()
    for key, state in Mail.objects.values_list("key", "state"):
        states[state] += 1
        handed_over = files[message_id(key)] > 0
        if state != MailState.UNCERTAIN and handed_over != (state == MailState.SENT):
            check.faults.append(f"{key} is {state}, and was {'' if handed_over else 'not '}handed over")
    known = ", ".join(f"{number} {state}" for state, number in sorted(states.items()))
    check.said = f"{files.total()} handed over in all; on record {known}"
    return check


def message_id(key: str) -> str:
    """The `Message-ID` of a mail of that key, which it keeps when it is sent again."""
    return f"<{hashlib.sha256(key.encode()).hexdigest()[:40]}@{settings.MAIL_DOMAIN}>"


def _revisions() -> Check:
    """Numbered without a gap, each later than the one before, whatever the clocks did."""
    check = Check("one linear history")
    with connection.cursor() as cursor:
        cursor.execute(
            "select number, gap, back from (select number, number - lag(number) over w <> 1 as gap,"
            " at <= lag(at) over w as back from tracker_revision window w as (order by number)) r where gap or back"
        )
        check.faults += [f"r{number}: {'a gap' if gap else 'not later'}" for number, gap, _back in cursor.fetchall()]
    check.said = f"{Revision.objects.count()} revisions"
    return check


def _verify() -> Check:
    check = Check("manage.py verify")
    said, wrong = io.StringIO(), io.StringIO()
    try:
        call_command("verify", stdout=said, stderr=wrong)
    except CommandError as error:
        check.faults += [*wrong.getvalue().splitlines(), str(error)]
    check.said = "; ".join(said.getvalue().split("\n")[:-1])
    return check


def _differences(year: Year, *, every_scope: bool) -> Check:
    """Whatever changed from rollup to rollup, in every figure and scope, is explained to the cent."""
    said, faults = differences_add_up(year.people.cast.plan, year.people.cast.admin, every_scope=every_scope)
    return Check("differences add up", said, faults)
