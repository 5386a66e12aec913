"""Addresses of authority moved between budget lines."""

from typing import Any

from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request

from initiatives.actions.budget_lines import LineKey
from initiatives.actions.transfers import Move, TransferContent, make_transfer, undo_transfer
from initiatives.api.naming import name_organizations, the_initiative
from initiatives.choices import TransferKind
from initiatives.datasets import TRANSFERS
from initiatives.models import LedgerEntry, Transfer
from initiatives.serializers import LedgerEntryRow, TransferDetail, TransferRow
from initiatives.serializers.money import ReversalBody
from initiatives.serializers.transfer import TransferBody
from tracker.api_writing import WrittenViewSet, only, values_of
from tracker.errors import Invalid, Refused
from tracker.http import api_actor
from tracker.idempotency import once
from tracker.timemachine import head


class TransferViewSet(WrittenViewSet):
    """Reprofiles, which move authority between fiscal years, and transfers between budget lines of one year."""

    dataset = TRANSFERS
    detail_class = TransferDetail

    def more(self, row: dict[str, Any]) -> dict[str, Any]:
        """Its entries, in the order in which they were recorded."""
        entries = LedgerEntry.objects.visible_to(self.user).filter(transfer=row["id"]).order_by("pk")
        return {"entries": LedgerEntryRow.read(entries)}

    @extend_schema(
        request=TransferBody,
        responses={201: OpenApiResponse(TransferRow, "The transfer; by itself it shows its entries.")},
    )
    @once
    def create(self, request: Request) -> HttpResponse:
        """Moves authority between budget lines of an initiative, in one revision; its total stays. No line may be left
        with negative authority."""
        now = timezone.now()
        body = values_of(TransferBody, request)
        initiative = the_initiative(body, user=self.user)
        content = TransferContent(
            kind=TransferKind(body["kind"]), moves=_moves(body["moves"]), effective_on=body["effective_on"],
            reason=body["reason"], reference=body["reference"],
        )  # fmt: skip
        try:
            made = make_transfer(initiative=initiative, content=content, by=api_actor(self.user), at=now)
        except Invalid as error:
            raise _of_moves(error) from error
        return self.created(made)

    @extend_schema(request=ReversalBody, responses={200: OpenApiResponse(TransferRow, "The transfer, undone.")})
    @action(detail=True, methods=["post"])
    @once
    def undo(self, request: Request, **kwargs: str) -> HttpResponse:
        """Reverses every entry of it, in one revision; all of them stay in the ledger. A transfer is undone once."""
        now = timezone.now()
        found = only(Transfer.objects.visible_to(self.user).for_list(), kwargs["pk"])
        body = values_of(ReversalBody, request)
        undone = undo_transfer(transfer=found, reason=body["reason"], by=api_actor(self.user), at=now)
        answer = self.shown(self.rows([undone])[0])
        answer["X-Revision"] = str(head())
        return answer


def _moves(bodies: list[dict[str, Any]]) -> tuple[Move, ...]:
    """The moves with their budget lines. Raises `Invalid` that names each organization there is not, by its place."""
    refused: dict[int, Refused] = {}
    moves = {place: dict(body) for place, body in enumerate(bodies)}
    organizations = name_organizations(moves, refused)
    if refused:
        fields = {f"moves.{place}.organization": error.message for place, error in refused.items()}
        raise Invalid(_("Some fields cannot be accepted."), fields=fields)
    return tuple(
        Move(amount=move.pop("amount"), line=LineKey(organization=organizations[place], **move))
        for place, move in moves.items()
    )


def _of_moves(error: Invalid) -> Invalid:
    """What the action says of an amount or of the whole, said of the moves."""
    fields = {("moves" if name in ("", "amount") else name): text for name, text in error.fields.items()}
    return Invalid(error.message, fields=fields, code=error.code)
