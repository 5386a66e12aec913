"""Rows of evidence, and what a program sends to add a link or a file."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from pillars.serializers import SIMULATED
from tracker.fields import NameField, WholeField
from tracker.serializers import RevisionField, RowSerializer, StrictSerializer, TextField

_KEY: dict[str, Any] = {"required": False, "allow_null": True, "default": None, "min_value": 1, "max_value": 2**63 - 1}


class EvidenceRow(RowSerializer):
    id = serializers.IntegerField()
    plan = serializers.CharField(source="initiative.plan.code")
    simulated = serializers.BooleanField(source="initiative.plan.simulated", help_text=SIMULATED)
    pillar = serializers.IntegerField(source="initiative.pillar.number")
    initiative = serializers.CharField(source="initiative.code")
    initiative_id = serializers.IntegerField()
    milestone = serializers.CharField(source="milestone.code", allow_null=True, help_text="What it bears out, if one.")
    milestone_id = serializers.IntegerField(allow_null=True)
    entry = serializers.IntegerField(source="entry_id", allow_null=True, help_text="Ledger entry that it bears out.")
    observation = serializers.IntegerField(
        source="observation_id", allow_null=True, help_text="Observation that it bears out."
    )
    title = serializers.CharField()
    url = serializers.CharField(help_text="Address of a link; empty for a file.")
    sha256 = serializers.CharField(help_text="Of the file; empty for a link.")
    file_name = serializers.CharField()
    media_type = serializers.CharField()
    size = serializers.IntegerField(allow_null=True, help_text="Bytes; null for a link.")
    added_by = serializers.CharField(source="added_by.username", allow_null=True, help_text="Account.")
    added_at = serializers.DateTimeField()
    withdrawn_reason = serializers.CharField(help_text="Why it was withdrawn; empty while it stands.")
    revision = RevisionField()


class BorneBody(StrictSerializer):
    """What evidence bears out: an initiative as a whole, or one fact of it."""

    plan = NameField(help_text="Code of the plan.")
    initiative = NameField(help_text="Code of the initiative.")
    milestone = NameField(required=False, allow_null=True, default=None, help_text="Code of a milestone of it.")
    entry = WholeField(**_KEY, help_text="A ledger entry of it.")
    observation = WholeField(**_KEY, help_text="An observation of it.")
    title = TextField(max_length=200, help_text="The address or the file's name without it.")


class LinkBody(BorneBody):
    """A link."""

    url = NameField(max_length=500, help_text="By https or http.")


@extend_schema_field({"type": "string", "format": "binary"})
class UploadField(serializers.FileField):
    """A file of a form."""


class FileBody(BorneBody):
    """A file: PDF, PNG, JPEG, CSV, XLSX, DOCX or plain text, up to 10 MB."""

    file = UploadField(allow_empty_file=True)


class WithdrawalBody(StrictSerializer):
    """Why something is taken back."""

    reason = NameField()
