"""Fields of the ground floor: numbers as people write them."""

from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.utils.translation import override

from tracker.forms import NumberField


def typed(text, language):
    with override(language):
        return NumberField(required=False, max_digits=None, decimal_places=None).clean(text)


@pytest.mark.parametrize(
    ("text", "language", "number"),
    [
        ("1234.56", "en", "1234.56"),
        ("1234.56", "fr", "1234.56"),
        ("1,234,567.80", "en", "1234567.80"),
        ("1 234 567,80", "fr", "1234567.80"),
        ("1\u202f234\u00a0567,8", "fr", "1234567.8"),
        ("1 234", "en", "1234"),
        ("-0,5", "fr", "-0.5"),
        ("\u22122,000", "en", "-2000"),
        ("0", "fr", "0"),
    ],
)
def test_a_number_is_read_as_the_language_writes_it(text, language, number):
    assert typed(text, language) == Decimal(number)


@pytest.mark.parametrize("language", ["en", "fr"])
def test_nothing_is_unknown_and_not_zero(language):
    assert typed("", language) is None
    assert typed(None, language) is None


@pytest.mark.parametrize(
    ("text", "language"),
    [("12,5", "en"), ("1,23,456", "en"), ("1,234.5", "fr"), ("1,2,3", "fr"), ("much", "en"), ("NaN", "fr")],
)
def test_what_could_mean_two_things_is_refused(text, language):
    with pytest.raises(ValidationError):
        typed(text, language)
