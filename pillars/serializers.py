"""Rows of the frame, for the API."""

from django.db.models import F
from rest_framework import serializers

from pillars.choices import Transition, WeekState
from tracker.serializers import OfficialField, RevisionField, RowSerializer, SourceField, VocabularyField
from tracker.tabular import IsoWeek

FISCAL_YEAR = "Start year: 2025 is 2025-26, from 1 April 2025 to 31 March 2026."
SIMULATED = "The plan is a simulation, not a real one."


class PlanRow(RowSerializer):
    id = serializers.IntegerField()
    code = serializers.CharField()
    simulated = serializers.BooleanField(help_text=SIMULATED)
    title_en = serializers.CharField()
    title_fr = serializers.CharField()
    description_en = serializers.CharField()
    description_fr = serializers.CharField()
    coordinator = serializers.CharField(source="coordinator.code", allow_null=True, help_text="Organization.")
    announced_on = serializers.DateField()
    funding_announced = serializers.DecimalField(
        16, 2, allow_null=True, help_text="Dollars as announced, which is not authority to spend."
    )
    first_fiscal_year = serializers.IntegerField(help_text=FISCAL_YEAR)
    last_fiscal_year = serializers.IntegerField(help_text=FISCAL_YEAR)
    time_zone = serializers.CharField()
    source = SourceField()  # type: ignore[assignment]  # a column of this name
    source_url = serializers.CharField()
    official = OfficialField()
    french_official = OfficialField()
    revision = RevisionField()


class PillarRow(RowSerializer):
    id = serializers.IntegerField()
    plan = serializers.CharField(source="plan.code")
    simulated = serializers.BooleanField(source="plan.simulated", help_text=SIMULATED)
    number = serializers.IntegerField()
    title_en = serializers.CharField()
    title_fr = serializers.CharField()
    aliases_en = serializers.ListField(child=serializers.CharField(), help_text="Other official wordings.")
    aliases_fr = serializers.ListField(child=serializers.CharField(), help_text="Other official wordings.")
    sponsor = serializers.CharField(source="sponsor.code", allow_null=True, help_text="Organization.")
    source = SourceField()  # type: ignore[assignment]  # a column of this name
    source_url = serializers.CharField()
    official = OfficialField()
    french_official = OfficialField()
    revision = RevisionField()


class ReportingWeekRow(RowSerializer):
    expressions = {"code": IsoWeek(F("starts_on"))}

    id = serializers.IntegerField()
    plan = serializers.CharField(source="plan.code")
    simulated = serializers.BooleanField(source="plan.simulated", help_text=SIMULATED)
    code = serializers.CharField(help_text="ISO week, `2026-W46`.")
    year = serializers.IntegerField(help_text="Year of the ISO week.")
    number = serializers.IntegerField()
    starts_on = serializers.DateField(help_text="Monday.")
    ends_on = serializers.DateField(help_text="Sunday.")
    opens_at = serializers.DateTimeField()
    initiative_due_at = serializers.DateTimeField(help_text="When status updates are due.")
    pillar_due_at = serializers.DateTimeField(help_text="When reviews are due.")
    locks_at = serializers.DateTimeField()
    edition = serializers.IntegerField(help_text="1, and one more each time that the week is reopened.")
    state = VocabularyField(
        WeekState, source="recorded_state",
        help_text="Where it stands by what is recorded; a step is recorded within seconds of its time.",
    )  # fmt: skip
    locked_at = serializers.DateTimeField(allow_null=True)
    lock_revision = serializers.IntegerField(
        allow_null=True, help_text="What was known when it locked: the revision that its rollup is computed from."
    )
    revision = RevisionField()


class WeekTransitionRow(RowSerializer):
    edition = serializers.IntegerField()
    state = VocabularyField(Transition)
    due_at = serializers.DateTimeField(help_text="When it should have happened.")
    at = serializers.DateTimeField(help_text="When it was recorded.")
    late = serializers.BooleanField(help_text="Recorded more than a quarter of an hour after it was due.")
    reason = serializers.CharField(help_text="Of a week that closed early or was reopened.")
    revision = RevisionField()


class ReportingWeekDetail(ReportingWeekRow):
    transitions = WeekTransitionRow(many=True, help_text="What happened to it, in the order of the records.")
