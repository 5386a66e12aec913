"""Two people write the same status update at once, each through a connection of their own: no update is lost."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection

from initiatives.actions.decisions import return_update
from initiatives.actions.updates import UPDATE_FIELDS, Read, UpdateContent, save_draft, submit_update
from initiatives.models import StatusUpdate
from tests.factories import add_initiative, add_organization, add_pillar, add_plan, add_user, add_week
from tracker.choices import Role
from tracker.errors import EditConflict, PreconditionRequired
from tracker.timemachine import Actor, head
from tracker.timemachine.audit import faults

pytestmark = pytest.mark.usefixtures("committed")
NOON = datetime(2026, 11, 18, 17, tzinfo=UTC)
TEXTS = sorted(name for name in UPDATE_FIELDS if name.endswith(("_en", "_fr")))


@pytest.fixture
def made(committed):
    initiative = add_initiative(add_pillar(add_plan()), lead=add_organization())
    week = add_week(initiative.plan, NOON.date())
    people = [Actor(user=add_user(f"person-{n}", role=Role.MANAGER, scope="BP", name=f"P. {n}")) for n in range(4)]
    return {"initiative": initiative, "week": week}, people


def at_once(*tasks):
    """What each returned or was refused with; all begin together, each on its own connection."""
    start = threading.Barrier(len(tasks))

    def run(task):
        start.wait(30)
        try:
            return task()
        except EditConflict as error:
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(len(tasks)) as pool:
        return [future.result(60) for future in [pool.submit(run, task) for task in tasks]]


def writing(where, by, content, read):
    return lambda: save_draft(**where, content=content, by=by, at=NOON, read=read)


def test_different_fields_written_at_once_are_all_kept(made):
    where, people = made
    first = save_draft(**where, content=UpdateContent(), by=people[0], at=NOON, read=Read(seen=0))
    tasks = [
        writing(where, people[n % 4], UpdateContent(**{name: f"{name} of {n}"}), Read(seen=first.revision))
        for n, name in enumerate(TEXTS)
    ]
    assert not [found for found in at_once(*tasks) if isinstance(found, EditConflict)]
    update = StatusUpdate.objects.get()
    assert [getattr(update, name) for name in TEXTS] == [f"{name} of {n}" for n, name in enumerate(TEXTS)]
    assert head() == first.revision + len(TEXTS)
    assert not faults()


def test_of_the_same_field_written_at_once_one_stands_and_the_others_are_told(made):
    where, people = made
    first = save_draft(**where, content=UpdateContent(headline_en="Begun"), by=people[0], at=NOON, read=Read(seen=0))
    tasks = [
        writing(where, by, UpdateContent(headline_en=f"By {by.user.name}"), Read(seen=first.revision)) for by in people
    ]
    found = at_once(*tasks)
    told = [result for result in found if isinstance(result, EditConflict)]
    [kept] = [result for result in found if isinstance(result, StatusUpdate)]
    assert len(told) == 3
    assert StatusUpdate.objects.get().headline_en == kept.headline_en
    for error in told:
        [difference] = error.differences
        assert (difference.field, difference.stored, error.revision) == ("headline_en", kept.headline_en, kept.revision)
        assert f"By {difference.by}" == kept.headline_en
        assert error.values["headline_en"] == difference.sent != kept.headline_en


def test_of_two_who_begin_at_once_neither_is_written_over(made):
    where, people = made
    tasks = [
        writing(where, people[0], UpdateContent(headline_en="One", narrative_en="Of one"), Read(seen=0)),
        writing(where, people[1], UpdateContent(headline_en="Two", narrative_fr="De l’autre"), Read(seen=0)),
    ]
    [error] = [found for found in at_once(*tasks) if isinstance(found, EditConflict)]
    assert [difference.field for difference in error.differences] == ["headline_en"]
    assert (error.values["narrative_en"], error.values["narrative_fr"]) == ("Of one", "De l’autre")


def test_who_changed_it_is_who_did_so_last(made):
    where, people = made
    first = save_draft(**where, content=UpdateContent(headline_en="A"), by=people[0], at=NOON, read=Read(seen=0))
    second = save_draft(
        **where, content=UpdateContent(headline_en="B"), by=people[1], at=NOON, read=Read(seen=first.revision)
    )
    third = UpdateContent(headline_en="B", narrative_en="more")
    save_draft(**where, content=third, by=people[2], at=NOON, read=Read(seen=second.revision))
    with pytest.raises(EditConflict) as refused:
        writing(where, people[3], UpdateContent(headline_en="C"), Read(seen=first.revision))()
    [difference] = refused.value.differences
    assert (difference.by, difference.revision) == ("P. 1", second.revision)
    with pytest.raises(PreconditionRequired):
        writing(where, people[3], UpdateContent(headline_en="C"), Read(seen=None))()


def test_a_comment_that_nobody_read_is_not_submitted_away(made):
    where, people = made
    lead = Actor(user=add_user("lead", role=Role.PILLAR_LEAD, scope="BP"))
    green = UpdateContent(
        health_schedule="green", health_cost="green", health_scope="green", health_overall="green", headline_en="Well"
    )
    sent = submit_update(**where, content=green, by=people[0], at=NOON, read=Read(seen=0))
    back = return_update(update=sent, comment="Say since when.", by=lead, at=NOON, seen=sent.revision)
    later = NOON + timedelta(hours=1)
    with pytest.raises(EditConflict, match="returned while you were writing") as refused:
        submit_update(**where, content=green, by=people[0], at=later, read=Read(seen=sent.revision))
    assert (refused.value.revision, refused.value.values["headline_en"]) == (back.revision, "Well")
    again = submit_update(**where, content=green, by=people[0], at=later, read=Read(seen=back.revision))
    assert again.return_comment == ""
