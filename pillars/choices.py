"""Enumerations of the frame."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class WeekState(models.TextChoices):
    """Where a reporting week stands; computed from its instants, never stored."""

    SCHEDULED = "scheduled", _("scheduled")
    OPEN = "open", _("open")
    DUE = "due", _("due")
    LOCKED = "locked", _("locked")
