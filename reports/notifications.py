"""The week in short: who is written to when a rollup is sealed, and what its payload says."""

import json
from datetime import datetime, timedelta
from functools import lru_cache, partial
from typing import Any

from django.db.models import Exists, OuterRef, Value
from django.db.models.functions import Concat
from django.utils.translation import gettext as _

from initiatives import notifications as of_initiatives
from initiatives.choices import SecurityMarking
from initiatives.models import Initiative
from initiatives.notifications import access_in, access_to
from reports.brief.mail import parts_of
from reports.models import WeeklyRollup
from tracker.choices import MailKind, SkipReason
from tracker.letters import Author, Letter, Line, absolute, page
from tracker.models import Mail, MailRound
from tracker.outbox import Draft, hold_round, pass_over
from tracker.rules import Access

NEWS = timedelta(days=14)  # a week that locked longer ago is no news any more

Payload = dict[str, Any]


def announce(*, at: datetime) -> int:
    """Leave the mails about rollups that are sealed, once each; how many. Weeks of long ago are passed over."""
    kind = MailKind.DIGEST
    occasion = Concat(Value(f"{kind}/"), OuterRef("code"))
    unheld = WeeklyRollup.objects.filter(~Exists(MailRound.objects.filter(occasion=occasion)))
    rollups = list(unheld.select_related("plan", "week").defer("payload").order_by("pk"))
    old = [rollup for rollup in rollups if rollup.week.locks_at < at - NEWS]
    pass_over((f"{kind}/{rollup.code}" for rollup in old), kind, at=at)
    return sum(
        hold_round(f"{kind}/{rollup.code}", kind, partial(_about, rollup, at=at), at=at)
        for rollup in rollups
        if rollup not in old
    )


def compose(mail: Mail, at: datetime) -> Author | SkipReason:
    """What any mail of the tracker says, read now; or why nothing is left to say."""
    return _digest(mail, at=at) if mail.kind == MailKind.DIGEST else of_initiatives.compose(mail, at)


def _about(rollup: WeeklyRollup, *, at: datetime) -> list[Draft]:
    """One mail to each who has a role on the plan as a whole or on a pillar."""
    plan = rollup.plan.code
    return [
        Draft(rollup.code, MailKind.DIGEST, person, plan, {"rollup": rollup.code})
        for person, access in sorted(access_in(rollup.plan, at=at).items())
        if access.whole_plan(plan) or _pillars(access, plan)
    ]


def _pillars(access: Access, plan: str) -> set[int]:
    """Numbers of the pillars in a person's scopes; codes of initiatives are never all digits."""
    codes = [scope.partition("/")[2] for _role, scope in access.grants if scope.startswith(f"{plan}/")]
    return {int(code) for code in codes if code.isdecimal()}


def _digest(mail: Mail, *, at: datetime) -> Author | SkipReason:
    rollup = WeeklyRollup.objects.for_list().get(code=mail.about["rollup"])
    if rollup.week.locks_at < at - NEWS:
        return SkipReason.TOO_LATE
    access, plan = access_to(rollup.plan, mail.recipient_id, at=at), rollup.plan.code
    pillars = _pillars(access, plan)
    whole = access.whole_plan(plan)
    if not (whole or pillars):
        return SkipReason.NO_ACCESS
    guarded = Initiative.objects.filter(plan=rollup.plan_id).exclude(security_marking=SecurityMarking.UNCLASSIFIED)
    # A protected initiative is named by its code at most: mail is read by others on its way.
    hidden = frozenset(guarded.values_list("code", flat=True))
    payload = _payload(rollup.code, rollup.sha256)
    return lambda: _letter(rollup, payload, set() if whole else pillars, hidden)


@lru_cache(maxsize=4)
def _payload(code: str, sha256: str) -> Payload:
    """A sealed payload, read once for all its readers."""
    found: Payload = json.loads(WeeklyRollup.objects.values_list("payload", flat=True).get(code=code, sha256=sha256))
    return found


def _letter(rollup: WeeklyRollup, payload: Payload, pillars: set[int], hidden: frozenset[str]) -> Letter:
    """Of the plan, or of some `pillars` only."""
    named = {"rollup": rollup.code, "plan": payload["plan"]["code"], "week": payload["week"]["code"]}
    url = absolute(rollup.get_absolute_url())
    if pillars:
        url = f"{page('pillar', named['plan'], min(pillars))}?as_of=r{payload['as_of']}"
    simulated = _("This plan is simulated: its data are invented.") + " " if payload["plan"]["simulated"] else ""
    return Letter(
        subject=_("%(plan)s %(week)s in short") % named,
        todo=_("Read the week in short; %(rollup)s is sealed, and will not change.") % named,
        link=Line(rollup.code, url),
        parts=parts_of(payload, pillars, hidden, url),
        why=simulated + _("You get this because you have a role on %(plan)s or on a pillar of it.") % named,
    )
