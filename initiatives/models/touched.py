"""When the facts of an initiative, and opinions on it, were touched, in SQL."""

from datetime import datetime
from functools import reduce
from operator import or_
from typing import Any

from django.db import models
from django.db.models import Exists, Max, OuterRef, Q, Subquery, Value
from django.db.models.functions import Coalesce, Greatest
from django.db.models.lookups import GreaterThanOrEqual

from initiatives.models.rows_of import FACTS, among, facts, opinions
from pillars.models import ReportingWeek
from tracker.models import Revision

LAST = 2**62  # past every revision, and before what ends a version that still stands
_NEVER = Value(LAST, output_field=models.BigIntegerField())


def touched_since(at: datetime, *, seen: datetime) -> Q:
    """Some fact, or somebody's opinion, was touched at `at` or later. Opinions are looked for first where they most
    often are: in the weeks that were due after then, and had opened by the instant `seen`."""
    first = first_revision(at)
    span = Q(revision__gte=first, revision__lte=_newest_revision())
    lately = among("week", ReportingWeek.objects.filter(opens_at__lte=seen, initiative_due_at__gt=at))
    # A greatest revision is looked up where Exists would read a million updates once to find the few of one initiative.
    ever: Any = GreaterThanOrEqual(Coalesce(_latest(opinions(), "initiative"), 0), first)
    rows = [opinions().filter(lately), *(facts(name) for name in FACTS)]
    return reduce(or_, (Q(Exists(one.filter(span))) for one in rows), Q(revision__gte=first)) | Q(ever)


def last_touched() -> dict[str, Any]:
    """Annotation `touched_at`: when a fact or somebody's opinion was last touched."""
    latest = [_latest(facts(name), path) for name, path in FACTS.items()]
    touched = Greatest("revision", *latest, _latest(opinions(), "initiative"))
    at = Subquery(Revision.objects.filter(number=OuterRef("touched")).values("at")[:1])
    return {"touched": touched, "touched_at": at}


def first_revision(at: Any) -> Coalesce:
    """The first one made at that instant or later; past all of them where there is none."""
    return Coalesce(Subquery(Revision.objects.filter(at__gte=at).order_by("at").values("number")[:1]), _NEVER)


def _newest_revision() -> Subquery:
    """Bounds a span that is not known before it is asked: PostgreSQL takes one with two ends for a short one, which
    what was touched of late is, and one without an end for a third of all."""
    return Subquery(Revision.objects.order_by("-number").values("number")[:1])


def _latest(rows: models.QuerySet[Any], path: str) -> Subquery:
    return Subquery(rows.order_by().values(path).annotate(latest=Max("revision")).values("latest"))
