"""What a search brings up: by kind, ranked, with the words marked, and only what the person may see."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.core.paginator import InvalidPage, Paginator
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from initiatives.aggregates.indicators import series
from initiatives.choices import Workflow
from initiatives.models import Indicator, Initiative, InitiativePlace, Milestone, Observation, StatusUpdate
from initiatives.search import Coded, Excerpt, Kind, Reach, asked_words, coded, excerpts, found
from initiatives.search.excerpts import joined
from initiatives.search.kinds import TEXTS
from pillars.models import Pillar, Plan
from tracker.errors import Invalid
from tracker.models import Place, User
from tracker.timemachine.moments import Moment

SHORTEST, LONGEST = 2, 200  # characters of what is asked
SHOWN = 5  # of each kind, where all are shown
PAGE = 25  # of a kind that is shown by itself
LANGUAGES = ("en", "fr")


@dataclass(frozen=True)
class Question:
    """What is looked for, and where: in a plan (else in all), in one of its pillars, among one kind."""

    text: str
    plan: str = ""
    pillar: int | None = None
    kind: Kind | None = None
    page: int = 1


@dataclass(frozen=True)
class Link:
    """An address of what was found, with words where there is more than one."""

    url: str
    label: str = ""


@dataclass(frozen=True)
class Result:
    """One thing that was found. Titles and texts by language; `texts` are those parts where the words stand."""

    kind: Kind
    row: Any
    exact: bool
    titles: dict[str, Excerpt]
    texts: dict[str, Excerpt]
    links: tuple[Link, ...]
    standing: Any = None

    @property
    def url(self) -> str:
        """Where it stands; empty where it stands nowhere by itself."""
        return self.links[0].url if self.links else ""

    @property
    def initiative(self) -> Initiative | None:
        """What it is of; of an initiative itself."""
        if isinstance(self.row, Initiative):
            return self.row
        found: Initiative | None = getattr(self.row, "initiative", None)
        return found

    @property
    def pillar(self) -> Pillar | None:
        """In which it lies; None of what belongs to a plan as a whole, and of a place."""
        own: Pillar | None = getattr(self.row, "pillar", None)
        return own or (self.initiative.pillar if self.initiative else None)

    @property
    def plan(self) -> Plan | None:
        """In which it lies; None of a place."""
        own: Plan | None = getattr(self.row, "plan", None)
        return own or (self.initiative.plan if self.initiative else None)

    def found_in(self, language: str) -> bool:
        """Whether a word stands in its texts of that language."""
        return self.titles[language].found or self.texts[language].found


@dataclass(frozen=True)
class Group:
    """Results of one kind: those of a page, of how many; `more`: than so many are not ranked."""

    kind: Kind
    total: int
    more: bool
    pages: int
    results: list[Result]


@dataclass(frozen=True)
class Answer:
    """Groups with results, in the order of kinds; and what has the code that was asked."""

    groups: list[Group] = field(default_factory=list)
    coded: Coded = field(default_factory=Coded)

    @property
    def total(self) -> int:
        return sum(group.total for group in self.groups)


def jump(text: str, *, user: User, plan: str) -> str:
    """The address of the only thing that the person sees under that code; empty where there is none, or more."""
    only = coded(text, user=user, plan=plan).only
    if isinstance(only, Milestone):
        return _milestone_url(only)
    return only.get_absolute_url() if only else ""


def words_of(text: str) -> str:
    """What is looked for in the texts. Raises `Invalid` naming `q` when nothing is."""
    if words := asked_words(text):
        return words
    message = _("Write a word that says what you look for: these stand in nearly every text, or are none.")
    raise Invalid(_("Some filters cannot be applied."), fields={"q": message}, code="bad_filter")


def search(question: Question, *, user: User, moment: Moment, on: date) -> Answer:
    """Everything that the person sees and that holds all of the words; things of that very code first. Raises `Invalid`
    naming `q` or `page`."""
    words, known = words_of(question.text), coded(question.text, user=user, plan=question.plan)
    groups = [
        _group(kind, question, words, known, user=user, moment=moment, on=on)
        for kind in ([question.kind] if question.kind else Kind)
    ]
    return Answer([group for group in groups if group.total], known)


def _group(
    kind: Kind, question: Question, words: str, known: Coded, *, user: User, moment: Moment, on: date
) -> Group:  # fmt: skip
    past = None if moment.live else moment.revision
    reach = Reach(user, question.plan, question.pillar, past)
    exact = known.keys.get(kind, [])
    if exact:
        there = set(reach.rows(kind).filter(pk__in=exact).values_list("pk", flat=True))
        exact = [key for key in exact if key in there]
    ranked = found(kind, words, reach, first=exact)
    paginator = Paginator(ranked.keys, PAGE if question.kind else SHOWN)
    try:
        keys = list(paginator.page(question.page).object_list)
    except InvalidPage as error:
        message = _("There is no such page; the last is %(last)s.") % {"last": paginator.num_pages}
        raise Invalid(message, fields={"page": message}, code="bad_page") from error
    results = _results(kind, keys, words, set(exact), user=user, plan=question.plan, on=on)
    return Group(kind, len(ranked.keys), ranked.more, paginator.num_pages, results)


def _results(
    kind: Kind, keys: list[int], words: str, exact: set[int], *, user: User, plan: str, on: date
) -> list[Result]:  # fmt: skip
    """Those of these keys, in their order."""
    by_key = {row.pk: row for row in _loaded(kind, keys, on=on)}
    rows = [by_key[key] for key in keys]
    standing = _standing(kind, keys, on=on)
    places = _links_of_places(rows, user=user, plan=plan) if kind == Kind.PLACES else {}
    wanted = [
        (language, text, whole)
        for row in rows
        for language in LANGUAGES
        for text, whole in (
            (getattr(row, f"{TEXTS[kind].title}_{language}"), True),
            (_body(kind, row, language), False),
        )
    ]
    shown = iter(excerpts(words, wanted) if wanted else [])
    results = []
    for row in rows:
        titles, texts = {}, {}
        for language in LANGUAGES:
            titles[language], texts[language] = next(shown), next(shown)
        links = places.get(row.pk, ()) if kind == Kind.PLACES else (Link(_URLS[kind](row, on)),)
        results.append(Result(kind, row, row.pk in exact, titles, texts, tuple(links), standing.get(row.pk)))
    return results


def _loaded(kind: Kind, keys: list[int], *, on: date) -> QuerySet[Any]:
    """With what is shown of them."""
    if kind == Kind.INITIATIVES:
        return Initiative.objects.filter(pk__in=keys).with_health(on=on).select_related("plan", "pillar")
    if kind == Kind.MILESTONES:
        return (
            Milestone.objects.filter(pk__in=keys).with_dates().select_related("initiative__plan", "initiative__pillar")
        )
    if kind == Kind.STATUS_UPDATES:
        return StatusUpdate.objects.filter(pk__in=keys).select_related(
            "initiative__plan", "initiative__pillar", "week__plan"
        )
    if kind == Kind.INDICATORS:
        return Indicator.objects.filter(pk__in=keys).select_related(
            "plan", "pillar__plan", "initiative__plan", "initiative__pillar"
        )
    return Place.objects.filter(pk__in=keys)


def _standing(kind: Kind, keys: list[int], *, on: date) -> dict[int, Any]:
    """Where indicators stand; nothing of the others, whose rows say it."""
    if kind != Kind.INDICATORS or not keys:
        return {}
    return {key: known.position for key, known in series(Indicator.objects.filter(pk__in=keys), on=on).items()}


def _body(kind: Kind, row: Any, language: str) -> str:
    """What is searched of it in that language, beside code and title. The words of a commitment are in one."""
    texts = TEXTS[kind]
    names = [
        name
        for name in texts.columns(language)
        if name not in ("code", f"{texts.title}_{language}")
        and not (name == "source_text" and row.source_text_language not in ("", language))
    ]
    values: Iterable[Any] = (getattr(row, name) for name in names)
    return joined(" · ".join(value) if isinstance(value, list) else value for value in values)


def _milestone_url(row: Milestone) -> str:
    return f"{row.initiative.get_absolute_url()}#milestone-{row.code}"


def _update_url(row: StatusUpdate, on: date) -> str:
    """The initiative as it stood in that week, whose updates begin with it; of one that is not approved, its history,
    for the initiative's page shows none of those."""
    if row.workflow != Workflow.APPROVED:
        return reverse("object-history", args=[row.initiative.plan.code, "status-update", row.pk])
    day = max(row.week.starts_on, min(row.week.ends_on, on))
    return f"{row.initiative.get_absolute_url()}?on={day.isoformat()}#update-{row.week.code}"


_URLS: dict[Kind, Callable[[Any, date], str]] = {
    Kind.INITIATIVES: lambda row, on: row.get_absolute_url(),
    Kind.MILESTONES: lambda row, on: _milestone_url(row),
    Kind.INDICATORS: lambda row, on: row.get_absolute_url(),
    Kind.STATUS_UPDATES: _update_url,
}


def _links_of_places(rows: list[Place], *, user: User, plan: str) -> dict[int, list[Link]]:
    """To what happens in each within what the person sees, on the page of the places of each plan."""
    seen, measured = Initiative.objects.visible_to(user), Indicator.objects.visible_to(user)
    named = InitiativePlace.objects.filter(place__in=rows, initiative__in=seen.values("pk"))
    observed = Observation.objects.filter(place__in=rows, indicator__in=measured.values("pk"))
    pairs = named.values_list("place_id", "place__code", "initiative__plan__code").union(
        observed.order_by().values_list("place_id", "place__code", "indicator__plan__code")
    )
    links: dict[int, list[Link]] = defaultdict(list)
    for key, place, code in sorted(pairs):
        if plan in ("", code):
            links[key].append(Link(f"{reverse('places', args=[code])}#place-{place}", code))
    return links


def pillars_of(plan: str) -> QuerySet[Pillar]:
    """Those that a search in the plan can be narrowed to."""
    return Pillar.objects.filter(plan__code=plan).order_by("number")
