"""Pages that need not be made again: who has one already is told so, and who read it a moment ago is given it again.

A page depends on no more than what its tag is made of: address, revision, day, what time alone has changed since, and
the reader with theme, grants and browser. So nothing has to be thrown away when something changes: the next revision
has other tags. `tests/reports/test_page_cache.py` holds what such pages read beside tracked rows, and that time changes
no page that keeps its tag.
"""

from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import Concatenate, ParamSpec, cast

from django.conf import settings
from django.contrib.messages import get_messages
from django.db import connection
from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.utils import timezone

from initiatives.rules.freshness import DUE_WITHIN, silent_since
from tracker.context import theme_of, work_delayed
from tracker.etags import by_parts, has, state_tag, tagged
from tracker.http import SignedInRequest
from tracker.pages import shown_instant
from tracker.timemachine import head
from tracker.valkey import Store

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponse]

# The last instant at which a week opened, came due or closed; the last week that is due soon; the first
# revision that keeps an initiative from being silent; when somebody was last renamed; and the days on which plans are.
_TURNS = """select greatest(
        max(opens_at) filter (where opens_at <= %(at)s),
        max(initiative_due_at) filter (where initiative_due_at <= %(at)s),
        max(pillar_due_at) filter (where pillar_due_at <= %(at)s),
        max(locks_at) filter (where locks_at <= %(at)s),
        max(locked_at) filter (where locked_at <= %(at)s)
    ),
    max(initiative_due_at) filter (where initiative_due_at <= %(soon)s),
    (select number from public.tracker_revision where at >= %(silent)s order by at limit 1),
    (select max(named_at) from public.tracker_user),
    (select array_agg(distinct (%(at)s at time zone time_zone)::date) from pillars_plan)
    from pillars_reportingweek"""


PAGES = Store("page", "every page is made anew")


def remembered(view: View[P]) -> View[P]:
    """A page that is made once for a reader and a revision, while it is read; stands below `login_required`."""

    @wraps(view)
    def page(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        tag = page_tag(request)
        if not tag:
            return view(request, *args, **kwargs)
        if has(tag, request.headers.get("If-None-Match", "")):
            return tagged(HttpResponseNotModified(), tag)
        seconds = settings.PAGE_CACHE_SECONDS
        kept = PAGES.get(tag.strip('"')) if seconds else None
        if kept is not None:
            return tagged(HttpResponse(kept), tag)
        answer = view(request, *args, **kwargs)
        if answer.status_code == 200 and not answer.streaming and not answer.cookies:  # noqa: PLR2004 - OK
            if seconds:
                PAGES.put(tag.strip('"'), answer.content, seconds=seconds)
            tagged(answer, tag)
        return answer

    page.remembered = True  # type: ignore[attr-defined]  # for those who look which pages are
    return cast(View[P], page)


def page_tag(request: HttpRequest) -> str:
    """The tag of the page that is asked for; empty where it cannot be told before it is made: something is to be said
    to the reader once, or the browser has no cookie yet against which its forms are checked."""
    reader = cast(SignedInRequest, request)
    cookie = request.COOKIES.get(settings.CSRF_COOKIE_NAME)
    if not cookie or len(get_messages(request)):
        return ""
    moment, user = reader.moment, reader.user
    # Of the past, who sees parts of plans is shown what stands there today; and all may compare it with today.
    follows = not moment.live and (by_parts(user.access.grants) or "compare" in request.GET)
    asked = (
        request.get_host(),
        request.get_full_path(),
        connection.settings_dict["NAME"],
        moment.at,
        turns(shown_instant(request)),
        # Also a page of the past says which weeks are over today.
        timezone.localdate(timezone=timezone.get_default_timezone()),
        head() if follows else None,
        user.display_name,
        theme_of(request),
        work_delayed(request),
        cookie,
    )
    return state_tag(repr(asked), revision=moment.revision, on=moment.on, user=user)


def turns(at: datetime) -> tuple[object, ...]:
    """What has changed without a revision, up to that instant. One query."""
    with connection.cursor() as cursor:
        cursor.execute(_TURNS, {"at": at, "soon": at + DUE_WITHIN, "silent": silent_since(at)})
        found: tuple[object, ...] = cursor.fetchone()
    return found
