"""Pages that record indicators, their targets and what was observed."""

from collections.abc import Callable
from typing import Any, cast

from django import forms
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from initiatives.actions.indicators import add_indicator, change_indicator
from initiatives.actions.observations import correct_observation, record_observation, restate_observation
from initiatives.actions.targets import set_target
from initiatives.aggregates.year_grid import recorded
from initiatives.forms_indicators import (
    IndicatorChangeForm,
    IndicatorForm,
    ObservationForm,
    SupersedingForm,
    TargetForm,
)
from initiatives.models import Indicator, Initiative, Observation
from initiatives.views.recording import carried_out
from pillars.models import Pillar, Plan
from tracker.errors import NotAllowed
from tracker.filters import iso_date
from tracker.http import SignedInRequest, web_actor
from tracker.rules import Permission
from tracker.templatetags.tracker import bilingual_text

form_view = require_http_methods(["GET", "HEAD", "POST"])
Text = str | Promise


def found_indicator(request: HttpRequest, plan: str, code: str) -> Indicator:
    """The indicator, if the person sees it and may record facts there."""
    user = cast(SignedInRequest, request).user
    found = Indicator.objects.visible_to(user).for_list().filter(plan__code=plan, code=code).first()
    if found is None:
        raise Http404
    if not user.may(Permission.RECORD_FACTS, found.scopes):
        raise NotAllowed(_("Your roles let you read this indicator, not change it."))
    return found


def _record(
    request: HttpRequest, plan: Plan, form: forms.BaseForm, write: Callable[[], Any], *, title: Text, said: Text,
    back: str, indicator: Indicator | None = None, **context: Any,
) -> HttpResponse:  # fmt: skip
    """Show the form, or carry it out and go to the indicator; what is refused stands beside its field."""
    carried = carried_out(request, form, write, said=said)
    if carried is not None:
        done = carried.result
        return redirect(back if carried.again else done if isinstance(done, Indicator) else done.indicator)
    trail = [(bilingual_text(plan, "title"), plan.get_absolute_url()), (_("Indicators"), _list(plan))]
    trail += [(indicator.code, back)] if indicator else []
    context = {
        "plan": plan, "indicator": indicator, "trail": [*trail, (title, "")], "form": form, "title": title,
        "back": back, **context,
    }  # fmt: skip
    return render(request, "initiatives/record_indicator.html", context, status=422 if form.is_bound else 200)


def _list(plan: Plan) -> str:
    return reverse("indicators", args=[plan.code])


@login_required
@form_view
def indicator_add(request: HttpRequest, plan: str) -> HttpResponse:
    """A new indicator of what `?scope=` names: the plan, one of its pillars or initiatives."""
    scope = _scope(request, plan)
    found = scope if isinstance(scope, Plan) else scope.plan
    if not cast(SignedInRequest, request).user.may(Permission.RECORD_FACTS, scope.scopes):
        raise NotAllowed(_("Your roles let you read this, not add to it."))
    form = IndicatorForm(request.POST or None)
    return _record(
        request, found, form,
        lambda: add_indicator(scope=scope, content=form.content(), by=web_actor(request), at=timezone.now()),
        title=_("Add an indicator"), said=_("The indicator is added."), back=_list(found), scope=scope,
    )  # fmt: skip


def _scope(request: HttpRequest, code: str) -> Plan | Pillar | Initiative:
    user = cast(SignedInRequest, request).user
    plan = Plan.objects.visible_to(user).filter(code=code).first()
    if plan is None:
        raise Http404
    named, _slash, rest = request.GET.get("scope", code).partition("/")
    scope: Plan | Pillar | Initiative | None = plan
    if rest.isascii() and rest.isdigit():
        scope = Pillar.objects.visible_to(user).filter(plan=plan, number=int(rest[:4])).first()
    elif rest:
        scope = Initiative.objects.visible_to(user).filter(plan=plan, code=rest).for_list().first()
    if scope is None or named != code:
        raise Http404
    return scope


@login_required
@form_view
def indicator_change(request: HttpRequest, plan: str, code: str) -> HttpResponse:
    """Say something else of an indicator."""
    found = found_indicator(request, plan, code)
    form = IndicatorChangeForm(request.POST or None, initial=IndicatorChangeForm.initial_of(found))
    return _record(
        request, found.plan, form,
        lambda: change_indicator(
            indicator=found, changes=form.changes(), reason=form.cleaned_data["reason"], seen=form.seen,
            by=web_actor(request), at=timezone.now(),
        ),
        title=_("Change the indicator"), said=_("The indicator is changed; its history keeps what it said."),
        back=found.get_absolute_url(), indicator=found,
    )  # fmt: skip


@login_required
@form_view
def target_set(request: HttpRequest, plan: str, code: str) -> HttpResponse:
    """A target, or the next version of the one that `?due=` names."""
    found = found_indicator(request, plan, code)
    before = _before(found, request.GET.get("due", ""))
    initial: dict[str, Any] = {
        "target_type": found.target_type if found.target_type != "tbd" else "at_least",
        "seen": 0,
    }
    if before is not None:
        initial = TargetForm.initial_of(before)
    form = TargetForm(request.POST or None, initial=initial)
    return _record(
        request, found.plan, form,
        lambda: set_target(
            indicator=found, content=form.content(), seen=form.cleaned_data["seen"], by=web_actor(request),
            at=timezone.now(),
        ),
        title=_("Revise the target") if before else _("Set a target"),
        said=_("The target is set; what stood before stays on record."),
        back=found.get_absolute_url(), indicator=found, before=before,
    )  # fmt: skip


def _before(indicator: Indicator, due: str) -> Any:
    """The last version of the target that is due then."""
    try:
        day = iso_date(due) if due else None
    except forms.ValidationError as error:
        raise Http404 from error
    return indicator.targets.filter(due_on=day).order_by("-number").first() if day else None


@login_required
@form_view
def observation_add(request: HttpRequest, plan: str, code: str) -> HttpResponse:
    """The first value of a period; that after the last one, of the same kind and place, is proposed."""
    found = found_indicator(request, plan, code)
    dated = found.observations.standing().with_amount().filter(period_end__isnull=False)
    last = dated.select_related("place").order_by("-period_end", "-pk").first()
    form = ObservationForm(request.POST or None, indicator=found, initial=_following(found, last))
    return _record(
        request, found.plan, form,
        lambda: record_observation(indicator=found, content=form.content(), by=web_actor(request), at=timezone.now()),
        title=_("Record a value"), said=_("The value is recorded."), back=found.get_absolute_url(), indicator=found,
        last=last,
    )  # fmt: skip


def _following(found: Indicator, last: Observation | None) -> dict[str, Any]:
    """What the next value most likely is of, by those before."""
    if last is None:
        return {}
    after = recorded(found, place=last.place).next_period
    period = {"period_start": after.start, "period_end": after.end} if after else {}
    return {"place": last.place_id, "source": last.source, **period}


@login_required
@form_view
def observation_correct(request: HttpRequest, plan: str, code: str, pk: int) -> HttpResponse:
    """What was recorded was wrong."""
    return _supersede(request, plan, code, pk, correct_observation, title=_("Correct a value"))


@login_required
@form_view
def observation_restate(request: HttpRequest, plan: str, code: str, pk: int) -> HttpResponse:
    """The source says something else now."""
    return _supersede(request, plan, code, pk, restate_observation, title=_("Restate a value"))


def _supersede(
    request: HttpRequest, plan: str, code: str, pk: int, write: Callable[..., Observation], *, title: Text
) -> HttpResponse:
    found = found_indicator(request, plan, code)
    old = found.observations.with_amount().select_related("place", "indicator__plan").filter(pk=pk).first()
    if old is None:
        raise Http404
    form = SupersedingForm(request.POST or None, indicator=found, initial=SupersedingForm.initial_of(old))
    return _record(
        request, found.plan, form,
        lambda: write(
            observation=old, reading=form.reading(), reason=form.cleaned_data["reason"], by=web_actor(request),
            at=timezone.now(),
        ),
        title=title, said=_("The new value stands; both stay on record."), back=found.get_absolute_url(),
        indicator=found, old=old,
    )  # fmt: skip
