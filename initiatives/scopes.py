"""Scopes by their codes, which grants hold and people type."""

import re

from django.utils.translation import gettext as _

from initiatives.models import Initiative
from pillars.models import Pillar, Plan
from tracker.errors import Invalid

_NUMBER = re.compile(r"[1-9][0-9]{0,3}")


def check_scope(scope: str) -> None:
    """Raise `Invalid` unless `scope` is empty (everything) or names a plan, pillar or initiative that exists."""
    if not scope:
        return
    plan, slash, code = scope.partition("/")
    if not slash:
        found = Plan.objects.filter(code=plan).exists()
    elif code.isascii() and code.isdigit():
        # Written as it is compared: `BP/02` would be granted, and match nothing.
        found = bool(_NUMBER.fullmatch(code)) and Pillar.objects.filter(plan__code=plan, number=int(code)).exists()
    else:
        found = Initiative.objects.filter(plan__code=plan, code=code).exists()
    if not found:
        message = _("“%(scope)s” is no plan (BP), pillar (BP/2) or initiative (BP/2.01).") % {"scope": scope}
        raise Invalid(message, fields={"scope": message})
