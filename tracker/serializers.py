"""How rows are declared for the API.

A `RowSerializer` is one declaration with three readers: its fields are the columns of JSON and CSV, both read by one
query with no Python between, and the schema of the API.
"""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, ClassVar

from django.db.models import QuerySet, TextChoices
from django.db.models.expressions import Combinable
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from drf_spectacular.extensions import OpenApiSerializerFieldExtension
from rest_framework import serializers
from rest_framework.serializers import BaseSerializer

from tracker.errors import Invalid
from tracker.tabular import Column, Kind

_KINDS: list[tuple[type[serializers.Field[Any, Any, Any, Any]], Kind]] = [
    (serializers.ChoiceField, Kind.CHOICE),
    (serializers.BooleanField, Kind.FLAG),
    (serializers.DateTimeField, Kind.INSTANT),
    (serializers.DateField, Kind.DAY),
    (serializers.DecimalField, Kind.DECIMAL),
    (serializers.IntegerField, Kind.WHOLE),
    (serializers.ListField, Kind.TEXTS),
    (serializers.CharField, Kind.TEXT),
]


class VocabularyField(serializers.ChoiceField):
    """A word of a fixed vocabulary; the schema names the vocabulary."""

    def __init__(self, vocabulary: type[TextChoices], **kwargs: Any) -> None:
        self.vocabulary = vocabulary
        self.component = vocabulary.__name__
        super().__init__(vocabulary.choices, **kwargs)

    @property
    def words(self) -> Sequence[tuple[str, str | Promise]]:
        """Its words, with what each means."""
        return self.vocabulary.choices


class VocabularyExtension(OpenApiSerializerFieldExtension):  # type: ignore[no-untyped-call]  # registers itself
    """Each vocabulary is one component of the schema, whatever the fields that use it are called."""

    target_class = VocabularyField
    match_subclasses = True

    def get_name(self) -> str:
        """The component's name."""
        return str(self.target.component)

    def map_serializer_field(self, auto_schema: Any, direction: Any) -> dict[str, Any]:
        """Its words, with what each means."""
        words = "\n".join(f"* `{word}` - {meaning}" for word, meaning in self.target.vocabulary.choices)
        return {"type": "string", "enum": self.target.vocabulary.values, "description": words}


class RowSerializer(serializers.Serializer[Any]):
    """One row of a list. A field's `source` is the way to its column; `expressions` make those that have none."""

    expressions: ClassVar[Mapping[str, Combinable]] = {}

    @classmethod
    @cache
    def columns(cls) -> tuple[Column, ...]:
        """The columns, in their fixed order."""
        fields = cls._declared_fields.items()
        return tuple(cls._column(name, field) for name, field in fields if not isinstance(field, BaseSerializer))

    @classmethod
    def names(cls) -> frozenset[str]:
        """Of all its columns."""
        return frozenset(column.name for column in cls.columns())

    @classmethod
    def chosen(cls, names: str) -> tuple[Column, ...]:
        """The columns that `fields=a,b` names, in their fixed order; all without. Raises `Invalid` for unknown ones."""
        if not names:
            return cls.columns()
        wanted = {name.strip() for name in names.split(",")}
        unknown = sorted(wanted - {column.name for column in cls.columns()})
        if unknown:
            known = ", ".join(column.name for column in cls.columns())
            message = _("Unknown: %(unknown)s. Known are: %(known)s.") % {"unknown": ", ".join(unknown), "known": known}
            raise Invalid(_("There is no such field."), fields={"fields": message}, code="unknown_field")
        return tuple(column for column in cls.columns() if column.name in wanted)

    @classmethod
    def read(cls, rows: QuerySet[Any], columns: Sequence[Column] | None = None) -> list[dict[str, Any]]:
        """The rows by name of column, in one query."""
        columns = cls.columns() if columns is None else columns
        names = [column.name for column in columns]
        return [dict(zip(names, row, strict=True)) for row in rows.values_list(*(column.value() for column in columns))]

    @classmethod
    def _column(cls, name: str, field: Any) -> Column:
        kind = next(kind for base, kind in _KINDS if isinstance(field, base))
        source = cls.expressions.get(name) or (field.source or name).replace(".", "__")
        return Column(name, source, kind, getattr(field, "decimal_places", None) or 0)


class RefusedRow(serializers.Serializer[Any]):
    """A row of an array that cannot be accepted."""

    index = serializers.IntegerField(help_text="Its place in the array, from 0.")
    code = serializers.CharField(help_text="Stable name of the refusal.")
    title = serializers.CharField()
    fields = serializers.DictField(child=serializers.CharField())  # type: ignore[assignment]  # a member of this name


class DifferenceRow(serializers.Serializer[Any]):
    """A field that somebody else changed otherwise, after you read it."""

    field = serializers.CharField()
    seen = serializers.JSONField(help_text="What it said at the revision that `If-Match` names.")
    stored = serializers.JSONField(help_text="What it says now.")
    sent = serializers.JSONField(help_text="What you sent.")
    by = serializers.CharField(help_text="Who changed it last, as named then.")
    at = serializers.DateTimeField()
    revision = serializers.IntegerField(help_text="The revision that changed it.")


class ProblemSerializer(serializers.Serializer[Any]):
    """A refusal (RFC 9457). Nothing was written."""

    type = serializers.CharField(help_text="Always `about:blank`.")
    title = serializers.CharField(help_text="What is wrong, in the language of the request.")
    status = serializers.IntegerField(help_text="The HTTP status.")
    code = serializers.CharField(help_text="Stable name of the refusal, for programs.")
    fields = serializers.DictField(  # type: ignore[assignment]
        child=serializers.CharField(), required=False, help_text="What to change, by parameter or field."
    )
    errors = RefusedRow(  # type: ignore[assignment]  # a member of this name
        many=True, required=False, help_text="Of an array: every row that cannot be accepted."
    )
    conflicts = DifferenceRow(many=True, required=False, help_text="Of an edit conflict: both versions of each field.")
    revision = serializers.IntegerField(
        required=False,
        help_text="Of an edit conflict: the revision of the stored row. Sent again under it, yours stands.",
    )


class StrictSerializer(serializers.Serializer[Any]):
    """A body in which every field is known."""

    def to_internal_value(self, data: Any) -> Any:
        """The values. Raises a `ValidationError` that names each unknown field beside every other fault."""
        if not isinstance(data, Mapping):
            return super().to_internal_value(data)
        known = ", ".join(self.fields)
        faults: dict[str, Any] = {
            str(name): [_("Unknown field. Known are: %(known)s.") % {"known": known}]
            for name in data
            if name not in self.fields
        }
        try:
            values = super().to_internal_value(data)
        except serializers.ValidationError as error:
            raise serializers.ValidationError({**error.detail, **faults}) from error  # type: ignore[dict-item]
        if faults:
            raise serializers.ValidationError(faults)
        return values


class TextField(serializers.CharField):
    """Text that is text: a number or a list is not made into one."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"allow_blank": True, "required": False, "default": "", **kwargs})

    def to_internal_value(self, data: Any) -> str:
        """The text without surrounding space."""
        if not isinstance(data, str):
            self.fail("invalid")
        return super().to_internal_value(data)


class FlagField(serializers.BooleanField):
    """`true` or `false`, not a word or number that may mean it."""

    def to_internal_value(self, data: Any) -> bool:
        """The flag."""
        if not isinstance(data, bool):
            self.fail("invalid", input=data)
        return data
