"""Charts on a page: drawn for a wide and for a narrow place, with their data table."""

from django import template

from tracker.charts import NARROW, WIDE, Chart

register = template.Library()


@register.inclusion_tag("components/chart.html", takes_context=True)
def chart(context: template.Context, drawn: Chart, url: str = "") -> dict[str, object]:
    """The figure, its table, and where its figures are explained."""
    table = drawn.table()
    return {
        "request": context.get("request"),
        "chart": drawn,
        "drawings": [drawn.drawn(NARROW), drawn.drawn(WIDE)],
        "table": table,
        "rows": [list(zip(table.columns, row, strict=True)) for row in table.rows],
        "url": url,
    }
