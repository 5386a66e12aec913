"""Addresses of initiatives."""

from typing import Any

from initiatives.exports import INITIATIVES
from initiatives.filters import InitiativeFilter
from initiatives.models import Initiative, InitiativeSource
from initiatives.serializers import InitiativeDetail, InitiativeRow, InitiativeSourceRow
from tracker.api import ExportView, RowsViewSet


class InitiativeViewSet(RowsViewSet):
    """Initiatives, with health and funding as of the day `on`."""

    queryset = Initiative.objects.none()
    serializer_class = InitiativeRow
    detail_class = InitiativeDetail
    filterset_class = InitiativeFilter

    def more(self, row: dict[str, Any]) -> dict[str, Any]:
        """The publications that it rests on."""
        sources = InitiativeSource.objects.filter(initiative=row["id"]).for_list()
        return {"sources": InitiativeSourceRow.read(sources)}


class InitiativeExport(ExportView):
    """All initiatives as CSV."""

    queryset = Initiative.objects.none()
    export = INITIATIVES
