"""The overview's figures of large plans, made by a worker within moments of a change, another day or a start: who came
first would wait for all of them."""

from collections.abc import Iterator
from datetime import date

from django.conf import settings
from django.db.models import Count

from pillars.models import Plan
from reports.figures import store
from reports.figures.carried import LEAST
from reports.figures.scopes import Scope, whole
from reports.figures.shown import OVERVIEW
from reports.panels import board
from reports.signals import signals
from tracker.timemachine import reading

_WHAT = "prepared"


def unprepared(*, on: date) -> Iterator[int]:
    """The keys of large plans of which that day, at the newest revision, is not prepared. One query, and one for each
    of these plans."""
    for plan in Plan.objects.annotate(size=Count("initiatives")).filter(size__gte=LEAST).order_by("pk"):
        with reading():
            marked = _marked(whole(plan), on)
        if not marked:
            yield plan.pk


def prepare(plan: Plan, *, on: date) -> None:
    """Compute what the overview of that day shows to who sees all of the plan, or carry it forward."""
    with reading():
        scope = whole(plan)
        board(scope, on=on, keys=OVERVIEW)
        signals(scope, on=on)
        mark = store.place(_WHAT, scope, on=on)
    if mark is not None:
        store.STORE.put(mark.name, b"1", seconds=settings.FIGURE_CACHE_SECONDS)


def _marked(scope: Scope, on: date) -> bool:
    """Whether it is prepared; also where nothing can be kept."""
    mark = store.place(_WHAT, scope, on=on)
    return mark is None or store.STORE.get(mark.name) is not None
