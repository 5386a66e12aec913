"""Overviews of large plans are there before somebody asks."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from reports import prepared
from reports.figures import carried, store
from reports.figures.scopes import find_scope
from reports.figures.shown import OVERVIEW
from reports.panels import board
from reports.prepared import prepare, unprepared
from reports.signals import signals
from tests.factories import add_milestone
from tests.scenarios import small_plan
from tracker.timemachine import reading
from tracker.valkey import Store

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate


@pytest.fixture(autouse=True)
def keeping(settings, monkeypatch):
    """Also of small plans, for this test alone."""
    settings.FIGURE_CACHE_SECONDS = 30
    settings.CELERY_BROKER_TRANSPORT_OPTIONS = {"global_keyprefix": f"test-{timezone.now().timestamp()}:"}
    monkeypatch.setattr(store, "STORE", Store("figures", "a test goes on"))
    monkeypatch.setattr(carried, "LEAST", 0)
    monkeypatch.setattr(prepared, "LEAST", 2)


def read(made):
    """What the overview asks for, for somebody who sees all of the plan; and by how many queries."""
    scope = find_scope("BP", user=made.people.viewer)
    with CaptureQueriesContext(connection) as captured, reading():
        found = board(scope, on=TODAY(), keys=OVERVIEW), signals(scope, on=TODAY())
    return found, len(captured)


def test_who_asks_first_computes_nothing(settings):
    made = small_plan()
    assert list(unprepared(on=TODAY())) == [made.plan.pk]
    prepare(made.plan, on=TODAY())
    assert list(unprepared(on=TODAY())) == []
    prepared_found, few = read(made)
    settings.FIGURE_CACHE_SECONDS = 0
    computed, many = read(made)
    assert prepared_found == computed
    assert few * 2 < many


def test_again_when_something_was_written_or_another_day_has_come():
    made = small_plan()
    prepare(made.plan, on=TODAY())
    assert list(unprepared(on=TODAY() + timedelta(days=1))) == [made.plan.pk]
    add_milestone(made.initiatives["green"], "M9")
    assert list(unprepared(on=TODAY())) == [made.plan.pk]
    prepare(made.plan, on=TODAY())
    assert list(unprepared(on=TODAY())) == []


def test_never_for_small_plans_or_where_nothing_is_kept(settings, monkeypatch):
    small_plan()
    monkeypatch.setattr(prepared, "LEAST", 1000)
    assert list(unprepared(on=TODAY())) == []
    monkeypatch.setattr(prepared, "LEAST", 2)
    settings.FIGURE_CACHE_SECONDS = 0
    assert list(unprepared(on=TODAY())) == []
