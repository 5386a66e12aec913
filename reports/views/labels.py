"""Words for the buckets of figures."""

from collections.abc import Iterable

from django.utils.translation import gettext as _

from initiatives.choices import Stage
from reports.explanations import ANY
from reports.figures import Figure
from reports.figures.declaration import UNSPECIFIED
from tracker import formats
from tracker.models import Organization
from tracker.templatetags.tracker import bilingual_text


def bucket_labels(figure: Figure, buckets: Iterable[str]) -> dict[str, str]:
    """Each bucket's name in the reader's language: `2025/authority` is “2025-26, authority”, and `2025` “2025-26”."""
    found = list(buckets)
    names: dict[str, str] = {}
    if any(name.endswith("organization__code") for name in figure.buckets):
        codes = {part for bucket in found for part in bucket.split("/")}
        names = {row.code: bilingual_text(row, "name") for row in Organization.objects.filter(code__in=codes)}
    return {bucket: _label(figure, bucket, names) for bucket in found}


def _label(figure: Figure, bucket: str, organizations: dict[str, str]) -> str:
    if bucket in figure.known:
        return str(figure.known[bucket])
    parts = zip(figure.buckets, bucket.split("/"), strict=False) if bucket else ()
    return ", ".join(_part(name, value, organizations) for name, value in parts)


def _part(name: str, value: str, organizations: dict[str, str]) -> str:
    """One part of a bucket's key, by the column that it comes from."""
    if value == UNSPECIFIED:
        return _("not named")
    if value == ANY:
        return _("all years") if name.endswith("fiscal_year") else _("all")
    if name.endswith("fiscal_year"):
        return formats.fiscal_year(int(value))
    if name == "stage":
        return str(Stage(value).label)
    return organizations.get(value, value)
