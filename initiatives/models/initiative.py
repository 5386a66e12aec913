"""Initiatives, the organizations that contribute to them, and the places where they happen."""

from datetime import date, datetime
from typing import Any, Self

from django.apps import apps
from django.contrib.postgres.fields import ArrayField
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Case, Exists, F, Func, OuterRef, Q, Subquery, Value, When
from django.db.models.expressions import RawSQL
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from initiatives.choices import HealthBucket, Lifecycle, OrganizationRole, SecurityMarking, Stage, Workflow
from initiatives.models.freshness import reasons, state, timeliness
from initiatives.models.hollow import hollow, opened
from initiatives.models.owed_weeks import OWING
from initiatives.models.searched import INITIATIVE
from initiatives.models.touched import last_touched
from initiatives.rules import rated_weeks
from tracker.choices import Language
from tracker.models import User
from tracker.models.sourced import Sourced
from tracker.rules import Access
from tracker.timemachine import Tracked, seen_since, tracked

FUNDING = (Stage.AUTHORITY, Stage.PLANNED)  # the stages that say what an initiative is given
# What is over has no rating that anybody acts on.
ENDED = (Lifecycle.MET, Lifecycle.MET_MODIFIED, Lifecycle.NOT_PURSUED)
# Of status updates: what asks for a decision, and what facts spoke against when it was submitted.
ASKING = ~Q(decision_needed_en="") | ~Q(decision_needed_fr="")
DISPUTED = ~Q(disagreements=[])
_DOLLARS: "models.DecimalField[Any, Any]" = models.DecimalField(max_digits=30, decimal_places=2)
# Names the public schema: who may see an initiative is decided by where it stands today, also in the past.
_WITHIN_TODAY = """select i.id from public.initiatives_initiative i
    where i.plan_id in (select p.id from public.pillars_plan p where p.code = any(%s))
    or i.pillar_id in (select l.id from public.pillars_pillar l join public.pillars_plan p on p.id = l.plan_id
        where p.code || '/' || l.number = any(%s))
    or i.id in (select j.id from public.initiatives_initiative j join public.pillars_plan p on p.id = j.plan_id
        where p.code || '/' || j.code = any(%s))"""
# The same of every place where it stood since a revision, for what a reader may have been shown since then.
_WITHIN_SINCE = """select i.id from history.initiatives_initiative i join history.pillars_pillar l on l.id = i.pillar_id
    join history.pillars_plan p on p.id in (i.plan_id, l.plan_id)
    where i.to_rev > {0} and l.to_rev > {0} and p.to_rev > {0}
    and (p.code = any(%s) or p.code || '/' || l.number = any(%s) or p.code || '/' || i.code = any(%s))"""


def visible(user: User, path: str) -> Q:
    """The condition that rows reached from an initiative by `path` (`""`, `initiative__`) lie within the person's
    scopes. Pages, API, exports and figures all pass through here."""
    return within(user.access, path)


def within(access: Access, path: str) -> Q:
    """The same for a part of somebody's access. No condition at all, `Q()`, when it covers everything."""
    if access.everywhere:
        return Q()
    scopes, since = sorted(scope for _, scope in access.grants), seen_since()
    rows = _WITHIN_TODAY if since is None else _WITHIN_SINCE.format(int(since))
    found = RawSQL(rows, (scopes, scopes, scopes))  # noqa: S611 - parameters are bound
    return Q(**{f"{path}pk__in" if not path else f"{path.removesuffix('__')}_id__in": found})


def _entries(on: date) -> Any:
    """What stands in the ledger of the initiative outside by that day."""
    standing = apps.get_model("initiatives", "LedgerEntry").objects.standing()
    return standing.filter(line__initiative=OuterRef("pk"), effective_on__lte=on)


class InitiativeQuerySet(models.QuerySet["Initiative"]):
    def visible_to(self, user: User) -> Self:
        """Initiatives within the person's scopes of today."""
        return self.filter(visible(user, ""))

    def for_list(self) -> Self:
        """With what a row of a list shows, by code within each plan: an order that an index has, so that a page of a
        long list is read without sorting it whole."""
        return self.select_related("plan", "pillar__plan", "lead", "manager").order_by("plan_id", "code", "pk")

    def with_health(self, *, on: date) -> Self:
        """Adds `health`: where the initiative stands on that day, one bucket each, and `health_week` (the Monday of
        the week whose update says so).

        Met and not pursued come from the lifecycle; the others have the overall rating of the approved update in force
        (see `rules.rated_weeks`). Without one they are `no_update`, never an older rating; or `not_started`, which owe
        no update but are rated as soon as somebody reports on them.
        """
        complete, current = rated_weeks(on)
        in_force = (
            apps.get_model("initiatives", "StatusUpdate")
            .objects.filter(
                initiative=OuterRef("pk"), workflow=Workflow.APPROVED, week__starts_on__in={complete, current}
            )
            .order_by("-week__starts_on")
        )
        rating = Subquery(in_force.values("health_overall")[:1])
        return self.annotate(
            health_week=Subquery(in_force.values("week__starts_on")[:1]),
            health=Case(
                When(lifecycle__in=[Lifecycle.MET, Lifecycle.MET_MODIFIED], then=Value(HealthBucket.MET)),
                When(lifecycle=Lifecycle.NOT_PURSUED, then=Value(HealthBucket.NOT_PURSUED)),
                When(lifecycle=Lifecycle.NOT_STARTED, then=Coalesce(rating, Value(HealthBucket.NOT_STARTED))),
                default=Coalesce(rating, Value(HealthBucket.NO_UPDATE)),
                output_field=models.CharField(),
            ),
        )

    def rated(self, *ratings: HealthBucket) -> Self:
        """Those in one of these buckets. Needs `with_health`."""
        return self.filter(Q(health__in=ratings))

    def with_funding(self, *, on: date) -> Self:
        """Adds `funding`: dollars of authority recorded by that day, all fiscal years; where none stands, dollars
        planned; where neither does, null: not published."""
        # One pass over the entries of the initiative, and no grouping of what is one group.
        granted, planned = (
            Func(
                Case(When(stage=stage, then=F("amount")), output_field=_DOLLARS), function="sum", output_field=_DOLLARS
            )
            for stage in (Stage.AUTHORITY, Stage.PLANNED)
        )
        rows = _entries(on).filter(stage__in=FUNDING).order_by().annotate(dollars=Coalesce(granted, planned))
        return self.annotate(funding=Subquery(rows.values("dollars"), output_field=_DOLLARS))

    def with_published_funding(self, *, on: date) -> Self:
        """Those whose `funding` is known. Says what `with_funding` would, without adding anything up."""
        return self.filter(Exists(_entries(on).filter(stage__in=FUNDING)))

    def funded(self, *, known: bool = True) -> Self:
        """Those whose funding is known, or those whose funding is not. Needs `with_funding`."""
        return self.filter(Q(funding__isnull=not known))

    def in_progress(self) -> Self:
        """Those that owe a status update each week."""
        return self.filter(lifecycle__in=OWING)

    def going_on(self) -> Self:
        """Those that are not over."""
        return self.exclude(lifecycle__in=ENDED)

    def asking(self, *, on: date) -> Self:
        """Those going on whose update in force on that day asks for a decision."""
        updates = apps.get_model("initiatives", "StatusUpdate").objects.in_force_saying(ASKING, on=on)
        return self.going_on().filter(pk__in=updates.values("initiative"))

    def disputed(self, *, on: date) -> Self:
        """Those going on of whose update in force on that day facts said otherwise when it was submitted."""
        updates = apps.get_model("initiatives", "StatusUpdate").objects.in_force_saying(DISPUTED, on=on)
        return self.going_on().filter(pk__in=updates.values("initiative"))

    def with_freshness(self, *, at: datetime) -> Self:
        """Adds `freshness` at that instant by `rules.freshness`, and what it rests on: `missed_weeks`, `running_week`,
        `due_at`, `handed_in_at`."""
        return self.with_freshness_alone(at=at).annotate(**reasons(at=at))

    def with_freshness_alone(self, *, at: datetime) -> Self:
        """Adds `freshness` at that instant, where nobody asks what it rests on."""
        return self.annotate(freshness=state(at=at))

    def hollow(self, *, on: date) -> Self:
        """Those in progress whose update in force on that day rests on nothing: a forecast had passed before its week
        began, and no fact was touched since."""
        return self.in_progress().annotate(**opened(on=on)).filter(hollow(on=on))

    def with_timeliness(self, *, on: date, until: datetime) -> Self:
        """Adds `timeliness`: how each reported for the last week complete on that day, which ends at `until`."""
        return self.annotate(**timeliness(on=on, until=until))

    def with_last_touched(self) -> Self:
        """Adds `touched_at`: when a fact of it, or somebody's opinion on it, was last touched."""
        return self.annotate(**last_touched())


@tracked(words=INITIATIVE.words())
class Initiative(Sourced, Tracked):
    """A commitment of the plan that one organization leads. Never deleted: `not_pursued` says why."""

    plan = models.ForeignKey("pillars.Plan", on_delete=models.PROTECT, related_name="initiatives")
    pillar = models.ForeignKey("pillars.Pillar", on_delete=models.PROTECT, related_name="initiatives")
    # A code never looks like a pillar's number, so that the two scopes cannot be confused.
    code = models.CharField(
        _("code"), max_length=24, validators=[RegexValidator(r"^(?!\d+$)[0-9A-Za-z][0-9A-Za-z.-]*$")]
    )
    title_en = models.CharField(max_length=300)
    title_fr = models.CharField(max_length=300)
    description_en = models.TextField(blank=True)
    description_fr = models.TextField(blank=True)
    aliases_en = ArrayField(models.CharField(max_length=300), default=list, blank=True)
    aliases_fr = ArrayField(models.CharField(max_length=300), default=list, blank=True)
    lead = models.ForeignKey(
        "tracker.Organization", on_delete=models.PROTECT, related_name="led", verbose_name=_("lead organization")
    )
    manager = models.ForeignKey("tracker.User", null=True, blank=True, on_delete=models.PROTECT, related_name="managed")
    lifecycle = models.CharField(_("lifecycle"), max_length=12, choices=Lifecycle.choices)
    not_pursued_reason = models.TextField(blank=True)
    starts_on = models.DateField(_("start"), null=True, blank=True)
    announced_on = models.DateField(_("announced"), null=True, blank=True)
    source_text = models.TextField(_("words of the commitment"), blank=True)
    source_text_language = models.CharField(
        _("language of the words"), max_length=2, choices=Language.choices, blank=True
    )
    security_marking = models.CharField(
        _("security marking"), max_length=12, choices=SecurityMarking.choices, default=SecurityMarking.UNCLASSIFIED
    )

    objects = InitiativeQuerySet.as_manager()

    class Meta:
        verbose_name = _("initiative")
        constraints = [
            models.UniqueConstraint(fields=["plan", "code"], name="initiatives_initiative_code"),
            models.CheckConstraint(
                condition=Q(code__regex=r"^[0-9A-Za-z][0-9A-Za-z.-]*$") & ~Q(code__regex=r"^\d+$"),
                name="initiatives_initiative_code_format",
            ),
            models.CheckConstraint(
                condition=Q(lifecycle__in=Lifecycle.values), name="initiatives_initiative_lifecycle"
            ),
            models.CheckConstraint(
                condition=Q(security_marking__in=SecurityMarking.values), name="initiatives_initiative_marking"
            ),
            models.CheckConstraint(
                condition=~Q(lifecycle=Lifecycle.NOT_PURSUED) | ~Q(not_pursued_reason=""),
                name="initiatives_initiative_not_pursued_says_why",
            ),
            models.CheckConstraint(
                condition=Q(source_text_language="")
                | (Q(source_text_language__in=Language.values) & ~Q(source_text="")),
                name="initiatives_initiative_language_of_its_words",
            ),
        ]

    def __str__(self) -> str:
        return self.code

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        """Refused: a commitment that is dropped is `not_pursued`, and stays to be seen."""
        raise models.ProtectedError("An initiative is never deleted; set it to not pursued, with the reason.", {self})

    def get_absolute_url(self) -> str:
        return reverse("initiative", args=[self.plan.code, self.code])

    @property
    def scopes(self) -> tuple[str, ...]:
        """Scopes at which a grant covers this initiative."""
        return (*self.pillar.scopes, f"{self.plan.code}/{self.code}")


@tracked()
class InitiativeOrganization(Tracked):
    """An organization that contributes to an initiative which another leads."""

    initiative = models.ForeignKey("initiatives.Initiative", on_delete=models.PROTECT, related_name="organizations")
    organization = models.ForeignKey("tracker.Organization", on_delete=models.PROTECT, related_name="+")
    role = models.CharField(max_length=12, choices=OrganizationRole.choices, default=OrganizationRole.CONTRIBUTOR)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["initiative", "organization"], name="initiatives_organization_once"),
            models.CheckConstraint(condition=Q(role__in=OrganizationRole.values), name="initiatives_organization_role"),
        ]

    def __str__(self) -> str:
        return f"{self.initiative_id}:{self.organization_id}"


@tracked()
class InitiativePlace(Tracked):
    """A place where an initiative happens, as a source says."""

    initiative = models.ForeignKey("initiatives.Initiative", on_delete=models.PROTECT, related_name="places")
    place = models.ForeignKey("tracker.Place", on_delete=models.PROTECT, related_name="initiative_places")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["initiative", "place"], name="initiatives_place_once")]

    def __str__(self) -> str:
        return f"{self.initiative_id}:{self.place_id}"
