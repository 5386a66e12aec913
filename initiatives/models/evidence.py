"""Evidence: links and files that show that a fact is so."""

from typing import Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from initiatives.models.initiative import visible
from tracker.models import User
from tracker.timemachine import Tracked, tracked


class EvidenceFile(models.Model):
    """The bytes of a file, known by their SHA-256: kept in the database so that web servers keep no state, never
    changed, and held once however often the same file is attached."""

    sha256 = models.CharField(primary_key=True, max_length=64)
    content = models.BinaryField()

    class Meta:
        verbose_name = _("file")
        constraints = [
            models.CheckConstraint(condition=Q(sha256__regex=r"^[0-9a-f]{64}$"), name="initiatives_file_sha256"),
        ]

    def __str__(self) -> str:
        return self.sha256


class EvidenceQuerySet(models.QuerySet["Evidence"]):
    def visible_to(self, user: User) -> Self:
        return self.filter(visible(user, "initiative__"))

    def for_list(self) -> Self:
        """Newest first."""
        return self.select_related("initiative__plan", "milestone", "entry", "observation", "added_by").order_by("-pk")

    def standing(self) -> Self:
        """Not withdrawn."""
        return self.filter(withdrawn_reason="")


@tracked(sealed_when="old.withdrawn_reason <> ''", write_once=("initiative_id", "url", "sha256"))
class Evidence(Tracked):
    """A link or a file that bears a fact of an initiative out: of a milestone, a ledger entry or an observation, or of
    the initiative as a whole. Withdrawn with a reason, never deleted."""

    initiative = models.ForeignKey("initiatives.Initiative", on_delete=models.PROTECT, related_name="evidence")
    milestone = models.ForeignKey(
        "initiatives.Milestone", null=True, blank=True, on_delete=models.PROTECT, related_name="evidence_rows"
    )
    entry = models.ForeignKey(
        "initiatives.LedgerEntry", null=True, blank=True, on_delete=models.PROTECT, related_name="evidence"
    )
    observation = models.ForeignKey(
        "initiatives.Observation", null=True, blank=True, on_delete=models.PROTECT, related_name="evidence"
    )
    title = models.CharField(_("title"), max_length=200)
    url = models.URLField(_("address"), max_length=500, blank=True)
    sha256 = models.CharField(max_length=64, blank=True)
    file_name = models.CharField(_("file name"), max_length=200, blank=True)
    media_type = models.CharField(_("type"), max_length=80, blank=True)
    size = models.PositiveIntegerField(_("bytes"), null=True, blank=True)
    added_by = models.ForeignKey("tracker.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    added_at = models.DateTimeField()
    withdrawn_reason = models.TextField(_("why it was withdrawn"), blank=True)

    objects = EvidenceQuerySet.as_manager()

    class Meta:
        verbose_name = _("evidence")
        indexes = [models.Index(fields=["revision"], name="initiatives_evidence_touched")]
        constraints = [
            models.CheckConstraint(
                condition=Q(milestone__isnull=True, entry__isnull=True)
                | Q(milestone__isnull=True, observation__isnull=True)
                | Q(entry__isnull=True, observation__isnull=True),
                name="initiatives_evidence_of_one_fact",
            ),
            models.CheckConstraint(
                condition=~Q(url="") & Q(sha256="", file_name="", size__isnull=True)
                | Q(url="") & ~Q(sha256="") & ~Q(file_name="") & ~Q(media_type="") & Q(size__isnull=False),
                name="initiatives_evidence_link_or_file",
            ),
        ]

    def __str__(self) -> str:
        return self.title
