"""Failed tries to sign in, so that passwords cannot be guessed by trying."""

from django.db import models


class SignInFailures(models.Model):
    """How many tries failed in a row: of an account at an address, of an account anywhere, at an address for anybody.

    The account is a keyed digest, for people type passwords where the name belongs; an empty one, like an empty
    address, stands for any. Not tracked: it is forgotten by itself.
    """

    account = models.CharField(max_length=64, blank=True)
    address = models.CharField(max_length=45, blank=True)
    count = models.PositiveIntegerField()
    last_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "address"], name="tracker_failures_once")]

    def __str__(self) -> str:
        return f"{self.count} at {self.address or '*'}"
