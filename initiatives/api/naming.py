"""What bodies name by code, found: where the person may see it. What may not be seen is not told apart from what is not
there."""

from typing import Any, TypeVar

from django.db.models import Model, QuerySet
from django.utils.translation import gettext as _

from initiatives.models import Indicator, Initiative, Milestone
from tracker.api_writing import Bodies
from tracker.errors import Invalid, Missing, Refused
from tracker.models import Organization, Place, User

Row = TypeVar("Row", bound=Model)
SHOWN = 60  # characters of a code that a refusal quotes


def name_initiatives(
    bodies: Bodies, refused: dict[int, Refused], *, user: User, field: str = "initiative"
) -> dict[int, Initiative]:
    """Takes `plan` and the field out of each body; the initiatives, by the same few queries for any number of them.
    What is not found joins the refused."""
    # Plans and pillars are few: each is read once, and not beside every initiative.
    rows = Initiative.objects.visible_to(user).prefetch_related("plan", "pillar__plan")
    message = _("There is no initiative “%(scope)s” that you may see.")
    return _named_in_plans(bodies, refused, rows, field=field, message=message)


def name_indicators(bodies: Bodies, refused: dict[int, Refused], *, user: User) -> dict[int, Indicator]:
    """The same of `plan` and `indicator`."""
    rows = Indicator.objects.visible_to(user).select_related(
        "plan", "pillar__plan", "initiative__plan", "initiative__pillar__plan"
    )
    message = _("There is no indicator “%(scope)s” that you may see.")
    return _named_in_plans(bodies, refused, rows, field="indicator", message=message)


def name_organizations(bodies: Bodies, refused: dict[int, Refused]) -> dict[int, Organization]:
    """Takes `organization` out of each body that has one; the organizations, by one query."""
    rows = Organization.objects.all()
    return _named(bodies, refused, rows, field="organization", message=_("There is no organization “%(code)s”."))


def name_places(bodies: Bodies, refused: dict[int, Refused]) -> dict[int, Place]:
    """Takes `place` out of each body that has one; the places, by one query. Null is the whole, which is no place."""
    return _named(bodies, refused, Place.objects.all(), field="place", message=_("There is no place “%(code)s”."))


def the_initiative(body: dict[str, Any], *, user: User, field: str = "initiative") -> Initiative:
    """Takes `plan` and the field out of the only body. Raises `Missing`."""
    refused: dict[int, Refused] = {}
    found = name_initiatives({0: body}, refused, user=user, field=field)
    if refused:
        raise refused[0]
    return found[0]


def the_milestone(code: str, *, initiative: Initiative, field: str = "milestone") -> Milestone:
    """The milestone of an initiative that the person may see. Raises `Missing`, naming the field."""
    found = Milestone.objects.filter(initiative=initiative, code=code).first()
    if found is None:
        message = _("The initiative has no milestone “%(code)s”.") % {"code": code[:SHOWN]}
        raise Missing(message, fields={field: message})
    found.initiative = initiative
    return found


def _named_in_plans(
    bodies: Bodies, refused: dict[int, Refused], rows: "QuerySet[Row]", *, field: str, message: str
) -> dict[int, Row]:
    named = {index: (body.pop("plan"), body.pop(field)) for index, body in bodies.items()}
    wanted: Any = rows.filter(
        plan__code__in={plan for plan, _code in named.values()}, code__in={code for _plan, code in named.values()}
    )
    found: dict[tuple[str, str], Row] = {(row.plan.code, row.code): row for row in wanted}
    for index, (plan, code) in named.items():
        if (plan, code) not in found:
            said = message % {"scope": f"{plan}/{code}"[:SHOWN]}
            refused[index] = Missing(said, fields={field: said})
    return {index: found[scope] for index, scope in named.items() if scope in found}


def _named(
    bodies: Bodies, refused: dict[int, Refused], rows: "QuerySet[Row]", *, field: str, message: str
) -> dict[int, Row]:
    named: dict[int, str | None] = {index: body.pop(field, None) for index, body in bodies.items()}
    wanted: Any = rows.filter(code__in={code for code in named.values() if code is not None})
    found: dict[str | None, Row] = {row.code: row for row in wanted}
    for index, code in named.items():
        if code is not None and code not in found:
            said = message % {"code": code[:SHOWN]}
            refused.setdefault(index, Invalid(said, fields={field: said}))
    return {index: found[code] for index, code in named.items() if code in found}
