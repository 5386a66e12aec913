"""Status updates: the weekly, signed opinion on an initiative."""

from datetime import date
from typing import Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Case, Exists, F, OuterRef, Q, Subquery, When
from django.utils.translation import gettext_lazy as _

from initiatives.choices import Dimension, Health, Workflow
from initiatives.models.initiative import ASKING, DISPUTED, visible, within
from initiatives.models.rows_of import among
from initiatives.models.searched import STATUS_UPDATE
from initiatives.rules import rated_weeks
from pillars.models import ReportingWeek
from tracker.models import User
from tracker.rules import Permission
from tracker.timemachine import Tracked, tracked

_HEALTHS = ["", *Health.values]
_WORST_IS_RED = Q(health_schedule="red") | Q(health_cost="red") | Q(health_scope="red")
_WORST_IS_AMBER = ~_WORST_IS_RED & (Q(health_schedule="amber") | Q(health_cost="amber") | Q(health_scope="amber"))
_CLAIMS_MORE = (_WORST_IS_RED & Q(health_overall__in=["green", "amber"])) | (
    _WORST_IS_AMBER & Q(health_overall="green")
)
# What was returned is being worked on again: only the next submission has to be whole.
_UNFINISHED = Q(workflow__in=[Workflow.DRAFT, Workflow.RETURNED])
_RATED = (
    ~Q(health_schedule="") & ~Q(health_cost="") & ~Q(health_scope="") & ~Q(health_overall="")
    & (~Q(headline_en="") | ~Q(headline_fr=""))
)  # fmt: skip

# What "no change" says again; an explanation answers to the facts of its own week.
HEADLINES = ("headline_en", "headline_fr")
AFFIRMED = (
    "health_schedule", "health_cost", "health_scope", "health_overall", "overall_reason", *HEADLINES,
    "narrative_en", "narrative_fr", "path_to_green_en", "path_to_green_fr", "decision_needed_en", "decision_needed_fr",
)  # fmt: skip
EXPLAINED = ("explanation_en", "explanation_fr")


class StatusUpdateQuerySet(models.QuerySet["StatusUpdate"]):
    def visible_to(self, user: User) -> Self:
        """Updates of initiatives within the person's scopes. Unfinished ones (drafts, and returned ones on which work
        goes on) only where the person may write or decide them."""
        seen = self.filter(visible(user, "initiative__"))
        working = user.access.permitting(Permission.WRITE_UPDATE, Permission.DECIDE_UPDATE)
        if working.everywhere:
            return seen
        return seen.filter(~_UNFINISHED | within(working, "initiative__"))

    def for_list(self) -> Self:
        """Newest week first."""
        people = ("author", "submitted_by", "submitted_for", "decided_by", "decided_for")
        return (
            self.with_unchanged_since()
            .select_related("initiative__plan", "initiative__pillar__plan", "week__plan", *people)
            .order_by("-week__starts_on", "initiative__plan__code", "initiative__code", "pk")
        )

    def with_unchanged_since(self) -> Self:
        """Adds `unchanged_since`: of one that says "no change", the Monday of the week whose approved update it
        affirms."""
        affirmed = (
            StatusUpdate.objects.approved()
            .filter(initiative=OuterRef("initiative"), no_change=False, week__starts_on__lt=OuterRef("week__starts_on"))
            .order_by("-week__starts_on")
        )
        since = When(no_change=True, then=Subquery(affirmed.values("week__starts_on")[:1]))
        return self.annotate(unchanged_since=Case(since, output_field=models.DateField()))

    def with_comment_for(self, user: User) -> Self:
        """Adds `comment`: what the reviewer asked for when it was returned; null where the person may neither write nor
        decide. It is said to those who work on the update, also in a past that kept it longer."""
        working = user.access.permitting(Permission.WRITE_UPDATE, Permission.DECIDE_UPDATE)
        if working.everywhere:
            return self.annotate(comment=F("return_comment"))
        told = When(within(working, "initiative__"), then=F("return_comment"))
        return self.annotate(comment=Case(told, default=None, output_field=models.TextField()))

    def approved(self) -> Self:
        return self.filter(workflow=Workflow.APPROVED)

    def in_force(self, *, on: date) -> Self:
        """The approved updates that health on that day rests on; at most one for each initiative."""
        complete, current = rated_weeks(on)
        return (
            self.approved()
            .with_unchanged_since()
            .filter(week__starts_on__in={complete, current})
            .order_by("initiative_id", "-week__starts_on")
            .distinct("initiative_id")
        )

    def in_force_saying(self, said: Q, *, on: date) -> Self:
        """Of those that are in force on that day, those of which the condition holds. It is asked first: few are left
        of which to look whether a later one overtook them."""
        complete, current = rated_weeks(on)
        weeks, approved = ReportingWeek.objects.all(), StatusUpdate.objects.approved()
        of_last_week = among("week", weeks.filter(starts_on=current))
        later = approved.filter(of_last_week, initiative=OuterRef("initiative"))
        rated = self.approved().filter(said, among("week", weeks.filter(starts_on__in={complete, current})))
        return rated.filter(Q(of_last_week) | ~Exists(later))

    def awaiting_review(self) -> Self:
        return self.filter(workflow=Workflow.SUBMITTED)

    def previous_approved(self) -> Self:
        """Adds `previous`: the key of the last approved update of the same initiative before its week, if any."""
        earlier = StatusUpdate.objects.approved().filter(
            initiative=OuterRef("initiative"), week__starts_on__lt=OuterRef("week__starts_on")
        )
        return self.annotate(previous=Subquery(earlier.order_by("-week__starts_on").values("pk")[:1]))

    def asking(self) -> Self:
        """Updates that ask for a decision."""
        return self.filter(ASKING)

    def disputed(self) -> Self:
        """Updates whose ratings facts spoke against when they were submitted."""
        return self.filter(DISPUTED)


@tracked(sealed_when="old.workflow = 'approved'", write_once=("first_submitted_at",), words=STATUS_UPDATE.words())
class StatusUpdate(Tracked):
    """One opinion per initiative and week; immutable once approved. Text in either language; the other stays empty
    until somebody writes it, and shows as pending."""

    initiative = models.ForeignKey("initiatives.Initiative", on_delete=models.PROTECT, related_name="updates")
    week = models.ForeignKey("pillars.ReportingWeek", on_delete=models.PROTECT, related_name="updates")
    health_schedule = models.CharField(_("schedule"), max_length=5, choices=Health.choices, blank=True)
    health_cost = models.CharField(_("cost"), max_length=5, choices=Health.choices, blank=True)
    health_scope = models.CharField(_("scope"), max_length=5, choices=Health.choices, blank=True)
    health_overall = models.CharField(_("overall"), max_length=5, choices=Health.choices, blank=True)
    overall_reason = models.TextField(_("why overall is better than the worst dimension"), blank=True)
    headline_en = models.CharField(max_length=200, blank=True)
    headline_fr = models.CharField(max_length=200, blank=True)
    narrative_en = models.TextField(blank=True)
    narrative_fr = models.TextField(blank=True)
    path_to_green_en = models.TextField(blank=True)
    path_to_green_fr = models.TextField(blank=True)
    decision_needed_en = models.TextField(blank=True)
    decision_needed_fr = models.TextField(blank=True)
    no_change = models.BooleanField(_("reviewed, no change"), default=False)
    # Codes of what facts said against the ratings at submission, and why the ratings stand nevertheless.
    disagreements = ArrayField(models.CharField(max_length=40), default=list, blank=True)
    explanation_en = models.TextField(blank=True)
    explanation_fr = models.TextField(blank=True)
    workflow = models.CharField(_("workflow"), max_length=9, choices=Workflow.choices, default=Workflow.DRAFT)
    author = models.ForeignKey("tracker.User", on_delete=models.PROTECT, related_name="+")
    # Keys of everybody who wrote into it: none of them decides on it.
    writers = ArrayField(models.BigIntegerField(), default=list, blank=True)
    submitted_by = models.ForeignKey("tracker.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    # The manager for whom somebody else submitted.
    submitted_for = models.ForeignKey("tracker.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    first_submitted_at = models.DateTimeField(null=True, blank=True)
    submitted_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey("tracker.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    # The reviewer for whom somebody else decided.
    decided_for = models.ForeignKey("tracker.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)
    return_comment = models.TextField(blank=True)

    objects = StatusUpdateQuerySet.as_manager()

    class Meta:
        verbose_name = _("status update")
        constraints = [
            models.UniqueConstraint(fields=["initiative", "week"], name="initiatives_update_once_a_week"),
            models.CheckConstraint(condition=Q(workflow__in=Workflow.values), name="initiatives_update_workflow"),
            models.CheckConstraint(
                condition=Q(health_schedule__in=_HEALTHS, health_cost__in=_HEALTHS)
                & Q(health_scope__in=_HEALTHS, health_overall__in=_HEALTHS),
                name="initiatives_update_health",
            ),
            models.CheckConstraint(
                condition=_UNFINISHED
                | (
                    _RATED
                    & Q(submitted_by__isnull=False, submitted_at__isnull=False, first_submitted_at__isnull=False)
                ),
                name="initiatives_update_submitted_is_whole",
            ),
            models.CheckConstraint(
                condition=_UNFINISHED | Q(health_overall__in=["", "green"])
                | ~Q(path_to_green_en="") | ~Q(path_to_green_fr=""),
                name="initiatives_update_path_to_green",
            ),
            models.CheckConstraint(
                condition=_UNFINISHED | ~_CLAIMS_MORE | ~Q(overall_reason=""),
                name="initiatives_update_better_than_worst_says_why",
            ),
            models.CheckConstraint(
                condition=Q(workflow__in=[Workflow.DRAFT, Workflow.SUBMITTED])
                | (
                    Q(decided_by__isnull=False, decided_at__isnull=False)
                    & ~Q(decided_by=F("author")) & ~Q(decided_by=F("submitted_by"))
                    & (Q(submitted_for__isnull=True) | ~Q(decided_by=F("submitted_for")))
                    & (Q(workflow=Workflow.RETURNED) | ~Q(writers__contains=[F("decided_by")]))
                ),
                name="initiatives_update_decided_by_another",
            ),
            models.CheckConstraint(
                condition=~Q(workflow=Workflow.RETURNED) | ~Q(return_comment=""),
                name="initiatives_update_returned_says_why",
            ),
            models.CheckConstraint(
                condition=_UNFINISHED | Q(disagreements=[]) | ~Q(explanation_en="") | ~Q(explanation_fr=""),
                name="initiatives_update_disagreement_explained",
            ),
            models.CheckConstraint(
                condition=Q(submitted_for__isnull=True)
                | (Q(submitted_by__isnull=False) & ~Q(submitted_for=F("submitted_by"))),
                name="initiatives_update_submitted_for_another",
            ),
            models.CheckConstraint(
                condition=Q(decided_for__isnull=True)
                | (Q(decided_by__isnull=False) & ~Q(decided_for=F("decided_by"))),
                name="initiatives_update_decided_for_another",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.initiative_id}/{self.week_id}"

    @property
    def ratings(self) -> dict[Dimension, str]:
        """The rating of each dimension."""
        return {dimension: getattr(self, f"health_{dimension}") for dimension in Dimension}

    def says_otherwise(self, last: "StatusUpdate", *, sentence: tuple[str, str] = ("", "")) -> bool:
        """Whether something of its own is written here that the approved update `last` does not say. What a draft
        leaves empty says nothing; what was submitted is whole. Headlines may be `sentence`, in English and French."""
        for name in (*AFFIRMED, *EXPLAINED):
            here, there = getattr(self, name), getattr(last, name)
            unsaid = here == "" and (name in EXPLAINED or not self.sent)
            if here != there and not unsaid and not self._said_again(name, sentence):
                return True
        return False

    def _said_again(self, name: str, sentence: tuple[str, str]) -> bool:
        """Whether the week's own sentence of a "no change" stands there, or is written anew."""
        if name not in HEADLINES or not any(sentence):
            return False
        return self.no_change or getattr(self, name) == sentence[HEADLINES.index(name)]

    @property
    def sent(self) -> bool:
        """Whether it was submitted and did not come back."""
        return self.workflow in (Workflow.SUBMITTED, Workflow.APPROVED)

    def written_by(self, user: User) -> bool:
        """Whether the person had a hand in it, or it was submitted for them, and so they cannot decide on it."""
        return user.pk in (self.author_id, self.submitted_by_id, self.submitted_for_id, *self.writers)
