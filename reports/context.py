"""The frame of every page: which plan one is in, which others there are, and the main navigation."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import Resolver404, resolve, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from pillars.models import Plan
from tracker.models import User
from tracker.rules import EVERYWHERE, Permission


@dataclass(frozen=True)
class Link:
    """One entry of a navigation; `current` is the value of `aria-current`: `page`, `true` within its part, or empty."""

    label: str | Promise
    url: str
    current: str = ""


@dataclass(frozen=True)
class Part:
    """A part of the tracker within a plan: the pages that lie in it, and what one must be permitted to need it."""

    label: Promise
    pages: frozenset[str]
    permission: Permission = Permission.READ


_PARTS = {
    "plan": Part(_("Overview"), frozenset({"pillar"})),
    "initiatives": Part(_("Initiatives"), frozenset({"initiative", "milestone-add", "milestone-move", "milestone-meet",
                                                     "entry-add", "entry-reverse", "entry-correct", "reprofile",
                                                     "transfer", "transfer-undo", "ledger-grid"})),
    "milestones": Part(_("Milestones"), frozenset()),
    "money": Part(_("Money"), frozenset()),
    "indicators": Part(_("Indicators"), frozenset({"indicator", "indicator-add", "indicator-change", "target-set",
                                                   "observation-add", "observation-correct", "observation-restate"})),
    "places": Part(_("Places"), frozenset()),
    "my-week": Part(_("My week"), frozenset({"update"}), Permission.WRITE_UPDATE),
    "review": Part(_("Review"), frozenset(), Permission.DECIDE_UPDATE),
    "rollups": Part(_("Rollups"), frozenset({"rollup", "rollup-restated", "compare",
                                             "weeks", "week-close", "week-reopen"})),
}  # fmt: skip


def frame(request: HttpRequest) -> dict[str, Any]:
    """`plan` (of the address, else the first visible), `plans`, `nav`, `footer_links`."""
    user = getattr(request, "user", None)
    footer = [Link(_("Accessibility"), reverse("accessibility"))]
    if not isinstance(user, User):
        return {"footer_links": footer}
    footer.insert(0, Link(_("Data and API reference"), reverse("data")))
    if user.may(Permission.MANAGE_PEOPLE, [EVERYWHERE]):
        footer.insert(1, Link(_("Operations"), reverse("operations")))
    plans = list(Plan.objects.visible_to(user).for_list())
    code = _plan_code(request)
    plan = next((one for one in plans if one.code == code), plans[0] if plans else None)
    here = request.resolver_match.url_name if request.resolver_match else None
    nav = [
        *(_in_plan(plan, user, here) if plan else ()),
        *(Link(label, reverse(name), _current(name, here)) for name, label in _EVERYWHERE.items()),
    ]
    return {
        "plans": plans, "plan": plan, "nav": nav, "footer_links": footer, "has_role": bool(user.access.grants),
        "comparable": hasattr(request, "comparison"),
        "comparison": getattr(request, "comparison", None),
        "compare": request.GET.get("compare", "").strip(),
    }  # fmt: skip


_EVERYWHERE = {"history": _("History"), "data": _("Data")}
_BELOW = {
    "history": {"plan-history", "object-history"},
    "data": {"data-dataset", "dictionary", "exports", "api-reference", "api-reference-group"},
}


def _current(name: str, here: str | None) -> str:
    """Whether the page is that one, or one below it."""
    return "page" if here == name else "true" if here in _BELOW.get(name, ()) else ""


def _in_plan(plan: Plan, user: User, here: str | None) -> Iterator[Link]:
    """The parts of the plan that the person has a use for."""
    mine = {scope for _role, scope in user.access.grants if scope.partition("/")[0] in ("", plan.code)}
    for name, part in _PARTS.items():
        if user.may(part.permission, mine):
            current = "page" if here == name else "true" if here in part.pages else ""
            yield Link(part.label, reverse(name, args=[plan.code]), current)


def _plan_code(request: HttpRequest) -> str:
    """The code of the plan that the address is in, empty when it is in none."""
    try:
        # A request that was refused before it came to its view is not resolved yet.
        match = request.resolver_match or resolve(request.path_info)
    except Resolver404:
        return ""
    if "plan" in match.kwargs:
        return str(match.kwargs["plan"])
    if match.url_name in ("rollup", "rollup-restated"):
        return str(match.kwargs["code"]).rsplit("-", 3)[0]
    return request.GET.get("scope", "").partition("/")[0]
