"""What belongs to an initiative, for queries inside one on initiatives: rows of the initiative outside."""

from typing import Any

from django.apps import apps
from django.contrib.postgres.expressions import ArraySubquery
from django.db import models
from django.db.models import F, Func, OuterRef, Q

# The facts of an initiative, each with the path to it.
FACTS = {
    "Milestone": "initiative",
    "MilestoneBaseline": "milestone__initiative",
    "MilestoneForecast": "milestone__initiative",
    "LedgerEntry": "line__initiative",
    "Observation": "indicator__initiative",
    "Evidence": "initiative",
}


def model_of(name: str) -> Any:
    """A model of this app, by name: those of facts are made after that of the initiative."""
    return apps.get_model("initiatives", name)


def facts(name: str) -> Any:
    """The facts of that name, one of `FACTS`."""
    return model_of(name).objects.filter(**{FACTS[name]: OuterRef("pk")})


def updates() -> models.QuerySet[Any]:
    """All its status updates."""
    rows: models.QuerySet[Any] = model_of("StatusUpdate").objects.filter(initiative=OuterRef("pk"))
    return rows


def opinions() -> models.QuerySet[Any]:
    """Updates that somebody wrote: a draft laid out for a person is nobody's opinion yet."""
    return updates().filter(Q(first_submitted_at__isnull=False) | ~Q(writers=[]))


class _Among(Func):
    template = "%(expressions)s)"
    arg_joiner = " = any("
    output_field = models.BooleanField()


def among(path: str, rows: models.QuerySet[Any]) -> Func:
    """Whether a key is among those of a query that rests on no row. It is asked once, and what it finds is looked up in
    an index; as a join it might be asked anew for every initiative."""
    return _Among(F(path), ArraySubquery(rows.values("pk")))
