"""Where a stated fact comes from."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Sourced(models.Model):
    """A fact with its source, and whether source and French wording are official or ours."""

    source = models.CharField(_("source"), max_length=200, blank=True)
    source_url = models.URLField(_("source address"), max_length=500, blank=True)
    official = models.BooleanField(_("official source"), default=False)
    french_official = models.BooleanField(_("official French"), default=False)

    class Meta:
        abstract = True
