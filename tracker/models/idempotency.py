"""Answers that were given to writes, for when a write is sent again."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class IdempotencyKey(models.Model):
    """A key that a program gave to a POST, and the answer that it got. Committed together with what the POST wrote, so
    that there is never one without the other. Not tracked: forgotten after a week."""

    user = models.ForeignKey("tracker.User", on_delete=models.CASCADE, related_name="+")
    key = models.CharField(max_length=200)
    route = models.TextField()  # method and path
    digest = models.CharField(max_length=64)  # SHA-256 of the body as it was sent
    status = models.PositiveSmallIntegerField()
    headers = models.JSONField(default=dict)
    body = models.BinaryField()
    made_at = models.DateTimeField(db_index=True)

    class Meta:
        verbose_name = _("idempotency key")
        constraints = [models.UniqueConstraint(fields=["user", "key"], name="tracker_key_once")]

    def __str__(self) -> str:
        return self.key
