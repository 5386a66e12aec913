"""A week's facts: spending in time and late, corrections and reversals, reprofiles, counts, milestones."""

from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from typing import Any

from initiatives.actions.change_requests import ask_baseline, decide_request
from initiatives.actions.milestone_life import cancel_milestone
from initiatives.actions.milestones import meet_milestone, move_forecast
from initiatives.choices import Decision, Stage, TransferKind
from initiatives.models import ChangeRequest, Indicator, Initiative, Milestone
from pillars.rules import fiscal_year
from soak.people import People
from soak.sending import Post, new_mark

# How likely things are in one week, 0 to 1.
SPENDS, IS_LATE, CORRECTED, REVERSED, REPROFILES, RECOUNTED = 0.45, 0.15, 0.05, 0.03, 0.05, 0.5
CANCELLED, REFUSED = 0.02, 0.3
MEETS = (0.7, 0.45, 0.25)  # by mood
SLIPPED = 40  # days past the baseline after which another is asked for
COUNTED = range(8, 15)  # days of the month


def record_facts(people: People) -> None:
    """Everything of one week but what falls to its last seconds."""
    initiatives = people.initiatives()
    send_facts(
        people,
        [
            *(_expenditure(people, one) for one in initiatives if people.happens(SPENDS)),
            *(_reprofile(people, one) for one in initiatives if people.happens(REPROFILES)),
            *_second_thoughts(people),
            *(_counts(people) if people.today().day in COUNTED else ()),
        ],
    )
    for initiative in initiatives:
        _track(people, initiative)
    _decide_baselines(people)


def rush(people: People, number: int) -> None:
    """A few facts just as a week locks."""
    initiatives = people.initiatives()
    send_facts(people, [_expenditure(people, people.chance.choice(initiatives)) for _ in range(number)])


def send_facts(people: People, posts: list[Post]) -> None:
    """Send them, and keep in mind what may turn out to be wrong."""
    for post, row in people.send(posts):
        if post.path == "ledger-entries":
            people.entries[row["id"]] = post.token
        elif post.path == "observations":
            people.observations[row["id"]] = post.token


def _dollars(people: People) -> str:
    return f"{people.chance.randrange(1_000, 200_000)}.{people.chance.randrange(100):02d}"


def _expenditure(people: People, initiative: Initiative) -> Post:
    """Spent in these days, or weeks ago and told late."""
    mark = new_mark()
    days = people.chance.randrange(7, 29) if people.happens(IS_LATE) else people.chance.randrange(3)
    on = max(people.today() - timedelta(days=days), people.cast.plan.announced_on)
    body = {
        "organization": initiative.lead.code, "fiscal_year": fiscal_year(on), "funding_source": "new",
        "vote": "operating", "stage": Stage.EXPENDITURE, "amount": _dollars(people), "effective_on": on.isoformat(),
        "reference": mark,
    }  # fmt: skip
    return people.post("ledger-entries", mark, initiative, body)


def _reprofile(people: People, initiative: Initiative) -> Post:
    """A part of this year's authority goes to the next."""
    mark, year = new_mark(), fiscal_year(people.today())
    line = {"organization": initiative.lead.code, "funding_source": "new", "vote": "operating"}
    dollars = people.chance.randrange(5, 60) * 1000
    body = {
        "kind": TransferKind.REPROFILE,
        "moves": [
            {**line, "fiscal_year": year, "amount": f"-{dollars}"},
            {**line, "fiscal_year": year + 1, "amount": f"{dollars}"},
        ],
        "effective_on": people.today().isoformat(),
        "reason": mark,
    }
    return people.post("transfers", mark, initiative, body)


def _second_thoughts(people: People) -> Iterator[Post]:
    """Entries of before that were wrong: recorded anew, or reversed."""
    for entry, token in list(people.entries.items()):
        luck = people.chance.random()
        if luck > CORRECTED + REVERSED:
            continue
        del people.entries[entry]
        mark = new_mark()
        if luck < CORRECTED:
            body = {"amount": _dollars(people), "reason": "Two digits were swapped", "reference": mark}
            yield Post(f"ledger-entries/{entry}/correction", body, token, mark)
        else:
            yield Post(f"ledger-entries/{entry}/reversal", {"reason": mark}, token, mark)


def _counts(people: People) -> Iterator[Post]:
    """The month before is counted, and now and then one of before anew."""
    last = people.today().replace(day=1) - timedelta(days=1)
    rows = Indicator.objects.filter(plan=people.cast.plan).select_related("initiative__manager").order_by("code")
    for indicator in people.rows(rows):
        if indicator.initiative is None or last < people.cast.plan.announced_on:
            continue
        mark = new_mark()
        body = {
            "plan": people.cast.plan.code, "indicator": indicator.code,
            "period_start": last.replace(day=1).isoformat(), "period_end": last.isoformat(),
            "value": people.chance.randrange(10, 90), "source": mark,
        }  # fmt: skip
        yield Post("observations", body, people.cast.tokens[people.cast.manager(indicator.initiative).pk], mark)
    if people.observations and people.happens(RECOUNTED):
        mark, known = new_mark(), people.chance.choice(sorted(people.observations))
        how = people.chance.choice(["correction", "restatement"])
        body = {"value": people.chance.randrange(90, 120), "reason": "Counted anew", "source": mark}
        yield Post(f"observations/{known}/{how}", body, people.observations.pop(known), mark)


def _track(people: People, initiative: Initiative) -> None:
    """The next milestone, when its day has come: it is met, put off, or cancelled."""
    today, by = people.today(), people.actor(people.cast.manager(initiative))
    rows = Milestone.objects.filter(initiative=initiative).for_list().unmet(on=today).with_dates().order_by("code")
    due: Any = next(iter(people.rows(rows[:1])), None)
    if due is None or due.expected_on is None or due.expected_on > today + timedelta(days=3):
        return
    act = people.sent.act
    if people.happens(MEETS[people.moods.get(initiative.pk, 0)]):
        act("meet a milestone", partial(meet_milestone, milestone=due, on=min(due.expected_on, today), by=by))
    elif people.happens(CANCELLED):
        why = "Another part of the plan does it too"
        act("cancel a milestone", partial(cancel_milestone, milestone=due, on=today, reason=why, by=by))
    else:
        to, why = today + timedelta(days=people.chance.choice([7, 14, 21, 42])), "Delivery of equipment is late"
        act("move a forecast", partial(move_forecast, milestone=due, to=to, reason=why, by=by))
        if due.planned_on is not None and (to - due.planned_on).days > SLIPPED:
            asked = partial(ask_baseline, milestone=due, to=to, dollars=None, reason=why, by=by)
            act("ask for a baseline", asked)


def _decide_baselines(people: People) -> None:
    """The leads approve most of what is asked for."""
    waiting = ChangeRequest.objects.undecided().filter(milestone__initiative__plan=people.cast.plan)
    for request in people.rows(waiting.select_related("milestone__initiative__pillar__plan").order_by("pk")):
        by = people.actor(people.cast.lead(request.milestone.initiative))
        decision = Decision.REFUSED if people.happens(REFUSED) else Decision.APPROVED
        comment = "Ask the second supplier first."
        decided = partial(decide_request, request=request, decision=decision, comment=comment, by=by)
        people.sent.act("decide on a baseline", decided)
