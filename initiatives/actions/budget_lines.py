"""Budget lines: found, or opened when the first dollars come to them."""

from dataclasses import dataclass

from initiatives.models import BudgetLine, Initiative
from tracker.models import Organization
from tracker.writing import save


@dataclass(frozen=True, kw_only=True)
class LineKey:
    """Where money sits within an initiative. An unknown source or vote is empty."""

    organization: Organization
    fiscal_year: int
    funding_source: str = ""
    vote: str = ""


def opened_line(initiative: Initiative, key: LineKey) -> BudgetLine:
    """The initiative's line of that key, opened if there is none. Call it within a revision."""
    where = {
        "initiative": initiative, "organization": key.organization, "fiscal_year": key.fiscal_year,
        "funding_source": key.funding_source, "vote": key.vote,
    }  # fmt: skip
    line = BudgetLine.objects.filter(**where).first()
    if line is None:
        line = BudgetLine(**where)
        save(line)
    return line
