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


class TokenState(models.TextChoices):
    USABLE = "usable", _("usable")
    EXPIRED = "expired", _("expired")
    REVOKED = "revoked", _("revoked")
    LEAKED = "leaked", _("revoked: it was sent in an address")


class MailKind(models.TextChoices):
    """What the tracker writes to people about."""

    DUE_SOON = "due_soon", _("a reminder, a day before my updates are due")
    OVERDUE = "overdue", _("a notice when updates are overdue")
    RETURNED = "returned", _("when an update of mine is returned")
    APPROVED = "approved", _("when an update of mine is approved")
    DIGEST = "digest", _("the week in short, when its rollup is sealed")
    TOKEN = "token", _("when a token of mine is revoked because it was seen where it must not be")


class MailState(models.TextChoices):
    """Where a mail of the outbox stands. `uncertain`: it was handed over and nobody knows whether it was taken."""

    WAITING = "waiting", _("waiting")
    SENDING = "sending", _("being sent")
    SENT = "sent", _("sent")
    FAILED = "failed", _("failed")
    UNCERTAIN = "uncertain", _("uncertain")
    SKIPPED = "skipped", _("not sent")


class SkipReason(models.TextChoices):
    """Why a mail is not sent at all."""

    NO_ADDRESS = "no_address", _("the person has no e-mail address")
    NO_SERVER = "no_server", _("no mail server is set up")
    TURNED_OFF = "turned_off", _("the person has turned this kind off")
    CLOSED = "closed", _("the account is closed")
    NO_ACCESS = "no_access", _("the person may not read this any more")
    NOT_NEEDED = "not_needed", _("there was nothing left to say")
    TOO_LATE = "too_late", _("it was too late to be of use")


class RunOutcome(models.TextChoices):
    DONE = "done", _("done")
    FAILED = "failed", _("failed")


class ExportFormat(models.TextChoices):
    """The kinds of files that a dataset is given as."""

    CSV = "csv", "CSV"
    NDJSON = "ndjson", "NDJSON"
    XLSX = "xlsx", "Excel (XLSX)"
    PARQUET = "parquet", "Parquet"


class ExportWay(models.TextChoices):
    """How a file came to its reader."""

    DIRECT = "direct", _("at once")
    JOB = "job", _("made in the background")


class ExportState(models.TextChoices):
    """Where a file stands that is made in the background."""

    QUEUED = "queued", _("waiting")
    RUNNING = "running", _("being made")
    DONE = "done", _("ready")
    FAILED = "failed", _("failed")
    CANCELLED = "cancelled", _("cancelled")
    EXPIRED = "expired", _("expired")


class ExportFault(models.TextChoices):
    """Why a file could not be made in the background."""

    NOT_ALLOWED = "not_allowed", _("you may not read this any more")
    TOO_LARGE = "too_large", _("there is more than this format holds: narrow it down, or take CSV or Parquet")
    TOO_LONG = "too_long", _("it took too long: narrow it down by filters")
    NO_QUOTA = "no_quota", _("your other files leave no room for it: delete some, then ask again")
    NO_ROOM = "no_room", _("there is no room on the server for this export")
    WORKER_ENDED = "worker_ended", _("the worker ended each time while it was making the file")
    REFUSED = "refused", _("the filters cannot be applied any more")
    FAULT = "fault", _("a fault of the tracker’s own, which is in its log")
