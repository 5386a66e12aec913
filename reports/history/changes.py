"""The history of a plan in words: what changed, from what to what, by which revision, newest first."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from reports.history.asked import Asked, Event
from reports.history.events import Versions, events, told_fields, versions
from reports.history.fields import FieldChange, changed_fields, told
from reports.history.kinds import INTERNAL, SET, UNSET, Kind
from reports.history.names import Names
from reports.history.subjects import Describer, Subject
from tracker import formats
from tracker.models import Revision
from tracker.permissions import knows_why


@dataclass(frozen=True)
class Change:
    """One row that came, changed or went with a revision.

    `sentence` says what became of it and, of a row that came or went, what it said in short; `why`, the reason that
    the row itself gives; `changed`, the fields that differ; `said`, all fields of a row that came or went.
    """

    event: Event
    name: str
    subject: Subject
    sentence: str | Promise
    summary: SafeString | str
    why: SafeString | str
    changed: list[FieldChange]
    said: list[FieldChange]
    history_url: str

    @property
    def before_url(self) -> str:
        """The page as it was before; empty when there was nothing before."""
        before = self.event.revision - 1
        return self.subject.at(before) if before and (self.changed or self.event.gone) else ""

    @property
    def after_url(self) -> str:
        """The page as this revision left it; empty for a row that went."""
        return "" if self.event.gone else self.subject.at(self.event.revision)

    @property
    def url(self) -> str:
        """Where it is shown at the moment that the reader looks at; empty for a row that went."""
        return "" if self.event.gone else self.subject.at()


@dataclass(frozen=True)
class Step:
    """What one revision did to what was asked about. `told`: the reader may know who and why."""

    revision: Revision
    told: bool
    changes: list[Change]


@dataclass(frozen=True)
class History:
    """A part of a history, newest first. `after`: what to ask for the part that follows; None at the end."""

    steps: list[Step]
    after: Event | None

    @property
    def count(self) -> int:
        """Changes in this part."""
        return sum(len(step.changes) for step in self.steps)


def history(asked: Asked, *, size: int) -> History:
    """The newest `size` changes of what is asked about, after `asked.after`; a bounded number of queries."""
    found = events(asked, most=size + 1)
    shown = found[:size]
    changes = list(told_events(asked, shown))
    revisions = Revision.objects.select_related("actor").in_bulk({event.revision for event in shown})
    steps = [
        Step(revisions[number], knows_why(asked.user, revisions[number]), list(group))
        for number, group in groupby(changes, key=lambda change: change.event.revision)
    ]
    return History(steps, shown[-1] if len(found) > size else None)


def told_events(asked: Asked, found: Iterable[Event]) -> Iterator[Change]:
    """These events in words, in their order, as far as the reader may see them; a bounded number of queries."""
    pairs = list(versions(asked, found))
    rows = [row for _event, pair in pairs for row in (pair.old, pair.new) if row is not None]
    describer = Describer(asked.scope.selection.plan.code, Names(rows))
    return (_change(event, pair, describer) for event, pair in pairs)


def _change(event: Event, pair: Versions, describer: Describer) -> Change:
    kind, old, new = event.kind, pair.old, pair.new
    hidden = INTERNAL | kind.untold | (frozenset() if pair.comment else frozenset({"return_comment"}))
    row = new if new is not None else old
    both = old is not None and new is not None
    sentence, said_by_it = _sentence(kind, old, new)
    fields = [field for field in told_fields(kind) if field.name not in hidden | {said_by_it if both else ""}]
    found = changed_fields(fields, old, new, describer.names)
    owner = (kind.part_of, getattr(row, f"{kind.part_of}_id")) if kind.part_of else (kind.slug, event.pk)
    return Change(
        event=event,
        name=str(kind.label),
        subject=describer.subject(kind.slug, row),
        sentence=sentence,
        summary="" if both else _summary(kind, row, describer.names),
        why="" if both else _why(kind, row, describer.names),
        changed=found if both else [],
        said=[] if both else [one for one in found if not one.denied],
        history_url=reverse("object-history", args=[describer.plan, *owner]),
    )


def _sentence(kind: Kind, old: Any, new: Any) -> tuple[Promise, str]:
    """What became of the row, by the first of the kind's turns that it took; and the field whose whole change that
    says, if there is one."""
    if new is None:
        return kind.removed, ""
    if old is None and not kind.born:
        return kind.added, ""
    for (name, value), phrase in kind.turns.items():
        before, after = getattr(old, name, None), getattr(new, name)
        turned = {SET: bool(after) and not before, UNSET: bool(before) and not after}
        if before != after and turned.get(value, after == value):
            return phrase, "" if value in turned else name
    return kind.added if old is None else kind.changed, ""


def _summary(kind: Kind, row: Any, names: Names) -> SafeString:
    """What a row says in short: the values of the fields that the kind names, of two languages the reader's own."""
    here = "title_fr" if formats.is_french() else "title_en"
    values = []
    for name in kind.said:
        if name.startswith("title_") and name != here:
            continue
        value = told(row, row._meta.get_field(name), names)
        if value is not None:
            values.append((value.html,))
    return format_html_join(", ", "{}", values)


def _why(kind: Kind, row: Any, names: Names) -> SafeString | str:
    """The reason that the row itself gives."""
    value = told(row, row._meta.get_field(kind.why), names) if kind.why else None
    return format_html(_("because {reason}"), reason=value.html) if value else ""
