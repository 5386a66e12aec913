"""What pages share: lists by pages, links that keep the query, the instant that a page shows."""

from dataclasses import dataclass
from datetime import datetime, time
from typing import Any
from urllib.parse import urlsplit

from django.core.paginator import InvalidPage, Paginator
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import translate_url
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from tracker.errors import Invalid
from tracker.filters import without
from tracker.timemachine.moments import Moment


@dataclass(frozen=True)
class Page:
    """Rows of one page; addresses of the next and the first page are None where there is none."""

    rows: list[Any]
    total: int | None
    next_url: str | None
    first_url: str | None


def page_of(request: HttpRequest, queryset: QuerySet[Any], *, size: int) -> Page:
    """The page that `?page=` names, 1 without. Raises `Invalid` when there is no such page."""
    paginator = Paginator(queryset, size)
    try:
        page = paginator.page(request.GET.get("page", "1"))
    except InvalidPage as error:
        message = _("There is no such page; the last is %(last)s.") % {"last": paginator.num_pages}
        raise Invalid(message, fields={"page": message}) from error
    following = page.next_page_number() if page.has_next() else None
    return Page(
        rows=list(page.object_list),
        total=paginator.count,
        next_url=linked(request, page=following) if following else None,
        first_url=linked(request, page=None) if page.number > 1 else None,
    )


def linked(request: HttpRequest, **changes: object) -> str:
    """This page's address with some parameters changed, and those of None left out."""
    query = without(request.GET, *changes)
    for name, value in changes.items():
        if value is not None:
            query[name] = str(value)
    text = query.urlencode()
    return f"{request.path}?{text}" if text else request.path


def in_language(url: str, language: str) -> str:
    """The same page of this site in that language; the address as it is without one, or where it names none itself."""
    named = translation.get_language_from_path(urlsplit(url).path)
    if not (language and named):
        return url
    with translation.override(named):
        return translate_url(url, language)


def shown_instant(request: HttpRequest) -> datetime:
    """Now, or the time that the page is asked for: that of the past revision, unless a later day was named."""
    now = timezone.now()
    moment: Moment | None = getattr(request, "moment", None)
    if moment is None or moment.live or moment.at is None:
        return now
    if timezone.localdate(moment.at) >= moment.on:
        return moment.at
    return min(now, timezone.make_aware(datetime.combine(moment.on, time.max)))
