"""Tokens for programs that pull or push over the API."""

import hashlib
from datetime import datetime
from hmac import compare_digest

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from tracker.choices import TokenScope


class ApiTokenQuerySet(models.QuerySet["ApiToken"]):
    def usable(self, *, at: datetime) -> "ApiTokenQuerySet":
        """Neither expired nor revoked, and the owner's account is active."""
        return self.filter(revoked_at__isnull=True, expires_at__gt=at, user__is_active=True)

    def presented(self, secret: str, *, at: datetime) -> "ApiToken | None":
        """The usable token, with its owner, whose secret this is."""
        parts = secret.split("_", 2)
        if len(parts) != 3 or parts[0] != "apt":  # noqa: PLR2004 - apt, prefix, secret
            return None
        found = self.usable(at=at).select_related("user").filter(prefix=parts[1]).first()
        return found if found is not None and compare_digest(found.digest, digest_of(secret)) else None


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
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)

    objects = ApiTokenQuerySet.as_manager()

    class Meta:
        verbose_name = _("API token")
        constraints = [
            models.CheckConstraint(condition=Q(scope__in=TokenScope.values), name="tracker_token_scope"),
            models.CheckConstraint(condition=Q(expires_at__gt=models.F("created_at")), name="tracker_token_expiry"),
        ]

    def __str__(self) -> str:
        return self.prefix
