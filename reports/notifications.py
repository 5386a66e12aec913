"""The week in short: who is written to when a rollup is sealed, and what its payload says."""

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import lru_cache, partial
from typing import Any

from django.db.models import Exists, OuterRef, Value
from django.db.models.functions import Concat
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from initiatives import notifications as of_initiatives
from initiatives.choices import HealthBucket, SecurityMarking
from initiatives.models import Initiative
from initiatives.notifications import access_in, access_to
from reports.choices import Headline
from reports.models import WeeklyRollup
from tracker.choices import MailKind, SkipReason
from tracker.letters import LISTED, Author, Letter, Line, Part, absolute, more, page
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
    parts = [pillar for pillar in payload["pillars"] if pillar["number"] in pillars] if pillars else [payload]
    named = {"rollup": rollup.code, "plan": payload["plan"]["code"], "week": payload["week"]["code"]}
    url = absolute(rollup.get_absolute_url())
    if pillars:
        url = f"{page('pillar', named['plan'], min(pillars))}?as_of=r{payload['as_of']}"
    simulated = _("This plan is simulated: its data are invented.") + " " if payload["plan"]["simulated"] else ""
    return Letter(
        subject=_("%(plan)s %(week)s in short") % named,
        todo=_("Read the week in short; %(rollup)s is sealed, and will not change.") % named,
        link=Line(rollup.code, url),
        parts=(*(_standing(part) for part in parts), *_changed(payload, pillars, hidden)),
        why=simulated + _("You get this because you have a role on %(plan)s or on a pillar of it.") % named,
    )


def _standing(part: Payload) -> Part:
    """Health as a distribution with its coverage, and the headline colour where there is one."""
    health = part["results"]["health"]
    spread = [
        f"{HealthBucket(bucket).label}{_(':')} {health['cells'][bucket]}"
        for bucket in HealthBucket.values
        if health["cells"].get(bucket)
    ]
    lines = [Line(" · ".join(spread))] if spread else []
    coverage = health["coverage"]
    if coverage:
        lines.append(Line(_("Reported: %(counted)s of %(of)s initiatives in progress") % coverage))
    return Part(_title(part), (*_headline(part.get("headline")), *lines))


def _title(part: Payload) -> str:
    title = str(part.get(f"title_{get_language()}") or part.get("plan", {}).get(f"title_{get_language()}") or "")
    return _("Pillar %(number)s: %(title)s") % {"number": part["number"], "title": title} if "number" in part else title


def _headline(headline: Payload | None) -> Iterator[Line]:
    if not headline:
        return
    yield Line(
        _("Headline by rule %(rule)s: %(colour)s")
        % {"rule": headline["rule"], "colour": Headline(headline["colour"]).label}
    )
    override = headline["override"]
    if override:
        colour = Headline(override["colour"]).label
        yield Line(_("Reported otherwise by %(name)s: %(colour)s") % {"name": override["set_by"], "colour": colour})


def _changed(payload: Payload, pillars: set[int], hidden: frozenset[str]) -> Iterator[Part]:
    """Initiatives whose health is not that of the week before."""
    changes = payload.get("changes")
    if not changes:
        return
    within = {row["code"] for row in payload["initiatives"] if not pillars or row["pillar"] in pillars}
    rows = [row for row in changes["initiatives"] if row["code"] in within and "health" in row]
    lines = [*(_became(row, hidden) for row in rows[:LISTED]), *more(len(rows) - LISTED)]
    title = _("Health that changed since %(rollup)s") % {"rollup": changes["since"]}
    yield Part(title, tuple(lines) or (Line(_("no change")),))


def _became(row: Payload, hidden: frozenset[str]) -> Line:
    if row["code"] in hidden:
        return Line(_("%(code)s (protected: read it in the tracker)") % row)
    before, after = (HealthBucket(bucket or HealthBucket.NO_UPDATE).label for bucket in row["health"])
    return Line(f"{row['code']} {row[f'title_{get_language()}']}{_(':')} {before} → {after}")
