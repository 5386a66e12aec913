"""The page of an indicator's year: a value for each of its periods, recorded together."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from initiatives.actions.observation_grid import record_periods
from initiatives.aggregates.year_grid import YearGrid, recorded
from initiatives.forms_year_grid import YearChoiceForm, YearGridForm
from initiatives.models import Indicator
from initiatives.views.found import refuse_others, refuse_past
from initiatives.views.indicators import form_view, found_indicator
from tracker.errors import Invalid, Refused
from tracker.forms import show_refusal
from tracker.http import web_actor
from tracker.templatetags.tracker import bilingual_text


@login_required
@form_view
def observation_grid(request: HttpRequest, plan: str, code: str) -> HttpResponse:
    """The periods of one year side by side with those of the year before; what is typed is one revision, or none."""
    found = found_indicator(request, plan, code)
    refuse_others(request, "year", "step", "place")
    refuse_past(request)
    chosen, grid = _chosen(request, found)
    form = YearGridForm(request.POST or None, indicator=found, grid=grid)
    if form.is_bound and form.is_valid():
        try:
            made = record_periods(
                indicator=found, readings=form.readings(), place=grid.place, by=web_actor(request), at=timezone.now()
            )
        except Refused as error:
            show_refusal(form, error)
        else:
            said = ngettext("%(count)d value is recorded.", "%(count)d values are recorded.", len(made))
            messages.success(request, said % {"count": len(made)})
            return redirect(found)
    return _page(request, found, chosen, grid, form)


def _chosen(request: HttpRequest, found: Indicator) -> tuple[YearChoiceForm, YearGrid]:
    """What the address asks to be shown; what it leaves out is as the indicator is recorded. Raises `Invalid`."""
    today = found.plan.day(timezone.now())
    years = recorded(found, place=None).years(today=today)
    asked = YearChoiceForm(request.GET, years=years, calendar=found.calendar)
    if not asked.is_valid():
        fields = {name: " ".join(str(one) for one in errors) for name, errors in asked.errors.items()}
        raise Invalid(_("Some filters cannot be applied."), fields=fields, code="bad_filter")
    values = asked.cleaned_data
    known = recorded(found, place=values["place"])
    year = values["year"] or known.year_to_record(today=today)
    grid = known.grid(year, values["step"] or known.step, today=today)
    shown = {"year": grid.year, "step": grid.step, "place": grid.place.code if grid.place else ""}
    return YearChoiceForm(shown, years=years, calendar=found.calendar), grid


def _page(
    request: HttpRequest, found: Indicator, chosen: YearChoiceForm, grid: YearGrid, form: YearGridForm
) -> HttpResponse:
    title = _("Record a year")
    context: dict[str, Any] = {
        "plan": found.plan,
        "indicator": found,
        "trail": [
            (bilingual_text(found.plan, "title"), found.plan.get_absolute_url()),
            (_("Indicators"), reverse("indicators", args=[found.plan.code])),
            (found.code, found.get_absolute_url()),
            (title, ""),
        ],
        "title": title,
        "chosen": chosen,
        "grid": grid,
        "form": form,
        "lines": form.lines(),
    }
    return render(request, "initiatives/observation_grid.html", context, status=422 if form.is_bound else 200)
