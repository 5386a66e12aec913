"""What a reading page may be asked: a moment, a day, and what the page itself names."""

from typing import cast

from django.http import HttpRequest

from reports.figures.scopes import Scope, find_scope
from tracker.filters import refuse_unknown
from tracker.http import SignedInRequest

DATED = frozenset({"as_of", "on"})


def refuse_others(request: HttpRequest, *also: str) -> None:
    """Raise `Invalid` for a parameter that the page does not read: a figure that ignored it would be taken for an
    answer to it."""
    refuse_unknown(request.GET, DATED | set(also))


def asked_scope(request: HttpRequest, code: str) -> Scope:
    """What of the plan the page is about, as the reader may see it at the moment shown. Raises `NoSuchScope`."""
    reader = cast(SignedInRequest, request)
    return find_scope(code, user=reader.user, past=not reader.moment.live)
