"""Enumerations of initiatives: each with the words that people use in both languages."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Lifecycle(models.TextChoices):
    """What has become of the commitment; not a judgement of how well it goes."""

    NOT_STARTED = "not_started", _("not started")
    UNDERWAY = "underway", _("underway")
    ONGOING = "ongoing", _("ongoing")
    MET = "met", _("met")
    MET_MODIFIED = "met_modified", _("met, modified")
    NOT_PURSUED = "not_pursued", _("not pursued")


class SecurityMarking(models.TextChoices):
    UNCLASSIFIED = "unclassified", _("Unclassified")
    PROTECTED_A = "protected_a", _("Protected A")
    PROTECTED_B = "protected_b", _("Protected B")


class OrganizationRole(models.TextChoices):
    CONTRIBUTOR = "contributor", _("contributing organization")


class Supports(models.TextChoices):
    """What a publication is a source of."""

    COMMITMENT = "commitment", _("the commitment")
    LIFECYCLE = "lifecycle", _("the lifecycle")


class MilestoneKind(models.TextChoices):
    DECISION = "decision", _("decision")
    LEGISLATION = "legislation", _("legislation")
    DELIVERABLE = "deliverable", _("deliverable")
    DEPLOYMENT = "deployment", _("deployment")
    REPORT = "report", _("report")
    EVENT = "event", _("event")


class Health(models.TextChoices):
    """Green: delivery to time, cost and scope looks highly likely. Amber: feasible, but significant issues need
    attention. Red: unachievable without a change of scope, time or money."""

    GREEN = "green", _("on track")
    AMBER = "amber", _("at risk")
    RED = "red", _("off track")


class HealthBucket(models.TextChoices):
    """Where an initiative counts in a distribution of health: each in exactly one."""

    GREEN = "green", _("on track")
    AMBER = "amber", _("at risk")
    RED = "red", _("off track")
    NO_UPDATE = "no_update", _("no update")
    NOT_STARTED = "not_started", _("not started")
    MET = "met", _("met")
    NOT_PURSUED = "not_pursued", _("not pursued")


class Dimension(models.TextChoices):
    SCHEDULE = "schedule", _("schedule")
    COST = "cost", _("cost")
    SCOPE = "scope", _("scope")


class Workflow(models.TextChoices):
    """Where a status update stands between its author and its reviewer."""

    DRAFT = "draft", _("draft")
    SUBMITTED = "submitted", _("submitted")
    RETURNED = "returned", _("returned")
    APPROVED = "approved", _("approved")


class FundingSource(models.TextChoices):
    NEW = "new", _("new money")
    REALLOCATED = "reallocated", _("reallocated within the organization")
    EXISTING = "existing", _("existing base")


class Vote(models.TextChoices):
    OPERATING = "operating", _("operating")
    CAPITAL = "capital", _("capital")
    GRANTS_CONTRIBUTIONS = "grants_contributions", _("grants and contributions")
    STATUTORY = "statutory", _("statutory")


class Stage(models.TextChoices):
    """How far a dollar has come, from intention to spending."""

    PLANNED = "planned", _("planned")
    AUTHORITY = "authority", _("authority")
    COMMITMENT = "commitment", _("commitment")
    EXPENDITURE = "expenditure", _("expenditure")
    FORECAST = "forecast", _("forecast")
