"""Whether a file that was made in the background may still be handed out: who asked for it must still see all that is
in it."""

from copy import copy
from datetime import timedelta

from django.http import QueryDict
from django.utils import timezone

from initiatives.models import Initiative
from initiatives.models.initiative import visible, within
from reports.datasets import DATASETS
from tracker.choices import ExportFormat
from tracker.exports import Asked, rows_of
from tracker.models import ExportJob, Revision, User
from tracker.rules import Access
from tracker.timemachine import as_of, head, sight_since
from tracker.timemachine.moments import Moment, resolve

# What began to be written so shortly before a file was begun may not have been there yet for those who read it.
UNDER_WAY = timedelta(minutes=1)


def asked_of(job: ExportJob) -> Asked:
    """What the job asks for, of the revision that was newest when it was asked for."""
    moment = resolve(f"r{job.revision}", now=timezone.now()) if job.revision else Moment(0, None, timezone.localdate())
    query = QueryDict(job.query).dict()
    return Asked(dataset=DATASETS[job.dataset], form=ExportFormat(job.form), query=query, moment=moment)


def covers(user: User, job: ExportJob) -> bool:
    """Whether the person still holds every role under which the file was made, and by their roles of today still sees
    each of its rows: an initiative may have moved to another pillar since. What moved out of the person's sight within
    the minute before the file was begun counts as moved since."""
    then = Access(frozenset((role, scope) for role, scope in job.grants))
    if not all(any(_includes(grant, held) for held in user.access.grants) for grant in then.grants):
        return False
    if user.access.everywhere:
        return True
    with as_of(head()):  # also where the request shows the past
        since = _newest_before(job)
        with sight_since(since):
            seen = Initiative.objects.filter(within(then, ""))
        lost = seen.exclude(visible(user, "")).exists()
        return not (lost and _holds_lost_rows(user, job, then, since))


def _includes(then: tuple[str, str], now: tuple[str, str]) -> bool:
    """Whether a role held now is the one held then, at the same place or above it."""
    (role, scope), (role_now, scope_now) = then, now
    return role == role_now and (scope_now in ("", scope) or scope.startswith(f"{scope_now}/"))


def _newest_before(job: ExportJob) -> int:
    """The newest revision that whoever made the file saw for sure; 0 for none."""
    begun = job.started_at or job.asked_at
    found = Revision.objects.filter(at__lte=begun - UNDER_WAY).order_by("-number").values_list("number", flat=True)
    return found.first() or 0


def _holds_lost_rows(user: User, job: ExportJob, then: Access, since: int) -> bool:
    """Whether a row that the file may hold is out of the person's sight: one that they saw then, wherever it stood."""
    asked, reader = asked_of(job), copy(user)
    reader.access = then
    with as_of(job.revision):
        with sight_since(since):
            seen = rows_of(asked, user=reader)
        left = rows_of(asked, user=user)
        return bool(seen.order_by().exclude(pk__in=left.order_by().values("pk")).exists())
