"""Evidence: links and files, added to a fact and withdrawn with a reason."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import PureWindowsPath
from typing import Any
from urllib.parse import urlsplit

from django.db.models import Q
from django.utils.translation import gettext as _

from initiatives.models import Evidence, EvidenceFile, Initiative, LedgerEntry, Milestone, Observation
from initiatives.rules.files import claimed_type, file_problem
from tracker.errors import Conflict, Invalid
from tracker.rules import Permission
from tracker.timemachine import Actor, revision
from tracker.writing import require, save


@dataclass(frozen=True, kw_only=True)
class Borne:
    """What evidence bears out: an initiative as a whole, or one milestone, ledger entry or observation of it."""

    initiative: Initiative
    milestone: Milestone | None = None
    entry: LedgerEntry | None = None
    observation: Observation | None = None

    @property
    def row(self) -> Mapping[str, Any]:
        """The columns that say so."""
        return vars(self)


def add_link(*, borne: Borne, title: str, url: str, by: Actor, at: datetime) -> Evidence:
    """A link by http or https. The tracker keeps the address, not what stands there."""
    if urlsplit(url).scheme not in ("http", "https"):
        message = _("Write an address that begins with https:// or http://.")
        raise Invalid(_("The link cannot be added."), fields={"url": message})
    return _added(borne, title.strip() or url[:200], {"url": url}, by=by, at=at)


def add_file(*, borne: Borne, title: str, name: str, content: bytes, by: Actor, at: datetime) -> Evidence:
    """A file, kept with its SHA-256. Raises `Invalid` for a file that is empty, too large, of a kind that is not taken
    or not what its name says."""
    name = "".join(letter for letter in PureWindowsPath(name).name if letter.isprintable())
    problem = file_problem(name, content)
    if problem is not None:
        raise Invalid(_("The file cannot be added."), fields={"file": problem})
    digest = hashlib.sha256(content).hexdigest()
    kept = {"sha256": digest, "file_name": name, "media_type": claimed_type(name), "size": len(content)}
    return _added(borne, title.strip() or name, kept, by=by, at=at, content=content)


def withdraw_evidence(*, evidence: Evidence, reason: str, by: Actor, at: datetime) -> Evidence:
    """It bears nothing out any more, and stays on record with the reason. A withdrawal is final."""
    require(by, Permission.RECORD_FACTS, evidence.initiative.scopes)
    if not reason.strip():
        message = _("Say why it is withdrawn.")
        raise Invalid(message, fields={"reason": message})
    with revision(by=by, reason=f"Evidence {evidence.pk} withdrawn: {reason.strip()}", at=at):
        fresh = Evidence.objects.get(pk=evidence.pk)
        if fresh.withdrawn_reason:
            raise Conflict(_("This evidence is withdrawn already."), code="withdrawn")
        fresh.withdrawn_reason = reason.strip()
        save(fresh)
    return fresh


def _added(
    borne: Borne, title: str, kept: dict[str, Any], *, by: Actor, at: datetime, content: bytes | None = None
) -> Evidence:
    initiative = borne.initiative
    require(by, Permission.RECORD_FACTS, initiative.scopes)
    with revision(by=by, reason=f"Evidence added to {initiative.code}: {title}", at=at):
        same = Q(sha256=kept["sha256"]) if content is not None else Q(url=kept["url"])
        facts = {f"{name}__isnull" if row is None else name: row is None or row for name, row in borne.row.items()}
        if Evidence.objects.standing().filter(same, **facts).exists():
            field = "url" if content is None else "file"
            raise Invalid(_("Nothing is new."), fields={field: _("This is evidence of it already.")})
        if content is not None and not EvidenceFile.objects.filter(pk=kept["sha256"]).exists():
            EvidenceFile.objects.create(sha256=kept["sha256"], content=content)
        evidence = Evidence(**borne.row, title=title, **kept, added_by=by.user, added_at=at)
        save(evidence)
    return evidence
