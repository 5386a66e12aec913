"""Enumerations of the ground floor."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Channel(models.TextChoices):
    """The way by which a revision came in."""

    WEB = "web", _("web page")
    API = "api", _("API")
    IMPORT = "import", _("import")
    TASK = "task", _("scheduled task")
    SHELL = "shell", _("shell")


class Role(models.TextChoices):
    """What a person may do within a scope; everybody with a role there may also read there."""

    VIEWER = "viewer", _("viewer")
    ANALYST = "analyst", _("analyst")
    MANAGER = "manager", _("program manager")
    PILLAR_LEAD = "pillar_lead", _("pillar lead")
    PLAN_ADMIN = "plan_admin", _("plan administrator")
    AUDITOR = "auditor", _("auditor")
    ADMINISTRATOR = "administrator", _("administrator")


class Theme(models.TextChoices):
    AUTO = "auto", _("as the device")
    LIGHT = "light", _("light")
    DARK = "dark", _("dark")


class Language(models.TextChoices):
    ENGLISH = "en", "English"
    FRENCH = "fr", "français"


class PlaceKind(models.TextChoices):
    PORT_OF_ENTRY = "port_of_entry", _("port of entry")
    MUNICIPALITY = "municipality", _("municipality")
    REGION = "region", _("region")
    LABORATORY = "laboratory", _("laboratory")
    FACILITY = "facility", _("facility")


class TokenScope(models.TextChoices):
    READ = "read", _("read")
    WRITE = "write", _("read and write")
