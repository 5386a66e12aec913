"""The columns of a brief: the same one says the same wherever it stands."""

from django.utils.translation import gettext as _

from reports.brief.document import Column, Kind


def code() -> Column:
    return Column("code", _("Code"), Kind.CODE, _("Code of the initiative, which never changes."))


def initiative() -> Column:
    return Column("initiative", _("Initiative"), Kind.TEXT, _("Title of the initiative, as it was sealed."))


def lead() -> Column:
    return Column("lead", _("Lead"), Kind.CODE, _("Code of the lead organization."))


def health() -> Column:
    return Column("health", _("Health"), Kind.STATE, _("By the approved status update in force; “no update” without."))


def health_before() -> Column:
    return Column("health_before", _("Week before"), Kind.STATE, _("Health a week before; empty where it is the same."))


def count(key: str, label: str, meaning: str) -> Column:
    return Column(key, label, Kind.COUNT, meaning)


def dollars(key: str, label: str, meaning: str) -> Column:
    return Column(key, label, Kind.DOLLARS, meaning)


def funding() -> Column:
    return dollars("funding", _("Funding"), _("Dollars by which the initiative weighs; empty where not published."))


def milestones_met() -> Column:
    return count("milestones_met", _("Milestones met"), _("Milestones met on or before the day."))


def milestones() -> Column:
    return count("milestones", _("Milestones"), _("Milestones that count, met or not."))


def milestones_late() -> Column:
    return count("milestones_late", _("Milestones late"), _("Promised for an earlier day than this one, and not met."))


def milestones_next() -> Column:
    return count("milestones_next", _("Next four weeks"), _("Milestones expected in the four weeks after this one."))
