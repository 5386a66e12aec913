"""Enumerations of the reading side."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Headline(models.TextChoices):
    """The one colour of a plan or pillar; `none` where nothing is in progress."""

    GREEN = "green", _("on track")
    AMBER = "amber", _("at risk")
    RED = "red", _("off track")
    UNKNOWN = "unknown", _("not known")
    NONE = "none", _("nothing in progress")
