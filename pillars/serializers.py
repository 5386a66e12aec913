"""Rows of the frame, for the API."""

from django.db.models import F
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from pillars.choices import Transition, WeekState
from tracker.key_fields import (
    IdField,
    OrganizationField,
    PlanField,
    RevisionField,
    RevisionNumberField,
    SimulatedField,
)
from tracker.measure_fields import (
    AmountField,
    CountField,
    FiscalYearField,
    Unit,
)
from tracker.row_fields import (
    EnglishTitleField,
    FrenchOfficialField,
    FrenchTitleField,
    OfficialField,
    SourceField,
    SourceUrlField,
)
from tracker.serializers import RowSerializer, VocabularyField
from tracker.tabular import IsoWeek

FISCAL_YEAR = _("Start year: 2025 is 2025-26, from 1 April 2025 to 31 March 2026.")
SIMULATED = _("The plan is a simulation, not a real one: its rows are invented. Never add the two up.")


class EnglishAliasesField(serializers.ListField):
    """Other wordings in English."""

    def __init__(self) -> None:
        super().__init__(
            child=serializers.CharField(), label=_("Other titles, English"),
            help_text=_("Other official wordings in English: publications name the same thing differently."),
        )  # fmt: skip


class FrenchAliasesField(serializers.ListField):
    """Other wordings in French."""

    def __init__(self) -> None:
        super().__init__(
            child=serializers.CharField(), label=_("Other titles, French"),
            help_text=_("Other official wordings in French: publications name the same thing differently."),
        )  # fmt: skip


class PlanRow(RowSerializer):
    id = IdField()
    code = serializers.CharField(
        label=_("Code"), help_text=_("Short name that everything else refers to the plan by, such as BP; for good.")
    )
    simulated = SimulatedField()
    title_en = EnglishTitleField()
    title_fr = FrenchTitleField()
    description_en = serializers.CharField(
        label=_("Description, English"),
        help_text=_("What the plan is for, in English. Empty where nothing is written."),
    )
    description_fr = serializers.CharField(
        label=_("Description, French"), help_text=_("What the plan is for, in French. Empty where nothing is written.")
    )
    coordinator = OrganizationField(
        source="coordinator.code", allow_null=True, label=_("Coordinating organization"),
        help_text=_("Code of the organization that coordinates the plan; null where none is named."),
    )  # fmt: skip
    announced_on = serializers.DateField(
        label=_("Announced on"),
        help_text=_("Day on which the plan was made public. What was done before it earns the plan no progress."),
    )
    funding_announced = AmountField(
        allow_null=True, label=_("Funding announced"),
        help_text=_("Dollars said in public for all years together, which is not authority to spend. Null: none said."),
    )  # fmt: skip
    first_fiscal_year = FiscalYearField(label=_("First fiscal year"))
    last_fiscal_year = FiscalYearField(label=_("Last fiscal year"))
    time_zone = serializers.CharField(
        label=_("Time zone"),
        help_text=_("Name in the IANA database. Weeks, deadlines and “today” are counted in it; instants are in UTC."),
    )
    source = SourceField()  # type: ignore[assignment]  # a column of this name
    source_url = SourceUrlField()
    official = OfficialField()
    french_official = FrenchOfficialField()
    revision = RevisionField()


class PillarRow(RowSerializer):
    id = IdField()
    plan = PlanField(source="plan.code")
    simulated = SimulatedField(source="plan.simulated")
    number = serializers.IntegerField(
        label=_("Number"), help_text=_("Number of the pillar within its plan, from 1; other datasets refer to it so.")
    )
    title_en = EnglishTitleField()
    title_fr = FrenchTitleField()
    aliases_en = EnglishAliasesField()
    aliases_fr = FrenchAliasesField()
    sponsor = OrganizationField(
        source="sponsor.code", allow_null=True, label=_("Sponsor organization"),
        help_text=_("Code of the organization that answers for the pillar; null where none is named."),
    )  # fmt: skip
    source = SourceField()  # type: ignore[assignment]  # a column of this name
    source_url = SourceUrlField()
    official = OfficialField()
    french_official = FrenchOfficialField()
    revision = RevisionField()


class ReportingWeekRow(RowSerializer):
    expressions = {"code": IsoWeek(F("starts_on"))}

    id = IdField()
    plan = PlanField(source="plan.code")
    simulated = SimulatedField(source="plan.simulated")
    code = serializers.CharField(
        label=_("Week, ISO 8601"),
        help_text=_("ISO 8601 week, `2026-W46`. It sorts as text and joins with `week` elsewhere."),
    )
    year = CountField(
        Unit.YEAR, label=_("Year, ISO 8601"),
        help_text=_("Year of the ISO week, which around 1 January may differ from the calendar’s."),
    )  # fmt: skip
    number = serializers.IntegerField(
        label=_("Week number"), help_text=_("Number of the ISO week in its year, 1 to 53.")
    )
    starts_on = serializers.DateField(label=_("First day"), help_text=_("Monday, in the plan’s time zone."))
    ends_on = serializers.DateField(
        label=_("Last day"), help_text=_("Sunday. The figures of the week’s rollup are of this day.")
    )
    opens_at = serializers.DateTimeField(
        label=_("Opens at"), help_text=_("Instant from which status updates may be written for the week.")
    )
    initiative_due_at = serializers.DateTimeField(
        label=_("Updates due at"), help_text=_("Instant by which status updates should be submitted.")
    )
    pillar_due_at = serializers.DateTimeField(
        label=_("Reviews due at"), help_text=_("Instant by which pillars should have reviewed them.")
    )
    locks_at = serializers.DateTimeField(
        label=_("Locks at"),
        help_text=_("Instant planned for the lock; after it nothing is written or decided for the week."),
    )
    edition = serializers.IntegerField(
        label=_("Edition"), help_text=_("1, and one more each time that the week is reopened.")
    )
    state = VocabularyField(
        WeekState, source="recorded_state", label=_("State"),
        help_text=_("Where it stands by what is recorded; a step is recorded within seconds of its time."),
    )  # fmt: skip
    locked_at = serializers.DateTimeField(
        allow_null=True, label=_("Locked at"), help_text=_("When it locked; null while it has not.")
    )
    lock_revision = RevisionNumberField(
        allow_null=True, label=_("Locked at revision"),
        help_text=_("What was known when it locked: the revision that its rollup is computed from. Null until then."),
    )  # fmt: skip
    revision = RevisionField()


class WeekTransitionRow(RowSerializer):
    edition = serializers.IntegerField()
    state = VocabularyField(Transition)
    due_at = serializers.DateTimeField(help_text=_("When it should have happened."))
    at = serializers.DateTimeField(help_text=_("When it was recorded."))
    late = serializers.BooleanField(help_text=_("Recorded more than a quarter of an hour after it was due."))
    reason = serializers.CharField(help_text=_("Of a week that closed early or was reopened."))
    revision = RevisionField()


class ReportingWeekDetail(ReportingWeekRow):
    transitions = WeekTransitionRow(many=True, help_text=_("What happened to it, in the order of the records."))
