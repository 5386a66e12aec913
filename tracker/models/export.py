"""Files that leave the tracker: what left, for good; and files made in the background, for a time."""

from datetime import datetime
from typing import Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q, Sum
from django.utils.translation import gettext_lazy as _

from tracker.choices import ExportFault, ExportFormat, ExportState, ExportWay
from tracker.models.token import ADDRESS_LENGTH
from tracker.models.user import User

WORKING = (ExportState.QUEUED, ExportState.RUNNING)
CHUNK = 1 << 20  # bytes of a file that one row holds


class ExportRecordQuerySet(models.QuerySet["ExportRecord"]):
    def for_list(self) -> Self:
        """Newest first."""
        return self.order_by("-pk")


class ExportRecord(models.Model):
    """One file that was handed to somebody: never changed nor deleted, which the database enforces. Not tracked: it
    tells of readers, not of the plan."""

    at = models.DateTimeField(_("when"))
    user = models.ForeignKey("tracker.User", on_delete=models.PROTECT, related_name="+", verbose_name=_("person"))
    account = models.CharField(_("account"), max_length=150)
    token = models.CharField(_("token"), max_length=16, blank=True)  # its prefix; empty for a browser
    address = models.CharField(_("address"), max_length=ADDRESS_LENGTH, blank=True)
    way = models.CharField(_("way"), max_length=8, choices=ExportWay.choices)
    dataset = models.CharField(_("dataset"), max_length=40)
    form = models.CharField(_("format"), max_length=8, choices=ExportFormat.choices)
    query = models.TextField(_("filters"), blank=True)  # filters and columns, in the order of their names
    as_of = models.CharField(_("asked as of"), max_length=60, blank=True)
    revision = models.BigIntegerField(_("revision"))
    rows = models.BigIntegerField(_("rows"))
    size = models.BigIntegerField(_("bytes"))
    sha256 = models.CharField(max_length=64)
    # The worst marking of its rows; empty for a dataset whose rows bear none.
    marking = models.CharField(_("security marking"), max_length=16, blank=True)

    objects = ExportRecordQuerySet.as_manager()

    class Meta:
        verbose_name = _("export")
        indexes = [
            models.Index(fields=["user", "at"], name="tracker_export_user"),
            models.Index(fields=["dataset", "at"], name="tracker_export_dataset"),
            models.Index(fields=["at"], name="tracker_export_at"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(way__in=ExportWay.values), name="tracker_export_way"),
            models.CheckConstraint(condition=Q(form__in=ExportFormat.values), name="tracker_export_form"),
        ]

    def __str__(self) -> str:
        return f"{self.account} {self.dataset}.{self.form} r{self.revision}"


class ExportJobQuerySet(models.QuerySet["ExportJob"]):
    def for_list(self) -> Self:
        """Newest first."""
        return self.order_by("-pk")

    def of(self, user: User) -> Self:
        """The person's own."""
        return self.filter(user=user)

    def shown_to(self, user: User) -> Self:
        """The person's own; by a token of some plans only those that were asked for within these."""
        own = self.of(user)
        return own if user.only_plans is None else own.filter(plans__contained_by=sorted(user.only_plans))

    def working(self) -> Self:
        """Waiting or being made."""
        return self.filter(state__in=WORKING)

    def expired(self, *, at: datetime) -> Self:
        """Files whose time is over."""
        return self.filter(state=ExportState.DONE, expires_at__lte=at)

    def kept(self) -> int:
        """The bytes that these hold."""
        return self.filter(state=ExportState.DONE).aggregate(n=Sum("size"))["n"] or 0


class ExportJob(models.Model):
    """A file that is made in the background and kept for a week, for who asked for it."""

    user = models.ForeignKey("tracker.User", on_delete=models.CASCADE, related_name="exports")
    token = models.CharField(max_length=16, blank=True)
    # Codes; null: all that the person may see. Those of the token it was asked with.
    plans = ArrayField(models.CharField(max_length=16), null=True, blank=True)
    asked_at = models.DateTimeField(_("asked"))
    dataset = models.CharField(_("dataset"), max_length=40)
    form = models.CharField(_("format"), max_length=8, choices=ExportFormat.choices)
    query = models.TextField(_("filters"), blank=True)
    as_of = models.CharField(_("asked as of"), max_length=60, blank=True)
    revision = models.BigIntegerField(_("revision"))
    state = models.CharField(_("state"), max_length=9, choices=ExportState.choices, default=ExportState.QUEUED)
    tries = models.PositiveSmallIntegerField(default=0)
    started_at = models.DateTimeField(null=True, blank=True)
    beat_at = models.DateTimeField(null=True, blank=True)  # the last sign of life of who makes it
    ended_at = models.DateTimeField(null=True, blank=True)
    expires_at = models.DateTimeField(null=True, blank=True)
    total = models.BigIntegerField(_("rows expected"), null=True, blank=True)
    rows = models.BigIntegerField(_("rows"), default=0)
    size = models.BigIntegerField(_("bytes"), default=0)
    sha256 = models.CharField(max_length=64, blank=True)
    marking = models.CharField(_("security marking"), max_length=16, blank=True)
    file_name = models.CharField(max_length=120, blank=True)
    # The roles under which it was made: pairs of a role and a scope.
    grants = models.JSONField(default=list)
    fault = models.CharField(_("error"), max_length=12, choices=ExportFault.choices, blank=True)

    objects = ExportJobQuerySet.as_manager()

    class Meta:
        verbose_name = _("export in the background")
        indexes = [
            models.Index(fields=["state", "beat_at"], name="tracker_job_state"),
            models.Index(fields=["expires_at"], name="tracker_job_expires"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=ExportState.values), name="tracker_job_state_known"),
            models.CheckConstraint(condition=Q(form__in=ExportFormat.values), name="tracker_job_form"),
            models.CheckConstraint(
                condition=~Q(state="done") | Q(expires_at__isnull=False, sha256__regex=r"^[0-9a-f]{64}$"),
                name="tracker_job_done_is_whole",
            ),
            models.CheckConstraint(
                condition=Q(state="failed", fault__in=ExportFault.values) | (~Q(state="failed") & Q(fault="")),
                name="tracker_job_failed_says_why",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.pk} {self.dataset}.{self.form} r{self.revision}"

    @property
    def is_working(self) -> bool:
        return self.state in WORKING

    @property
    def percent(self) -> int | None:
        """How much of its rows are written, once it is known how many there are."""
        return min(self.rows * 100 // self.total, 100) if self.total else None

    def usable(self, *, at: datetime) -> bool:
        """Whether its file is there to be read."""
        return self.state == ExportState.DONE and self.expires_at is not None and self.expires_at > at


class ExportChunk(models.Model):
    """A mebibyte of a file: where it is read and where it is made may be different hosts."""

    job = models.ForeignKey(ExportJob, on_delete=models.CASCADE, related_name="chunks")
    number = models.PositiveIntegerField()
    data = models.BinaryField()

    class Meta:
        verbose_name = _("part of a file")
        constraints = [models.UniqueConstraint(fields=["job", "number"], name="tracker_chunk_once")]

    def __str__(self) -> str:
        return f"{self.job_id}/{self.number}"
