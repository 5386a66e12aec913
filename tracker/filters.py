"""Filters that ignore nothing: an unknown name or a bad value is refused, on pages and in the API alike."""

import re
from collections.abc import Collection
from datetime import date
from typing import Any, ClassVar, cast

import django_filters
from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.http import HttpRequest, QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_filters.rest_framework import DjangoFilterBackend
from drf_spectacular.drainage import set_override
from rest_framework.request import Request
from rest_framework.views import APIView

from tracker.choices import Channel
from tracker.errors import Invalid
from tracker.http import SignedInRequest
from tracker.models import Organization, Revision, User

PAGE = frozenset({"as_of", "page"})
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")


class StrictFilterSet(django_filters.FilterSet):
    """A FilterSet whose `rows` are right or refused.

    `also` names the parameters that the caller reads itself; a page takes `as_of` and `page`. What a filter
    `by_the_clock` leaves depends on the hour too, and not on what is recorded alone.
    """

    by_the_clock: ClassVar[frozenset[str]] = frozenset()

    def __init__(
        self, data: QueryDict | None = None, queryset: QuerySet[Any] | None = None, *,
        request: HttpRequest | Request | None = None, prefix: str | None = None, also: Collection[str] = PAGE,
    ) -> None:  # fmt: skip
        super().__init__(data if data is not None else QueryDict(), queryset, request=request, prefix=prefix)
        self.also = also

    @classmethod
    def base(cls, user: User, *, on: date) -> QuerySet[Any]:
        """The rows before any filter: what the person may see, ready for a list, as they stand on that day."""
        raise NotImplementedError

    @classmethod
    def dated(cls) -> bool:
        """Whether the rows depend on a day, so that `on` is a parameter."""
        return "on" in cls.base_filters

    @property
    def on(self) -> date:
        """The day that the rows are asked for."""
        return self.form.cleaned_data.get("on") or cast(SignedInRequest, self.request).moment.on

    @property
    def rows(self) -> QuerySet[Any]:
        """The filtered rows. Raises `Invalid` naming each parameter that cannot be meant."""
        refuse_unknown(self.data, {*self.filters, *self.also})
        if not self.is_valid():
            raise Invalid(
                _("Some filters cannot be applied."),
                fields={name: " ".join(str(message) for message in errors) for name, errors in self.errors.items()},
                code="bad_filter",
            )
        return cast("QuerySet[Any]", self.qs)

    def unchanged(self, queryset: QuerySet[Any], name: str, value: date) -> QuerySet[Any]:
        """For `on`: the rows were already asked for that day."""
        return queryset


class StrictFilterBackend(DjangoFilterBackend):
    """The same strictness for API lists. A view says in `parameters` what it reads beside the filters."""

    def get_filterset_kwargs(self, request: Request, queryset: QuerySet[Any], view: APIView) -> dict[str, Any]:
        """What the filter set is made from."""
        also = getattr(view, "parameters", PAGE)
        return {"data": request.query_params, "queryset": queryset, "request": request, "also": also}

    def filter_queryset(self, request: Request, queryset: QuerySet[Any], view: APIView) -> QuerySet[Any]:
        """Filtered rows."""
        return cast("QuerySet[Any]", self.get_filterset(request, queryset, view).rows)


class IsoDateField(forms.DateField):
    """A date as ISO 8601 writes it, in every language."""

    widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})

    def to_python(self, value: Any) -> date | None:
        """The date, or None when nothing is given."""
        if value in self.empty_values or isinstance(value, date):
            return value or None
        return iso_date(str(value))


def iso_date(text: str) -> date:
    """The date that `2026-11-22` names. Raises `ValidationError` for any other writing, for a day there is not, and for
    one that no plan can mean: around it there would be weeks that the calendar does not have."""
    try:
        if _DATE.fullmatch(text) and text.isascii() and "1900" <= text < "2200":
            return date.fromisoformat(text)
    except ValueError:
        pass
    raise ValidationError(_("Write a date like 2026-11-22."))


class DayFilter(django_filters.DateFilter):
    """A day, `2026-11-22`."""

    field_class = IsoDateField


class WholeNumberFilter(django_filters.NumberFilter):
    """A whole number."""

    field_class = forms.IntegerField


class YesNoFilter(django_filters.TypedChoiceFilter):
    """`true` or `false`, and nothing else."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("choices", [("true", gettext_lazy("yes")), ("false", gettext_lazy("no"))])
        kwargs.setdefault("coerce", lambda value: value == "true")
        super().__init__(*args, **kwargs)
        # A type given by the class would leave the label out of the schema.
        set_override(self, "field", {"type": "boolean", "description": kwargs.get("label", "")})


class TitleFilter(django_filters.CharFilter):
    """Rows in which one of the named columns contains the words, whatever their case and their apostrophes: French is
    stored with ’, and typed with '."""

    def __init__(self, *columns: str, **kwargs: Any) -> None:
        self.columns = columns
        kwargs.setdefault("label", gettext_lazy("words"))
        super().__init__(**kwargs)

    def filter(self, qs: QuerySet[Any], value: str | None) -> QuerySet[Any]:
        """Rows that contain `value`."""
        if not value:
            return qs
        found = Q()
        for written in sorted({value, value.replace("'", "’"), value.replace("’", "'")}):
            for column in self.columns:
                found |= Q(**{f"{column}__icontains": written})
        return qs.filter(found)


class OrganizationFilter(StrictFilterSet):
    code = django_filters.CharFilter(label=gettext_lazy("code"))
    q = TitleFilter("name_en", "name_fr", "abbreviation_en", "abbreviation_fr")

    @classmethod
    def base(cls, user: User, *, on: date) -> QuerySet[Organization]:
        return Organization.objects.for_list() if user.access.grants else Organization.objects.none()


class RevisionFilter(StrictFilterSet):
    number_from = WholeNumberFilter("number", lookup_expr="gte", label=gettext_lazy("from revision"))
    number_to = WholeNumberFilter("number", lookup_expr="lte", label=gettext_lazy("to revision"))
    channel = django_filters.ChoiceFilter(choices=Channel.choices, label=gettext_lazy("channel"))
    attributed = YesNoFilter(label=gettext_lazy("attributed"))
    replayed = YesNoFilter(label=gettext_lazy("replayed"))

    @classmethod
    def base(cls, user: User, *, on: date) -> QuerySet[Revision]:
        return Revision.objects.for_list() if user.access.grants else Revision.objects.none()


def refuse_unknown(query: QueryDict, known: Collection[str]) -> None:
    """Raise `Invalid` for a parameter that nobody takes, that is given twice, or that no text column could hold."""
    fields = {}
    for name in query:
        if name not in known:
            names = ", ".join(sorted(known))
            fields[name] = (
                _("Unknown. Known are: %(names)s.") % {"names": names} if known else _("Nothing is taken here.")
            )
        elif len(query.getlist(name)) > 1:
            fields[name] = _("Given more than once.")
        elif "\0" in query[name]:
            fields[name] = _("Null characters are not allowed.")
    if fields:
        raise Invalid(_("There is no such filter."), fields=fields, code="unknown_filter")


def effective_date(request: HttpRequest | Request) -> date:
    """`?on=`, else the moment's own day (today, when live). Raises `Invalid` naming `on`."""
    text = request.GET.get("on", "")
    if not text:
        return cast(SignedInRequest, request).moment.on
    try:
        return iso_date(text)
    except ValidationError as error:
        message = " ".join(error.messages)
        raise Invalid(_("Some filters cannot be applied."), fields={"on": message}, code="bad_filter") from error


def without(query: QueryDict, *names: str) -> QueryDict:
    """A copy of the query without some parameters."""
    rest = query.copy()
    for name in names:
        rest.pop(name, None)
    return rest
