"""What this app writes as the reason of a revision."""

from django.utils.translation import gettext_noop

from initiatives.choices import Lifecycle
from tracker.reasons import own_reasons

own_reasons(
    gettext_noop("{rollup} sealed"),
    gettext_noop("{week} reopened: {reason}"),
    gettext_noop("Headline of {plan} for {week}"),
    gettext_noop("Simulated plan begins"),
    gettext_noop("Dependencies, indicators and targets of the plan"),
    gettext_noop("{initiative} becomes {lifecycle}"),
    lifecycle=Lifecycle,
)
