"""What of the initiatives can be pulled as a file."""

from initiatives.filters import InitiativeFilter, LedgerEntryFilter, StatusUpdateFilter
from initiatives.serializers import InitiativeRow, LedgerEntryRow, StatusUpdateRow
from tracker.exports import Export

INITIATIVES = Export(name="initiatives", row=InitiativeRow, filters=InitiativeFilter)
STATUS_UPDATES = Export(name="status-updates", row=StatusUpdateRow, filters=StatusUpdateFilter)
LEDGER_ENTRIES = Export(name="ledger-entries", row=LedgerEntryRow, filters=LedgerEntryFilter)
