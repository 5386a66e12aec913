"""Signs of life of background work."""

from django.db import models


class Heartbeat(models.Model):
    """When a named piece of background work last ran. Not tracked: an old beat means nothing."""

    name = models.CharField(max_length=32, primary_key=True)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name
