"""Who leads what: the people for whom a reviewer who stands in may decide."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date

from django.db.models import Q

from tracker.choices import Role
from tracker.models import RoleGrant, User

Leads = dict[str, list[User]]


def pillar_leads(scopes: Iterable[str], *, on: date) -> Leads:
    """The people who hold the role of pillar lead at each of these scopes on that day, by name. One query."""
    grants = RoleGrant.objects.filter(
        Q(starts_on__isnull=True) | Q(starts_on__lte=on), Q(ends_on__isnull=True) | Q(ends_on__gte=on),
        role=Role.PILLAR_LEAD, scope__in=set(scopes), user__is_active=True,
    )  # fmt: skip
    found: Leads = defaultdict(list)
    for grant in grants.select_related("user").order_by("user__username"):
        found[grant.scope].append(grant.user)
    return dict(found)


def leads_at(leads: Leads, scopes: Iterable[str]) -> list[User]:
    """Those of them who lead what has these scopes, each once."""
    return list({user.pk: user for scope in scopes for user in leads.get(scope, [])}.values())
