"""What of the initiatives can be pulled as a file."""

from initiatives.filters import (
    IndicatorFilter,
    InitiativeFilter,
    LedgerEntryFilter,
    ObservationFilter,
    StatusUpdateFilter,
    TargetFilter,
)
from initiatives.serializers import (
    IndicatorRow,
    InitiativeRow,
    LedgerEntryRow,
    ObservationRow,
    StatusUpdateRow,
    TargetRow,
)
from tracker.exports import Export

INITIATIVES = Export(name="initiatives", row=InitiativeRow, filters=InitiativeFilter)
STATUS_UPDATES = Export(name="status-updates", row=StatusUpdateRow, filters=StatusUpdateFilter)
LEDGER_ENTRIES = Export(name="ledger-entries", row=LedgerEntryRow, filters=LedgerEntryFilter)
INDICATORS = Export(name="indicators", row=IndicatorRow, filters=IndicatorFilter)
TARGETS = Export(name="targets", row=TargetRow, filters=TargetFilter)
OBSERVATIONS = Export(name="observations", row=ObservationRow, filters=ObservationFilter)
