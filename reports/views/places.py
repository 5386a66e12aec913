"""The places of a plan: on a map, and beside it what happens in each."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, cast

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from initiatives.aggregates.places import Happenings, happenings
from initiatives.filters import PlaceFilter
from pillars.models import Plan
from reports.comparison import Comparison, Was, back_at, compared
from reports.forms_places import PROVINCES, PlaceListForm
from reports.page_cache import remembered
from reports.views.asked import asked_scope
from reports.views.lists import unfiltered
from reports.views.place_rows import PlaceRow, PlacesBefore, initiatives_of, left, named, seen
from reports.views.rows import history_since
from tracker.choices import PlaceKind
from tracker.filters import effective_date
from tracker.http import SignedInRequest
from tracker.map.draw import Drawing, Marker, draw, drawings, mark_symbol
from tracker.models import Place, User
from tracker.templatetags.tracker import bilingual_text

BESIDE = frozenset({"as_of", "on", "compare"})
OF_THE_PLAN = ("plan", "pillar", "initiative")
PARTS = {
    "lower-mainland": gettext_lazy("Lower Mainland of British Columbia"),
    "windsor-niagara": gettext_lazy("From Windsor to Niagara"),
    "montreal-quebec": gettext_lazy("From Montréal to Québec"),
}


@dataclass(frozen=True)
class Part:
    """A drawing of the map with its letter, empty for the whole, and its name."""

    name: str
    letter: str
    title: str
    svg: SafeString


@login_required
@require_safe
@remembered
def places(request: HttpRequest, plan: str) -> HttpResponse:
    """The map and the list: the same filters as the API and the export, which gives exactly these rows."""
    user = cast(SignedInRequest, request).user
    scope = asked_scope(request, plan)
    subject = cast(Plan, scope.subject)
    on = effective_date(request)
    asked = _asked(request, plan)
    fitting = _filter(request, asked, user).rows
    found = list(fitting)
    pillar = int(str(asked["pillar"])) if "pillar" in asked else None
    facts = happenings([one.pk for one in found], user=user, plan=plan, pillar=pillar, on=on)
    drawn = drawings(_markers(found))
    numbers = {marker.url: marker.number for part in drawn for marker in part.markers}
    against = compared(request, scope)
    before = _before(fitting, found, against, user=user, plan=plan, pillar=pillar) if against else None
    rows = [_row(one, numbers.get(_anchor(one)), facts[one.pk], before, on=on) for one in found]
    context = {
        "plan": subject,
        "scope": scope,
        "on": on,
        "form": PlaceListForm(request.GET, plan=subject, provinces={one.province for one in Place.objects.all()}),
        "filtered": any(name not in ("plan", *BESIDE) for name in asked),
        "clear_url": unfiltered(request),
        "parts": _parts(drawn, subject),
        "kinds": _kinds(drawn),
        "shown": [row for row in rows if row.number is not None],
        "apart": [row for row in rows if row.number is None],
        "others": _others(request, asked, user),
        "counted": {"places": len(found), "initiatives": initiatives_of(facts)},
        "was": _counted_before(before, subject, len(found), initiatives_of(facts)) if before else {},
        "gone": before.gone if before else [],
        "query": _exported(asked).urlencode(),
    }
    return render(request, "reports/places.html", context)


def _asked(request: HttpRequest, plan: str) -> QueryDict:
    """What is asked for, of the plan of the address, without what is empty."""
    data = request.GET.copy()
    data["plan"] = plan
    for name in [name for name, value in data.items() if not value]:
        del data[name]
    return data


def _filter(request: HttpRequest, asked: QueryDict, user: User) -> PlaceFilter:
    on = cast(SignedInRequest, request).moment.on
    return PlaceFilter(asked, PlaceFilter.base(user, on=on), request=request, also=BESIDE)


def _exported(asked: QueryDict) -> QueryDict:
    """What of it the API's list takes: that does not depend on a day."""
    query = asked.copy()
    query.pop("on", None)
    query.pop("compare", None)
    return query


def _others(request: HttpRequest, asked: QueryDict, user: User) -> list[Place]:
    """Places that fit the other filters, of which nothing is recorded in the plan; none where one pillar or initiative
    is asked for."""
    if any(name in asked for name in OF_THE_PLAN[1:]):
        return []
    anywhere, tied = asked.copy(), QueryDict(mutable=True)
    del anywhere["plan"]
    tied["plan"] = str(asked["plan"])
    return list(_filter(request, anywhere, user).rows.exclude(pk__in=_filter(request, tied, user).rows.values("pk")))


def _anchor(place: Place) -> str:
    return f"#place-{place.code}"


def _markers(found: Iterable[Place]) -> list[Marker]:
    """The places that can be drawn, numbered in their order."""
    drawable = [one for one in found if one.latitude is not None or _is_province(one)]
    return [
        Marker(
            number=number, kind=one.kind, name=bilingual_text(one, "name"), url=_anchor(one), province=one.province,
            longitude=None if one.longitude is None else float(one.longitude),
            latitude=None if one.latitude is None else float(one.latitude),
        )
        for number, one in enumerate(drawable, start=1)
    ]  # fmt: skip


def _is_province(place: Place) -> bool:
    return place.kind == PlaceKind.REGION and place.province in PROVINCES


def _before(
    fitting: Any, found: Sequence[Place], against: Comparison, *, user: User, plan: str, pillar: int | None
) -> PlacesBefore:
    """The same filters at another moment, in five queries. Who may see an initiative now is shown where it was."""
    then = against.then
    with back_at(then):
        known = {one.pk: one for one in fitting.all()}
        facts = happenings(known, user=user, plan=plan, pillar=pillar, on=then.on)
    now = {one.pk for one in found}
    return PlacesBefore(frozenset(known), facts, [one for key, one in known.items() if key not in now], against)


def _counted_before(before: PlacesBefore, plan: Plan, places: int, initiatives: int) -> dict[str, Was]:
    """How many there were, where it was another number; the history since tells why."""
    url = history_since(before.against.then, plan)
    counts = {"places": (places, len(before.keys)), "initiatives": (initiatives, before.initiatives)}
    return {name: Was(then, url) for name, (now, then) in counts.items() if then != now}


def _row(
    place: Place, number: int | None, facts: Happenings, before: PlacesBefore | None, *, on: date
) -> PlaceRow:  # fmt: skip
    return PlaceRow(
        place=place,
        number=number,
        symbol=mark_symbol(place.kind),
        province=PROVINCES.get(place.province, place.province),
        facts=facts,
        named=named(facts, place.pk, before, on=on),
        seen=seen(facts, place.pk, before),
        new=before is not None and place.pk not in before.keys,
        left=left(facts, place.pk, before),
    )


def _parts(drawn: Sequence[Drawing], plan: Plan) -> list[Part]:
    whole, *parts = drawn
    title = _("Map of the places of the plan: %(plan)s") % {"plan": bilingual_text(plan, "title")}
    made = [Part(whole.frame.name, "", title, draw(whole, title=title, parts=parts))]
    for one in parts:
        name = str(PARTS[one.frame.name])
        made.append(Part(one.frame.name, one.letter, name, draw(one, title=name)))
    return made


def _kinds(drawn: Iterable[Drawing]) -> list[tuple[SafeString, str]]:
    """The key: shape and name of each kind that is on the map."""
    shown = {marker.kind for part in drawn for marker in part.markers}
    return [(mark_symbol(kind), str(PlaceKind(kind).label)) for kind in PlaceKind.values if kind in shown]
