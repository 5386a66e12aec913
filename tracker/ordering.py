"""The order of a list: the keys that rows stand in order by, chosen by who asks."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import connection
from django.db.models import (
    BooleanField,
    DateField,
    DateTimeField,
    DecimalField,
    Field,
    IntegerField,
    Model,
    Q,
    QuerySet,
)
from django.utils.translation import gettext as _

from tracker.errors import Invalid

MOST_KEYS = 3  # that an order may name
BIGINT = 2**63


@dataclass(frozen=True)
class Key:
    """One key of a list's order."""

    path: str
    descending: bool
    field: "Field[Any, Any]"
    nullable: bool

    def equal(self, value: Any) -> Q:
        """Rows with this value of the key."""
        return Q(**{f"{self.path}__isnull": True}) if value is None else Q(**{self.path: value})

    def beyond(self, value: Any) -> Q:
        """Rows that come later by this key alone. PostgreSQL puts null last, and first when descending."""
        if value is None:
            return Q(**{f"{self.path}__isnull": False}) if self.descending else Q(pk__in=[])
        later = Q(**{f"{self.path}__{'lt' if self.descending else 'gt'}": value})
        if self.nullable and not self.descending:
            later |= Q(**{f"{self.path}__isnull": True})
        return later

    def not_before(self, value: Any) -> Q:
        """Rows that do not come earlier by this key alone, where that is one comparison."""
        if self.nullable:
            return Q()
        return Q(**{f"{self.path}__{'lte' if self.descending else 'gte'}": value})

    def bound(self, value: Any) -> Any:
        """The value as the driver takes it."""
        return self.field.get_db_prep_value(value, connection)

    def read(self, value: Any) -> Any:
        """A cursor's value as this key has it. Raises `ValueError` for one that it cannot have."""
        if value is None:
            fits = self.nullable
        elif isinstance(self.field, DateTimeField):
            value = datetime.fromisoformat(value)
            fits = value.tzinfo is not None
        elif isinstance(self.field, DateField):
            return date.fromisoformat(value)
        elif isinstance(self.field, DecimalField):
            value = Decimal(value)
            fits = value.is_finite()
        elif isinstance(self.field, BooleanField):
            fits = isinstance(value, bool)
        elif isinstance(self.field, IntegerField):
            fits = isinstance(value, int) and not isinstance(value, bool) and -BIGINT <= value < BIGINT
        else:
            fits = isinstance(value, str) and "\0" not in value
        if not fits:
            raise ValueError(value)
        return value


def order_of(rows: QuerySet[Any]) -> list[Key]:
    """The keys that the rows are ordered by."""
    return [_key(rows.model, str(name)) for name in rows.query.order_by]


def _key(model: type[Model], name: str) -> Key:
    path, nullable = name.lstrip("-"), False
    field: Any = None
    for part in path.split("__"):
        field = model._meta.pk if part == "pk" else model._meta.get_field(part)
        nullable = nullable or field.null
        model = field.related_model or model
    while field.is_relation:
        field = field.target_field
    return Key(path, name.startswith("-"), field, nullable)


def in_order(rows: QuerySet[Any], orderable: Mapping[str, str], names: str) -> QuerySet[Any]:
    """The rows by the columns that `ordering=-effective_on,code` names, `-` for descending, and at last by their key;
    in the list's own order when none is named. Raises `Invalid` for other columns, and for more than three."""
    if not names:
        return rows
    wanted = [name.strip() for name in names.split(",")]
    unknown = [name for name in wanted if name.removeprefix("-") not in orderable]
    if unknown or len(wanted) > MOST_KEYS:
        message = _("Known are: %(known)s; - before one turns it round.") % {"known": ", ".join(orderable)}
        if len(wanted) > MOST_KEYS:
            message = _("Name at most %(most)d columns.") % {"most": MOST_KEYS}
        raise Invalid(_("The list cannot be ordered so."), fields={"ordering": message}, code="bad_ordering")
    paths = [("-" if name.startswith("-") else "") + orderable[name.removeprefix("-")] for name in wanted]
    return rows.order_by(*paths, "pk")
