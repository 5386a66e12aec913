"""Enumerations of the frame."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class WeekState(models.TextChoices):
    """Where a reporting week stands; computed from its instants and its transitions, never stored."""

    SCHEDULED = "scheduled", _("scheduled")
    OPEN = "open", _("open")
    DUE = "due", _("due")
    LOCKED = "locked", _("locked")
    PUBLISHED = "published", pgettext_lazy("reporting week", "published")
    REOPENED = "reopened", pgettext_lazy("reporting week", "reopened")


class Transition(models.TextChoices):
    """What happens to a reporting week, once in each edition."""

    OPENED = "opened", pgettext_lazy("reporting week", "opened")
    DUE = "due", _("updates due")
    REVIEW_DUE = "review_due", _("reviews due")
    CLOSED_EARLY = "closed_early", pgettext_lazy("reporting week", "closed early")
    LOCKED = "locked", _("locked")
    PUBLISHED = "published", pgettext_lazy("reporting week", "published")
    REOPENED = "reopened", pgettext_lazy("reporting week", "reopened")
