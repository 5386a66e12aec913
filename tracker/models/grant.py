"""Roles that people hold, where, and from when to when."""

from datetime import date

from django.db import connection, models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from tracker.choices import Role
from tracker.rules import Access
from tracker.timemachine.sql import FOREVER
from tracker.timemachine.tracked import Tracked, tracked


class RoleGrantQuerySet(models.QuerySet["RoleGrant"]):
    def access_of(self, user_id: int, *, on: date) -> Access:
        """What the person may do on that day by the grants of today, also while the reader travels in the past."""
        with connection.cursor() as cursor:
            cursor.execute(
                """select role, scope from public.tracker_rolegrant where user_id = %s
                   and (starts_on is null or starts_on <= %s) and (ends_on is null or ends_on >= %s)""",
                [user_id, on, on],
            )
            return Access(frozenset(cursor.fetchall()))

    def changed_since(self, number: int, *, user_id: int) -> bool:
        """Whether a grant of the person was made, changed or taken away after that revision, whatever is shown."""
        with connection.cursor() as cursor:
            cursor.execute(
                """select exists (select from history.tracker_rolegrant where user_id = %s
                   and (from_rev > %s or (to_rev > %s and to_rev < %s)))""",
                [user_id, number, number, FOREVER],
            )
            return bool(cursor.fetchone()[0])


@tracked()
class RoleGrant(Tracked):
    """A role within a scope: `""` everywhere, `BP` a plan, `BP/2` its pillar, `BP/2.01` its initiative.

    The scope is a code, not a key: the frame and the initiatives stand on this floor, not under it.
    """

    user = models.ForeignKey("tracker.User", on_delete=models.CASCADE, related_name="grants")
    role = models.CharField(_("role"), max_length=16, choices=Role.choices)
    scope = models.CharField(_("scope"), max_length=64, blank=True)
    starts_on = models.DateField(_("from"), null=True, blank=True)
    ends_on = models.DateField(_("until"), null=True, blank=True)

    objects = RoleGrantQuerySet.as_manager()

    class Meta:
        verbose_name = _("role grant")
        constraints = [
            models.UniqueConstraint(fields=["user", "role", "scope"], name="tracker_grant_once"),
            models.CheckConstraint(condition=Q(role__in=Role.values), name="tracker_grant_role"),
            models.CheckConstraint(
                condition=Q(scope="") | Q(scope__regex=r"^[A-Z][A-Z0-9-]*(/[0-9A-Za-z][0-9A-Za-z.-]*)?$"),
                name="tracker_grant_scope",
            ),
            models.CheckConstraint(
                condition=Q(starts_on__isnull=True) | Q(ends_on__isnull=True) | Q(ends_on__gte=models.F("starts_on")),
                name="tracker_grant_dates",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.role}@{self.scope or '*'}"
