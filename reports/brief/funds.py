"""The sections about dollars and indicators: each a pure function of the payload."""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from initiatives.choices import Stage, Standing
from reports.brief import columns, reading
from reports.brief.document import Column, Kind, Section, Table, Value
from reports.brief.reading import Payload
from reports.figures.declaration import UNSPECIFIED
from tracker import formats

_STAGES = (Stage.PLANNED, Stage.AUTHORITY, Stage.COMMITMENT, Stage.EXPENDITURE)
_FIGURES = ("free_balance", "year_end_forecast", "projected_lapse", "overspent")


def money(payload: Payload) -> Section:
    """One row a fiscal year, oldest first; what nothing feeds is not published, and is no zero."""
    entries = reading.cells(payload, payload, "money")
    others = [reading.cells(payload, payload, key) for key in _FIGURES]
    rows: list[tuple[Value, ...]] = [
        (
            year,
            *(entries.get(f"{year}/{stage}") for stage in _STAGES),
            *(reading.under(found, str(year)) for found in others),
        )
        for year in sorted({int(bucket.partition("/")[0]) for bucket in entries})
    ]
    shown = (
        Column("fiscal_year", _("Fiscal year"), Kind.YEAR, _("From 1 April to 31 March.")),
        columns.dollars("planned", _("Budgeted"), _("Dollars planned.")),
        columns.dollars("authority", _("Authority"), _("Dollars that Parliament or the Treasury Board has approved.")),
        columns.dollars("committed", _("Committed"), _("Dollars promised by contract and not spent yet.")),
        columns.dollars("spent", _("Spent"), _("Dollars spent.")),
        columns.dollars("free_balance", _("Free balance"), _("Authority less what is committed and spent.")),
        columns.dollars("year_end_forecast", _("Year-end forecast"), _("What will be spent by the end of the year.")),
        columns.dollars("projected_lapse", _("Projected lapse"), _("Authority that is forecast to be lost.")),
        columns.dollars("overspent", _("Spent beyond authority"), _("Added over the budget lines where it is so.")),
    )
    return Section(
        "money",
        _("Money"),
        _("Money by fiscal year"),
        Table(shown, tuple(rows)),
        notes=_money_notes(payload),
        empty=reading.none(payload, ["money"], _("No money is recorded.")),
    )


def _money_notes(payload: Payload) -> tuple[str, ...]:
    covered = reading.coverage(payload, "money")
    if not covered:
        return ()
    counted, of = covered
    said = ngettext(
        "Of %(of)s initiative, %(counted)s has entries in the ledger.",
        "Of %(of)s initiatives, %(counted)s have entries in the ledger.",
        of,
    )
    return (said % {"of": of, "counted": counted},)


def announced(payload: Payload) -> Section:
    """The split that was announced in public, largest first; by the codes of organizations, which a payload holds."""
    found = reading.cells(payload, payload, "announced")
    rows = sorted(found.items(), key=lambda pair: (-(pair[1] or 0), pair[0]))
    shown = (
        Column("organization", _("Organization"), Kind.TEXT, _("Code of the organization.")),
        columns.dollars("announced", _("Announced"), _("Dollars announced; no authority to spend.")),
    )
    table = Table(shown, tuple((_("not named") if code == UNSPECIFIED else code, value) for code, value in rows))
    return Section(
        "announced",
        _("Announced"),
        _("Funding announced"),
        table,
        notes=tuple(_announced_in_all(payload)),
        empty=reading.none(payload, ["announced"], _("No split by organization is announced.")),
    )


def _announced_in_all(payload: Payload) -> list[str]:
    whole = payload["plan"]["funding_announced"]
    split = reading.total(payload, payload, "announced")
    notes = [] if whole is None else [f"{_('Announced for the whole plan:')} {formats.money(reading.exact(whole))}"]
    if split is not None:
        notes.append(reading.named(_("Sum of the announced split"), formats.money(split)))
    return notes


def indicators(payload: Payload) -> Section:
    """How many indicators stand where towards their targets."""
    found = reading.cells(payload, payload, "indicators")
    rows = tuple((str(Standing(bucket).label), value) for bucket, value in found.items() if value)
    shown = (
        Column("standing", _("Standing"), Kind.TEXT, _("Where an indicator stands towards the target that counts.")),
        columns.count("indicators", _("Indicators"), _("Number of indicators.")),
    )
    covered = reading.coverage(payload, "indicators")
    notes: tuple[str, ...] = ()
    if covered:
        said = _("%(counted)s of %(of)s initiatives have an indicator of their own.")
        notes = (said % {"counted": covered[0], "of": covered[1]},)
    return Section(
        "indicators",
        _("Indicators"),
        _("Indicators"),
        Table(shown, rows),
        notes=notes,
        empty=reading.none(payload, ["indicators"], _("No indicators are recorded")),
    )
