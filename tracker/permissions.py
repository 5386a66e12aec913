"""Who is told who made a change, and why.

Both may tell of things out of the reader's scope: only who sees every plan gets them, and authors theirs.
"""

from django.db.models import Q

from tracker.models import Revision, User


def knows_why(user: User, revision: Revision) -> bool:
    """Whether the person is told who made this revision, and why."""
    return user.access.everywhere or (revision.actor_id is not None and revision.actor_id == _author(user))


def known_revisions(user: User) -> Q:
    """The condition that the person is told who made a revision, and why; a search by either must not go beyond."""
    return Q() if user.access.everywhere else Q(actor=_author(user))


def _author(user: User) -> int:
    """Whose revisions are the person's own; nobody's for a token of some plans, which revisions reach beyond."""
    return user.pk if user.only_plans is None else 0
