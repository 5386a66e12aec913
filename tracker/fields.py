"""Fields of the bodies that programs send: strict, so that nothing is taken for what it may have meant."""

import re
from datetime import date
from decimal import Decimal
from typing import Any

from django.core import exceptions
from django.db.models import TextChoices
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from tracker.filters import iso_date
from tracker.serializers import TextField, VocabularyField

_DECIMAL = re.compile(r"-?[0-9]{1,20}(\.[0-9]{1,10})?")
_DOLLARS = r"^-?[0-9]{1,14}(\.[0-9]{1,2})?$"
_WEIGHT = r"^[0-9]{1,4}(\.[0-9]{1,2})?$"


class NameField(TextField):
    """Text that names something, such as a code: never empty."""

    def __init__(self, **kwargs: Any) -> None:
        given = {"required": True, "allow_blank": False, "min_length": 1, "default": serializers.empty, **kwargs}
        super().__init__(**given)


class KeptTextField(TextField):
    """Text of a change: left out, it stays as it is."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"default": serializers.empty, **kwargs})


class DayField(serializers.DateField):
    """A day, `2026-11-22`."""

    def to_internal_value(self, value: Any) -> date:
        """The day. Any other writing is refused."""
        if not isinstance(value, str):
            self.fail("invalid", format="YYYY-MM-DD")
        try:
            return iso_date(value)
        except exceptions.ValidationError as error:
            raise serializers.ValidationError(list(error.messages)) from error


class WholeField(serializers.IntegerField):
    """A whole number, not a text or a flag that looks like one."""

    def to_internal_value(self, data: Any) -> int:
        """The number."""
        if not isinstance(data, int) or isinstance(data, bool):
            self.fail("invalid")
        return data


class ExactField(serializers.DecimalField):
    """A decimal number, as text or as a number; both are read exactly, to the last digit."""

    def to_internal_value(self, data: Any) -> Decimal:
        """The number. Its digits are counted here, its sense is checked by the action."""
        if isinstance(data, bool) or not isinstance(data, str | int | Decimal):
            self.fail("invalid")
        text = data.strip() if isinstance(data, str) else str(data)
        if isinstance(data, str) and not _DECIMAL.fullmatch(text):
            self.fail("invalid")
        return super().to_internal_value(text)


@extend_schema_field({"type": ["string", "number"], "pattern": _DOLLARS})
class DollarsField(ExactField):
    """Dollars, to the cent."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(16, 2, **kwargs)


@extend_schema_field({"type": ["string", "number"], "pattern": _WEIGHT, "minimum": 0})
class WeightField(ExactField):
    """How much one counts beside others; 0 does not count."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(6, 2, **{"min_value": Decimal(0), **kwargs})


class UnpublishedField(VocabularyField):
    """A word of a vocabulary, or nothing while it is not published: null, empty and left out all say so."""

    def __init__(self, vocabulary: type[TextChoices], **kwargs: Any) -> None:
        given = {"allow_null": True, "allow_blank": True, "required": False, "default": "", **kwargs}
        super().__init__(vocabulary, **given)
        self.component = f"Known{vocabulary.__name__}"

    def run_validation(self, data: Any = serializers.empty) -> Any:
        """The word, or the empty string."""
        return super().run_validation(data) or ""
