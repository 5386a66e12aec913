"""Whether a reader already has an answer, told before anything is computed: an answer depends on no more than what is
digested here.

A tag is strong: the same address, at the same revision and day, for the same access, gives the same bytes. Accounts are
not tracked: what names one in an answer is the name under which it signs in, and no page or command changes that; who
does so in the database itself changes answers that keep their tags until the next revision.
"""

import hashlib
from collections.abc import Iterable
from datetime import date
from functools import cache
from typing import TypeVar

from django.conf import settings
from django.http import HttpResponseBase
from django.utils.cache import patch_vary_headers
from django.utils.http import parse_etags

from tracker.models import User

PROGRAM = ("config", "tracker", "pillars", "initiatives", "reports", "locale")
_WRITTEN = frozenset({".py", ".html", ".txt", ".css", ".js", ".svg", ".po"})  # what answers are made by
Answer = TypeVar("Answer", bound=HttpResponseBase)


@cache
def program() -> str:
    """A digest of the program itself, with its templates, styles and translations, the same on every machine that runs
    it: another release may answer otherwise."""
    found = hashlib.sha256()
    for part in PROGRAM:
        for path in sorted((settings.BASE_DIR / part).rglob("*")):
            if path.suffix in _WRITTEN:
                found.update(path.read_bytes())
    return found.hexdigest()


def tagged(answer: Answer, tag: str) -> Answer:
    """With what lets the reader's browser ask whether it has changed, and keeps it out of shared caches."""
    answer["ETag"] = tag
    answer["Cache-Control"] = "private, no-cache"
    patch_vary_headers(answer, ["Cookie"])
    return answer


def state_tag(address: str, *, revision: int, on: date, user: User) -> str:
    """The `ETag` of what an address (path and query) answers to a person at a revision and on a day. No answer but a
    refusal depends on the language."""
    grants = sorted(user.access.grants)
    # A token of some plans is not told why its owner changed something, be the grants the same (`tracker.permissions`).
    parts = (program(), address, revision, on, user.pk, grants, user.only_plans is None)
    return f'"{hashlib.sha256(repr(parts).encode()).hexdigest()[:32]}"'


def by_parts(grants: Iterable[tuple[str, str]]) -> bool:
    """Whether some of these cover a part of a plan. What such a reader sees of the past is decided by where rows stand
    today, so an answer about the past then depends on the newest revision, too."""
    return any("/" in scope for _role, scope in grants)


def has(tag: str, header: str) -> bool:
    """Whether `If-None-Match` names the tag."""
    return bool(held(tag, header))


def held(tag: str, header: str) -> str:
    """The tag of this state that `If-None-Match` names, which a proxy may have marked as weak; empty where it names
    none. A row's begins with its revision (`tracker.preconditions`) and ends with that of the state."""
    sent = [one.removeprefix("W/") for one in parse_etags(header)] if tag and header else []
    return next((one for one in sent if one == tag or one.endswith(f"-{tag[1:]}")), "")
