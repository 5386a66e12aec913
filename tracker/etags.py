"""Whether a reader already has an answer, told before anything is computed: an answer depends on no more than what is
digested here.

A tag is strong: the same address, at the same revision and day, for the same access, gives the same bytes. The names of
accounts are not tracked, and no page or command renames one; who does so in the database itself changes answers that
keep their tags until the next revision.
"""

import hashlib
from datetime import date
from functools import cache

from django.conf import settings
from django.utils.http import parse_etags

from tracker.models import User

PROGRAM = ("config", "tracker", "pillars", "initiatives", "reports")


@cache
def program() -> str:
    """A digest of the program itself, the same on every machine that runs it: another release may answer otherwise."""
    found = hashlib.sha256()
    for app in PROGRAM:
        for path in sorted((settings.BASE_DIR / app).rglob("*.py")):
            found.update(path.read_bytes())
    return found.hexdigest()


def state_tag(address: str, *, revision: int, on: date, user: User) -> str:
    """The `ETag` of what an address (path and query) answers to a person at a revision and on a day. No answer but a
    refusal depends on the language."""
    grants = sorted(user.access.grants)
    # A token of some plans is not told why its owner changed something, be the grants the same (`tracker.permissions`).
    parts = (program(), address, revision, on, user.pk, grants, user.only_plans is None)
    return f'"{hashlib.sha256(repr(parts).encode()).hexdigest()[:32]}"'


def has(tag: str, header: str) -> bool:
    """Whether `If-None-Match` names the tag; a proxy may have marked it as weak."""
    return tag in {sent.removeprefix("W/") for sent in parse_etags(header)} if header else False
