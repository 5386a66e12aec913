"""What this app writes as the reason of a revision."""

from django.utils.translation import gettext_noop

from initiatives.choices import ObservationKind, Stage, TransferKind
from tracker.reasons import own_reasons

own_reasons(
    gettext_noop("{plan} loaded from its plan files"),
    gettext_noop("Draft of {week} for {initiative}"),
    gettext_noop("{week} reported for {initiative}"),
    gettext_noop("{week} of {initiative} approved"),
    gettext_noop("{week} of {initiative} returned"),
    gettext_noop("Updates approved together"),
    gettext_noop("Milestone added to {names}"),
    gettext_noop("{count} milestones added to {names}"),
    gettext_noop("{milestone} changed"),
    gettext_noop("{milestone} met on {date}"),
    gettext_noop("{milestone} cancelled: {reason}"),
    gettext_noop("{milestone} reopened: {reason}"),
    gettext_noop("{milestone} waits for {needs}"),
    gettext_noop("{milestone} no longer waits for {needs}: {reason}"),
    gettext_noop("Forecast of {milestone}: {reason}"),
    gettext_noop("Baseline {date} asked for {milestone}: {reason}"),
    gettext_noop("Baseline {date} approved for {milestone}"),
    gettext_noop("Baseline {date} refused for {milestone}"),
    gettext_noop("Request for {milestone} withdrawn"),
    gettext_noop("Evidence added to {initiative}: {title}"),
    gettext_noop("Evidence {number} withdrawn: {reason}"),
)
own_reasons(
    gettext_noop("{stage} of {amount} recorded for {names}"),
    gettext_noop("{count} entries recorded for {names}"),
    gettext_noop("Ledger of {initiative} recorded as of {date}"),
    gettext_noop("Entry {number} of {initiative} reversed: {reason}"),
    gettext_noop("Entry {number} of {initiative} corrected: {reason}"),
    gettext_noop("{transfer} of {amount} within {initiative}: {reason}"),
    gettext_noop("{transfer} {number} of {initiative} undone: {reason}"),
    stage=Stage, transfer=TransferKind,
)  # fmt: skip
own_reasons(
    gettext_noop("Indicator {indicator} added to {scope}"),
    gettext_noop("Indicator {indicator} changed"),
    gettext_noop("{indicator} observed to {date}"),
    gettext_noop("{count} observations recorded of {names}"),
    gettext_noop("{indicator} recorded in a grid"),
    gettext_noop("{observation} of {indicator} to {date}: {reason}"),
    gettext_noop("Target of {indicator} for {date}"),
    gettext_noop("{count} targets set of {names}"),
    observation=ObservationKind,
)
