"""Tokens for programs that pull or push over the API."""

import hashlib
import secrets
from collections.abc import Collection
from datetime import datetime, timedelta
from hmac import compare_digest

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Case, Q, When
from django.utils.translation import gettext_lazy as _

from tracker.choices import TokenScope, TokenState
from tracker.models.user import User

USE_NOTED = timedelta(minutes=1)  # at most so often: who used it is of interest, how often is not
ADDRESS_LENGTH = 45  # characters of the longest IPv6 address


class ApiTokenQuerySet(models.QuerySet["ApiToken"]):
    def usable(self, *, at: datetime) -> "ApiTokenQuerySet":
        """Neither expired nor revoked, and the owner's account is active."""
        return self.filter(revoked_at__isnull=True, expires_at__gt=at, user__is_active=True)

    def for_list(self, *, at: datetime) -> "ApiTokenQuerySet":
        """Those that can be used first, then the newest."""
        return self.order_by(Case(When(revoked_at=None, expires_at__gt=at, then=0), default=1), "-created_at", "-pk")

    def presented(self, secret: str, *, at: datetime) -> "ApiToken | None":
        """The usable token, with its owner, whose secret this is. The owner's access is cut to the token's plans."""
        found = self.usable(at=at).of_secret(secret)
        if found is not None and found.plans is not None:
            found.user.only_plans = frozenset(found.plans)
        return found

    def of_secret(self, secret: str) -> "ApiToken | None":
        """The one of these, with its owner, whose secret this is."""
        parts = secret.split("_", 2)
        if len(parts) != 3 or parts[0] != "apt":  # noqa: PLR2004 - apt, prefix, secret
            return None
        found = self.select_related("user").filter(prefix=parts[1]).first()
        return found if found is not None and compare_digest(found.digest, digest_of(secret)) else None

    def make(
        self, *, user: User, name: str, scope: TokenScope, at: datetime, lifetime: timedelta,
        plans: Collection[str] | None = None,
    ) -> tuple["ApiToken", str]:  # fmt: skip
        """A new token for that person, and its secret: the only copy."""
        prefix, chance = secrets.token_hex(6), secrets.token_urlsafe(32)
        secret = f"apt_{prefix}_{chance}"
        token = self.create(
            user=user, name=name, prefix=prefix, digest=digest_of(secret), scope=scope, created_at=at,
            expires_at=at + lifetime, plans=None if plans is None else sorted(plans),
        )  # fmt: skip
        return token, secret


def digest_of(secret: str) -> str:
    """What is kept of a token. 256 bits of chance need no slow hash."""
    return hashlib.sha256(secret.encode()).hexdigest()


class ApiToken(models.Model):
    """A secret that stands for a person. Only its SHA-256 is kept; the secret is shown once, when it is made."""

    user = models.ForeignKey("tracker.User", on_delete=models.CASCADE, related_name="tokens")
    name = models.CharField(_("name"), max_length=80)
    prefix = models.CharField(max_length=16, unique=True)
    digest = models.CharField(max_length=64)
    scope = models.CharField(_("scope"), max_length=8, choices=TokenScope.choices, default=TokenScope.READ)
    # Codes, as the scope of a grant is: the frame stands on this floor. Null: all that its owner may see.
    plans = ArrayField(models.CharField(max_length=16), null=True, blank=True)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)
    # It was revoked because it came in an address, which stands in logs.
    leaked = models.BooleanField(default=False)
    last_used_at = models.DateTimeField(null=True, blank=True)
    last_used_from = models.CharField(max_length=ADDRESS_LENGTH, blank=True)

    objects = ApiTokenQuerySet.as_manager()

    class Meta:
        verbose_name = _("API token")
        constraints = [
            models.CheckConstraint(condition=Q(scope__in=TokenScope.values), name="tracker_token_scope"),
            models.CheckConstraint(condition=Q(expires_at__gt=models.F("created_at")), name="tracker_token_expiry"),
            models.CheckConstraint(condition=Q(plans__isnull=True) | ~Q(plans=[]), name="tracker_token_some_plan"),
            models.CheckConstraint(
                condition=Q(leaked=False) | Q(revoked_at__isnull=False), name="tracker_token_leaked_is_revoked"
            ),
        ]

    def __str__(self) -> str:
        return self.prefix

    def state(self, *, at: datetime) -> TokenState:
        """Whether it can be used, and if not, why; its owner's account is not looked at."""
        if self.revoked_at is not None:
            return TokenState.LEAKED if self.leaked else TokenState.REVOKED
        return TokenState.USABLE if self.expires_at > at else TokenState.EXPIRED

    def note_due(self, *, at: datetime) -> bool:
        """Whether its last use was noted long enough ago to note another."""
        return self.last_used_at is None or at - self.last_used_at >= USE_NOTED
