"""What this app writes as the reason of a revision."""

from django.utils.translation import gettext_noop

from tracker.reasons import own_reasons

own_reasons(
    gettext_noop("Reporting weeks of {plan} made ahead"),
    gettext_noop("{week}: deadlines passed"),
    gettext_noop("{week} locked"),
    gettext_noop("{week} closes early: {reason}"),
)
