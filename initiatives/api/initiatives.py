"""Addresses of initiatives."""

from typing import Any

from initiatives.datasets import INITIATIVES
from initiatives.models import InitiativeSource
from initiatives.serializers import InitiativeDetail, InitiativeSourceRow
from tracker.api import RowsViewSet


class InitiativeViewSet(RowsViewSet):
    """Initiatives, with health and funding as of the day `on`."""

    dataset = INITIATIVES
    detail_class = InitiativeDetail

    def more(self, row: dict[str, Any]) -> dict[str, Any]:
        """The publications that it rests on."""
        sources = InitiativeSource.objects.filter(initiative=row["id"]).for_list()
        return {"sources": InitiativeSourceRow.read(sources)}
