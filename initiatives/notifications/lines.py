"""How mail names an initiative, and where its lines lead."""

from django.utils.translation import gettext as _

from initiatives.choices import SecurityMarking
from initiatives.models import Initiative
from pillars.models import ReportingWeek
from tracker.letters import Line, page
from tracker.templatetags.tracker import bilingual_text


def to_write(initiative: Initiative, week: ReportingWeek) -> Line:
    """It, and the form of its update. Mail is read late: the address names the week, which may not run any more."""
    return Line(name(initiative), f"{page('update', initiative.plan.code, initiative.code)}?week={week.code}")


def to_read(initiative: Initiative) -> Line:
    """It, and its page."""
    return Line(name(initiative), page("initiative", initiative.plan.code, initiative.code))


def name(initiative: Initiative) -> str:
    """Its code and title; of one that is protected only the code, for mail is read by others on its way."""
    if guarded(initiative):
        return _("%(code)s (protected: read it in the tracker)") % {"code": initiative.code}
    return f"{initiative.code} {bilingual_text(initiative, 'title')}"


def guarded(initiative: Initiative) -> bool:
    """Whether mail may not say what it is about."""
    return initiative.security_marking != SecurityMarking.UNCLASSIFIED


def simulated(week: ReportingWeek) -> str:
    """A warning, where the plan is an invented one."""
    return f"{_('This plan is simulated: its data are invented.')} " if week.plan.simulated else ""
