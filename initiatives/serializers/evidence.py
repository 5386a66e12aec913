"""Rows of evidence, and what a program sends to add a link or a file."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from initiatives.serializers.scope import OfInitiativeRow
from tracker.fields import NameField, WholeField
from tracker.key_fields import KeyField, RevisionField
from tracker.measure_fields import CountField, Unit
from tracker.serializers import StrictSerializer, TextField

_KEY: dict[str, Any] = {"required": False, "allow_null": True, "default": None, "min_value": 1, "max_value": 2**63 - 1}


class EvidenceRow(OfInitiativeRow):
    milestone = serializers.CharField(
        source="milestone.code", allow_null=True, label=_("Milestone"),
        help_text=_("Code of the milestone that it bears out; null where it bears out something else."),
    )  # fmt: skip
    milestone_id = KeyField(
        "milestones",
        allow_null=True, label=_("Key of the milestone"),
        help_text=_("`id` of that milestone in the milestones; null without one."),
    )  # fmt: skip
    entry = KeyField(
        "ledger-entries",
        source="entry_id", allow_null=True, label=_("Ledger entry"),
        help_text=_("`id` of the ledger entry that it bears out; null where it bears out something else."),
    )  # fmt: skip
    observation = KeyField(
        "observations",
        source="observation_id", allow_null=True, label=_("Observation"),
        help_text=_(
            "`id` of the observation that it bears out; null where it bears out something else. Where milestone, entry "
            "and observation are all null it bears out the initiative as a whole."
        ),
    )  # fmt: skip
    title = serializers.CharField(label=_("Title"), help_text=_("What it is called, in the language of who added it."))
    url = serializers.CharField(label=_("Address"), help_text=_("Web address of a link; empty for a file."))
    sha256 = serializers.CharField(
        label=_("SHA-256"), help_text=_("Of the bytes of the file, in hexadecimal; empty for a link.")
    )
    file_name = serializers.CharField(
        label=_("File name"), help_text=_("As the file was called when it was added; empty for a link.")
    )
    media_type = serializers.CharField(
        label=_("Media type"), help_text=_("What is in the file, such as application/pdf; empty for a link.")
    )
    size = CountField(
        Unit.BYTES, allow_null=True, label=_("Size"), help_text=_("Of the file; null for a link.")
    )  # fmt: skip
    added_by = serializers.CharField(
        source="added_by.username", allow_null=True, label=_("Added by"),
        help_text=_("Account of who added it; null where a plan’s file did."),
    )  # fmt: skip
    added_at = serializers.DateTimeField(label=_("Added at"), help_text=_("When it was added."))
    withdrawn_reason = serializers.CharField(
        label=_("Why it was withdrawn"), help_text=_("Empty while it stands. What is withdrawn stays to be seen.")
    )
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
