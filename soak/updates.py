"""A week's status updates: submitted in time, late or not at all; approved, returned, overlooked; reopened weeks."""

from datetime import datetime
from functools import partial

from initiatives.actions.decisions import approve_update, return_update
from initiatives.actions.updates import UpdateContent, submit_update
from initiatives.choices import Health, Workflow
from initiatives.models import Initiative, StatusUpdate
from pillars.models import ReportingWeek
from reports.actions import reopen_week
from reports.simulated_text import STORIES
from soak.people import People
from soak.sending import new_mark

# How likely things are in one week, 0 to 1.
IN_TIME, LATER, BY_REST, NO_CHANGE = 0.8, 0.7, 0.6, 0.3
OVERLOOKED, RETURNED = 0.04, 0.07
HEALTH = (Health.GREEN, Health.AMBER, Health.RED)
TURNS = (0, 0, 0, 0, 0, 1, -1)


def report(people: People, week: ReportingWeek, likely: float) -> None:
    """Those who have not reported yet do so, each with that likelihood."""
    reported = {update.initiative_id for update in people.rows(StatusUpdate.objects.filter(week=week))}
    writers = [one for one in people.initiatives() if one.pk not in reported and people.happens(likely)]
    for initiative in writers:
        mood = people.moods.get(initiative.pk, people.chance.choice([0, 0, 0, 1, 1, 2]))
        people.moods[initiative.pk] = min(2, max(0, mood + people.chance.choice(TURNS)))
    by_rest = [one for one in writers if people.happens(BY_REST)]
    posts = {new_mark(): one for one in by_rest}
    accepted = people.send(
        [
            people.post("status-updates", mark, one, {"week": week.code, **_body(_content(people, one, mark))})
            for mark, one in posts.items()
        ]
    )
    done = {posts[post.mark].pk for post, _row in accepted}
    for initiative in writers:
        if initiative.pk not in done:
            _submit(people, week, initiative)


def decide(people: People, week: ReportingWeek) -> None:
    """The leads approve most, return a few, which come back, and overlook some."""
    waiting = StatusUpdate.objects.awaiting_review().filter(week=week, workflow=Workflow.SUBMITTED)
    named = ("week__plan", "initiative__pillar__plan", "initiative__manager", "initiative__plan", "initiative__lead")
    for update in people.rows(waiting.select_related(*named).order_by("pk")):
        luck, by = people.chance.random(), people.actor(people.cast.lead(update.initiative))
        if luck < OVERLOOKED:
            continue
        if luck < OVERLOOKED + RETURNED:
            returned = partial(return_update, update=update, comment="Since when?", by=by)
            people.sent.act("return an update", returned)
            _submit(people, week, update.initiative)
        people.sent.act("approve an update", partial(approve_update, update=update, by=by))


def reopen(people: People, week: ReportingWeek, until: datetime) -> bool:
    """Have a published week take updates once more; whether it does."""
    by = people.actor(people.cast.admin)
    reason = "An update was approved too late"
    done = people.sent.act("reopen a week", partial(reopen_week, week=week, reason=reason, until=until, by=by))
    if done is None:
        return False
    report(people, done, LATER)
    decide(people, done)
    return True


def _submit(people: People, week: ReportingWeek, initiative: Initiative) -> None:
    """By the action; "no change" where it may be said, else whole."""
    by = people.actor(people.cast.manager(initiative))
    contents = [_content(people, initiative, new_mark())]
    if people.happens(NO_CHANGE):
        contents.insert(0, UpdateContent(no_change=True))
    for content in contents:
        submitted = partial(submit_update, initiative=initiative, week=week, content=content, by=by)
        done = people.sent.act("submit an update", submitted)
        if done is not None:
            return


def _content(people: People, initiative: Initiative, mark: str) -> UpdateContent:
    mood = people.moods.get(initiative.pk, 0)
    health = HEALTH[mood]
    story = people.chance.choice(STORIES[health])
    return UpdateContent(
        health_schedule=health, health_cost=Health.GREEN, health_scope=Health.GREEN, health_overall=health,
        headline_en=story.headline_en, headline_fr=story.headline_fr, narrative_en=mark,
        narrative_fr=story.narrative_fr, path_to_green_en=story.path_en, path_to_green_fr=story.path_fr,
        explanation_en="The facts are known, and are being dealt with.",
    )  # fmt: skip


def _body(content: UpdateContent) -> dict[str, str]:
    """What is written of it."""
    names = (
        "health_schedule", "health_cost", "health_scope", "health_overall", "headline_en", "headline_fr",
        "narrative_en", "narrative_fr", "path_to_green_en", "path_to_green_fr",
        "explanation_en",
    )  # fmt: skip
    return {name: getattr(content, name) for name in names}
