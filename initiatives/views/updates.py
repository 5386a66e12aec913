"""The form of the week's status update."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from initiatives.actions.updates import Read, UpdateContent, save_draft, submit_update
from initiatives.aggregates.since import Since, since, submitted_at_revision
from initiatives.aggregates.weekly import Weekly, weekly
from initiatives.forms_updates import UpdateForm, is_answer
from initiatives.models import Initiative, StatusUpdate
from initiatives.rules.disagreement import VERSION, possible
from initiatives.rules.no_change import Refusal
from initiatives.views.found import found_initiative, refuse_others, refuse_past
from initiatives.views.recording import say_written
from pillars.actions import find_week
from pillars.models import ReportingWeek
from pillars.rules import week_code
from tracker import formats
from tracker.errors import Conflict, Refused
from tracker.forms import show_refusal
from tracker.http import web_actor
from tracker.idempotency import once_by_page
from tracker.rules import Permission
from tracker.templatetags.tracker import bilingual_text
from tracker.timemachine import database_time

ANSWERS = "answers"  # what was typed as answers in drafts, by initiative and week, until they are submitted


def desk_key(initiative: Initiative, week: ReportingWeek) -> str:
    """Under what the answers of a draft are kept."""
    return f"{initiative.pk}/{week.pk}"


def kept_answers(request: HttpRequest, key: str) -> bool:
    """Whether answers wait with the person's draft."""
    return any(is_answer(name) for name in request.session.get(ANSWERS, {}).get(key, {}))


@dataclass
class Desk:
    """What lies before somebody who writes the update of an initiative and week."""

    request: HttpRequest
    initiative: Initiative
    week: ReportingWeek
    at: datetime

    def __post_init__(self) -> None:
        rows = StatusUpdate.objects.filter(initiative=self.initiative, week=self.week)
        self.current = rows.for_list().first()
        current = {self.initiative.pk: self.current} if self.current else {}
        self.known: Weekly = weekly([self.initiative], self.week, today=self.week.plan.day(self.at), current=current)[
            self.initiative.pk
        ]
        self.key = desk_key(self.initiative, self.week)
        self.copied = self.current is None and self.request.GET.get("from") == "previous"

    @property
    def previous(self) -> StatusUpdate | None:
        """The last approved update before the week's."""
        return self.known.last

    def form(self) -> UpdateForm:
        """What was sent; else with what was written so far."""
        options: dict[str, Any] = {"asked": self.known.questions, "lines": self.known.lines}
        if self.request.method == "POST" and "no_change" not in self.request.POST:
            return UpdateForm(self.request.POST, **options)
        start = self.previous if self.copied else self.current
        said = UpdateForm.values_of(start, current=self.current, previous=self.previous)
        return UpdateForm(initial={**said, **self.request.session.get(ANSWERS, {}).get(self.key, {})}, **options)

    def keep(self, typed: dict[str, str]) -> None:
        """Keep answers that are no facts yet; none: forget them."""
        kept = self.request.session.get(ANSWERS, {})
        if kept.get(self.key, {}) != typed:
            others = {key: value for key, value in kept.items() if key != self.key}
            self.request.session[ANSWERS] = {**others, self.key: typed} if typed else others

    def since(self) -> Since | None:
        """What changed since the last approved update was submitted."""
        return since(self.initiative, submitted_at_revision(self.previous)) if self.previous else None


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def update(request: HttpRequest, plan: str, code: str) -> HttpResponse:
    """The week's status update: what changed, what the facts ask, last week's text beside; a draft kept, the whole
    submitted, or "no change" said.

    `?week=2026-W46` is of a week that was reopened, `?from=previous` begins with the text of the last approved update.
    A script that saves drafts asks for JSON, and is answered with the revision that it has read now.
    """
    refuse_others(request, "from", "week")
    refuse_past(request)
    initiative = found_initiative(request, plan, code, to=Permission.WRITE_UPDATE)
    at = database_time()
    week = _week(request, initiative, at=at)
    if week is None:
        context = {"plan": initiative.plan, "initiative": initiative}
        return render(request, "initiatives/no_week.html", context, status=409)
    desk = Desk(request, initiative, week, at)
    form = desk.form()
    if request.method == "POST" and request.headers.get("Accept") == "application/json":
        return _drafted(desk, form)
    try:
        if request.method == "POST" and "no_change" in request.POST:
            return _affirmed(desk)
        if form.is_bound and form.is_valid():
            return _written(desk, form)
    except Refused as error:
        if not form.is_bound:
            return _page(desk, form, refused=error)
        show_refusal(form, error)
    return _page(desk, form)


def _week(request: HttpRequest, initiative: Initiative, *, at: datetime) -> ReportingWeek | None:
    """The week that the address names, the running one without. Raises `Conflict` for one that there is not."""
    plan = initiative.plan
    if "week" in request.GET:
        return find_week(plan, request.GET["week"])
    return ReportingWeek.objects.filter(plan=plan).holding(plan.day(at)).select_related("plan").first()


def _page(desk: Desk, form: UpdateForm, *, refused: Refused | None = None) -> HttpResponse:
    initiative, current = desk.initiative, desk.current
    refusal = desk.known.no_change(current)
    context = {
        "plan": initiative.plan,
        "initiative": initiative,
        "trail": _trail(initiative, desk.week.code),
        "week": desk.week,
        "late": desk.week.initiative_due_at <= desk.at,
        "closed": desk.week.closed(at=desk.at),
        "current": current,
        "previous": desk.previous,
        "form": form,
        "copied": desk.copied and desk.previous is not None,
        "since": desk.since(),
        "disputes": possible(desk.known.facts),
        "rule": VERSION,
        "refused": refused,
        "affirms": refusal in (None, Refusal.NEEDS_A_SENTENCE)
        and not (current and current.sent)
        and not kept_answers(desk.request, desk.key),
        "asks_a_sentence": refusal == Refusal.NEEDS_A_SENTENCE,
        "address": _address(desk),
    }
    status = refused.status if refused else 422 if form.is_bound else 200
    return render(desk.request, "initiatives/update.html", context, status=status)


def _address(desk: Desk) -> str:
    """Where the form is sent: to its week, without what it began with."""
    running = week_code(desk.week.plan.day(desk.at)) == desk.week.code
    return desk.request.path if running else f"{desk.request.path}?week={desk.week.code}"


def _trail(initiative: Initiative, last: str) -> list[tuple[str, str]]:
    return [
        (bilingual_text(initiative.plan, "title"), initiative.plan.get_absolute_url()),
        (initiative.code, initiative.get_absolute_url()),
        (last, ""),
    ]


def _written(desk: Desk, form: UpdateForm) -> HttpResponse:
    """Save or submit, and say so."""
    if "draft" in desk.request.POST:
        written = _draft(desk, form)
        due = formats.long_datetime(desk.week.initiative_due_at)
        said = _("The draft is saved. Submit it before %(due)s.") % {"due": due}
        say_written(desk.request, form, written, said)
        return redirect(desk.initiative)
    done = once_by_page(
        desk.request,
        lambda: submit_update(
            initiative=desk.initiative, week=desk.week, content=form.content(desk.previous), by=web_actor(desk.request),
            at=desk.at, read=form.read(), answers=form.answers(),
        ),
    )  # fmt: skip
    desk.keep({})
    if done.again:
        messages.info(desk.request, _("The page was sent twice. It is recorded once."))
    else:
        say_written(desk.request, form, done.result, _("The update is submitted for review."))
    return redirect(desk.initiative)


def _draft(desk: Desk, form: UpdateForm) -> StatusUpdate:
    """Answers to questions are kept beside the draft: they become facts with the submission."""
    written = save_draft(
        initiative=desk.initiative, week=desk.week, content=form.content(), by=web_actor(desk.request), at=desk.at,
        read=form.read(),
    )  # fmt: skip
    desk.keep(form.typed())
    return written


def _drafted(desk: Desk, form: UpdateForm) -> HttpResponse:
    """What the script is told: the revision to name next time, and what to say."""
    if not form.is_valid():
        return JsonResponse({"said": _("Not saved: a field is not right yet.")}, status=422)
    try:
        written = _draft(desk, form)
    except Refused as error:
        return JsonResponse({"said": str(error.message)}, status=error.status)
    clock = "%H h %M" if formats.is_french() else "%H:%M"
    said = _("Saved %(time)s") % {"time": timezone.localtime(desk.at).strftime(clock).replace(" ", formats.NO_BREAK)}
    return JsonResponse({"revision": written.revision, "said": said})


def _affirmed(desk: Desk) -> HttpResponse:
    """Reviewed, no change: the last approved update said again, with a sentence where one was written. Raises
    `Conflict` while answers wait with the draft: they are facts that nobody has recorded yet."""
    request = desk.request
    if kept_answers(request, desk.key):
        message = _("Answers wait with your draft. Submit them with the update, or take them out of the draft first.")
        raise Conflict(message, fields={"no_change": message}, code=Refusal.CHANGED.value)
    seen, sentence = request.POST.get("revision", ""), request.POST.get("sentence", "").strip()
    read = Read(seen=int(seen) if seen.isdecimal() and len(seen) <= len(str(2**62)) else None)
    language = "fr" if (get_language() or "").startswith("fr") else "en"
    content = UpdateContent(no_change=True, **cast(Any, {f"headline_{language}": sentence}))
    once_by_page(
        request,
        lambda: submit_update(
            initiative=desk.initiative, week=desk.week, content=content, by=web_actor(request), at=desk.at, read=read
        ),
    )
    desk.keep({})
    week = desk.previous.week.code if desk.previous else ""
    told = {"code": desk.initiative.code, "week": week}
    messages.success(request, _("%(code)s: reviewed, nothing changed since %(week)s.") % told)
    return redirect("my-week", desk.initiative.plan.code)
