"""Addresses of money: what was announced, where it sits, and the ledger."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial

from django.http import HttpResponse
from django.utils import timezone
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request

from initiatives.actions.corrections import as_recorded, correct_entry
from initiatives.actions.money import EntryContent, NewEntry, check_entry, record_entries, reverse_entry
from initiatives.api.naming import name_initiatives, name_organizations
from initiatives.datasets import BUDGET_LINES, FUNDING_ANNOUNCEMENTS, LEDGER_ENTRIES
from initiatives.models import LedgerEntry
from initiatives.serializers import LedgerEntryRow
from initiatives.serializers.money import EntryCorrectionBody, LedgerEntryBody, ReversalBody
from tracker.api import RowsViewSet
from tracker.api_writing import Bodies, WritingViewSet, only, values_of
from tracker.errors import Refused, RowsRefused
from tracker.http import api_actor
from tracker.idempotency import once
from tracker.writing import refusals


class FundingAnnouncementViewSet(RowsViewSet):
    """Dollars said in public, which is not authority to spend."""

    dataset = FUNDING_ANNOUNCEMENTS


class BudgetLineViewSet(RowsViewSet):
    """Where money of one fiscal year sits. A line is opened when the first dollars come to it."""

    dataset = BUDGET_LINES


class LedgerEntryViewSet(WritingViewSet):
    """The ledger: entries are added, undone by their reverse, and corrected by both."""

    dataset = LEDGER_ENTRIES
    body_class = LedgerEntryBody

    def make(self, bodies: Bodies, refused: dict[int, Refused], *, at: datetime) -> Sequence[LedgerEntry]:
        """New entries, on their budget lines."""
        by = api_actor(self.user)
        initiatives = name_initiatives(bodies, refused, user=self.user)
        organizations = name_organizations(bodies, refused)
        drafts = {
            index: NewEntry(
                initiative=initiatives[index],
                content=EntryContent(organization=organizations[index], **bodies[index]),
            )
            for index in bodies
            if index not in refused
        }
        if refused:
            raise RowsRefused(refused | refusals(drafts, partial(check_entry, by=by, at=at)))
        return record_entries(drafts=list(drafts.values()), by=by, at=at)

    @extend_schema(request=ReversalBody, responses={201: OpenApiResponse(LedgerEntryRow, "The reversal.")})
    @action(detail=True, methods=["post"])
    @once
    def reversal(self, request: Request, **kwargs: str) -> HttpResponse:
        """Undoes the entry by one of the opposite amount; both stay in the ledger. An entry is reversed once."""
        now = timezone.now()
        entry = self._entry(kwargs["pk"])
        body = values_of(ReversalBody, request)
        return self.created(reverse_entry(entry=entry, reason=body["reason"], by=api_actor(self.user), at=now))

    @extend_schema(
        request=EntryCorrectionBody,
        responses={201: OpenApiResponse(LedgerEntryRow, "The entry as it should have been.")},
    )
    @action(detail=True, methods=["post"])
    @once
    def correction(self, request: Request, **kwargs: str) -> HttpResponse:
        """Reverses the entry and records it anew, in one revision: three entries stay in the ledger, and the new one
        names the one that it `corrects`."""
        now = timezone.now()
        entry = self._entry(kwargs["pk"])
        body = values_of(EntryCorrectionBody, request)
        reason = body.pop("reason")
        refused: dict[int, Refused] = {}
        for organization in name_organizations({0: body}, refused).values():
            body["organization"] = organization
        if refused:
            raise refused[0]
        content = replace(as_recorded(entry), **body)
        return self.created(correct_entry(entry=entry, content=content, reason=reason, by=api_actor(self.user), at=now))

    def _entry(self, key: str) -> LedgerEntry:
        rows = LedgerEntry.objects.visible_to(self.user).select_related(
            "line__initiative__plan", "line__initiative__pillar__plan", "line__organization"
        )
        return only(rows, key)
