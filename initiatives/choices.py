"""Enumerations of initiatives: each with the words that people use in both languages."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


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


class MilestoneDue(models.TextChoices):
    """When a milestone is due, as the figures `milestones_due_this_week` and `milestones_next` have it."""

    THIS_WEEK = "this_week", _("this week")
    NEXT_FOUR_WEEKS = "next_four_weeks", _("in the next four weeks")


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


class Freshness(models.TextChoices):
    """Whether those who run an initiative have reported, as of an instant: each initiative in exactly one."""

    NOT_OWED = "not_owed", _("owes no update")
    REPORTED = "reported", pgettext_lazy("freshness", "reported")
    NOT_DUE = "not_due", _("not due yet")
    DUE = "due", _("due soon")
    LATE = "late", _("late")
    MISSED = "missed", _("missed")
    STALE = "stale", _("stale")
    SILENT = "silent", _("silent")


class Timeliness(models.TextChoices):
    """How an initiative reported for the last complete reporting week of a day: each in exactly one."""

    IN_TIME = "in_time", _("in time")
    LATE = "late", _("late")
    MISSED = "missed", _("missed")
    STALE = "stale", _("stale")
    SILENT = "silent", _("silent")
    NOT_OWED = "not_owed", _("owes no update")


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


class Decision(models.TextChoices):
    """What became of a request to change a baseline."""

    APPROVED = "approved", _("approved")
    REFUSED = "refused", _("refused")
    WITHDRAWN = "withdrawn", _("withdrawn")


class TransferKind(models.TextChoices):
    """Why dollars move between budget lines without the total changing."""

    REPROFILE = "reprofile", _("reprofile between fiscal years")
    TRANSFER = "transfer", _("transfer between lines")


class ForecastBasis(models.TextChoices):
    """What a year-end forecast rests on."""

    RECORDED = "recorded", _("forecast recorded")
    COMPUTED = "computed", _("spent and committed so far")
    SPENT = "spent", _("spent, the funds are closed")
    MIXED = "mixed", _("differs by budget line")


class Level(models.TextChoices):
    OUTPUT = "output", _("output")
    OUTCOME = "outcome", _("outcome")


class Measure(models.TextChoices):
    """What an observation records: one number, or a numerator and a denominator."""

    NUMBER = "number", pgettext_lazy("measure", "number")
    RATIO = "ratio", _("ratio")


class Direction(models.TextChoices):
    """Which way is better; neutral where nobody claims either."""

    INCREASE = "increase", _("higher is better")
    DECREASE = "decrease", _("lower is better")
    NEUTRAL = "neutral", _("neither way is better")


class TargetType(models.TextChoices):
    AT_LEAST = "at_least", _("at least")
    AT_MOST = "at_most", _("at most")
    BETWEEN = "between", _("between")
    EXACTLY = "exactly", _("exactly")
    TBD = "tbd", _("to be determined")


class TargetChange(models.TextChoices):
    """How a target compares with the one it follows; computed, never typed. Raised is harder to reach, lowered easier,
    whichever way the indicator counts."""

    NEW = "new", _("new")
    UNCHANGED = "unchanged", _("unchanged")
    RAISED = "raised", _("raised")
    LOWERED = "lowered", _("lowered")
    MOVED = "moved", _("moved")
    CHANGED_TYPE = "changed_type", _("type changed")


class Standing(models.TextChoices):
    """Where an indicator stands on a day towards its target; computed, never typed."""

    MET = "met", _("target met")
    ON_THE_WAY = "on_the_way", _("on the way")
    MISSED = "missed", _("target missed")
    NOT_REPORTED = "not_reported", _("not reported")
    NO_TARGET = "no_target", _("no target")


class Accumulation(models.TextChoices):
    """What a value is: of its period alone, since the start of its year, or at the end of its period."""

    FLOW = "flow", _("flow")
    RUNNING_TOTAL = "running_total", _("running total")
    STOCK = "stock", _("stock")


class RollupRule(models.TextChoices):
    """How values of one indicator become one value of several periods or places."""

    SUM = "sum", _("sum")
    MAX = "max", _("maximum")
    MIN = "min", _("minimum")
    LATEST = "latest", _("latest")
    RATIO = "ratio", _("ratio of the sums")
    NONE = "none", _("not rolled up")


class Calendar(models.TextChoices):
    """Years from 1 January, from 1 April, or (United States) from 1 October."""

    CALENDAR = "calendar", _("calendar year")
    FISCAL = "fiscal", _("fiscal year")
    US_FISCAL = "us_fiscal", _("U.S. fiscal year")


class Availability(models.TextChoices):
    REPORTED = "reported", _("reported")
    NOT_AVAILABLE = "not_available", _("not available")
    SUPPRESSED = "suppressed", _("suppressed")


class ObservationKind(models.TextChoices):
    """Correction: what was recorded was wrong. Restatement: the source itself says something else now."""

    ORIGINAL = "original", _("original")
    CORRECTION = "correction", _("correction")
    RESTATEMENT = "restatement", _("restatement")


class Qualifier(models.TextChoices):
    """How exact a published value is: `740+` is more than 740, `~400,000` is about 400,000."""

    EXACT = "exact", _("exactly")
    ABOUT = "about", _("about")
    MORE_THAN = "more_than", _("more than")
    LESS_THAN = "less_than", _("less than")
