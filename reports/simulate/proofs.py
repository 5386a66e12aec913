# ruff: noqa: S608 - names come from the models and the catalogue, never from a request
"""The laws that triggers would have held during the load, asked of its rows before it is committed."""

from collections.abc import Sequence

from django.db.backends.utils import CursorWrapper

from tracker.timemachine.shape import columns
from tracker.timemachine.sql import FOREVER, quoted


class Broken(Exception):
    """The simulation broke a law of the house: a fault of this program. Nothing was written."""


def prove(cursor: CursorWrapper, tables: Sequence[str], *, after: int, head: int) -> None:
    """Raises `Broken`, naming every law and table, unless all hold for the revisions above `after` up to `head`."""
    found = []
    laws = _revisions(after, head) | _rules(after)
    for table in tables:
        live = quoted(columns(cursor, "public", table), "t.")
        laws |= {f"{table}: {law}": query for law, query in _history(table, live, after, head).items()}
    for law, query in laws.items():
        cursor.execute(f"select count(*) from ({query}) broken")
        if count := cursor.fetchone()[0]:
            found.append(f"{count} × {law}")
    if found:
        raise Broken("; ".join(found))


def _revisions(after: int, head: int) -> dict[str, str]:
    numbered = (
        "select number, number - lag(number) over w step, at > lag(at) over w later"
        f" from public.tracker_revision where number >= {after} window w as (order by number)"
    )
    return {
        "revision out of its order": f"select from ({numbered}) r where step <> 1 or not later",
        "revision not marked": (
            f"select from public.tracker_revision where number > {after} and not (replayed and attributed)"
        ),
        "newest revision other than expected": (
            f"select from (select max(number) newest from public.tracker_revision) r where newest <> {head}"
        ),
        "week locked at another revision than the newest known at its cut-off": (
            "select from public.pillars_reportingweek w where w.locked_at is not null"
            f" and w.revision > {after} and w.lock_revision is distinct from"
            " (select number from public.tracker_revision where at <= w.locks_at order by at desc limit 1)"
        ),
    }


def _history(table: str, live: str, after: int, head: int) -> dict[str, str]:
    new, kept = f"from history.{table} h where h.from_rev > {after}", live.replace("t.", "h.")
    same = f"row({live})::record *= row({kept})::record"
    return {
        "row that its newest past shows otherwise": (
            f"select from public.{table} t left join history.{table} h on h.id = t.id and h.to_rev = {FOREVER}"
            f" where t.revision > {after} and (h.id is null or not {same})"
        ),
        "newest past without its row": (
            f"select {new} and h.to_rev = {FOREVER} and not exists (select from public.{table} t where t.id = h.id)"
        ),
        "gap or overlap between two versions": (
            "select from (select to_rev, lead(from_rev) over (partition by id order by from_rev) next"
            f" {new}) v where to_rev is distinct from coalesce(next, {FOREVER})"
        ),
        "version stamped with another revision than the one it begins with": (
            f"select {new} and h.revision is distinct from h.from_rev"
        ),
        "version beyond the newest revision": (
            f"select {new} and (h.from_rev > {head} or h.to_rev > {head} and h.to_rev <> {FOREVER})"
        ),
    }


def _rules(after: int) -> dict[str, str]:
    """What the database asks of each row as it is written, beside constraints."""
    entry = "public.initiatives_ledgerentry"
    return {
        "status update for a week of another plan": (
            "select from public.initiatives_statusupdate u"
            " join public.initiatives_initiative i on i.id = u.initiative_id"
            " join public.pillars_reportingweek w on w.id = u.week_id"
            f" where u.revision > {after} and i.plan_id <> w.plan_id"
        ),
        "reversal that is not the opposite of its entry": (
            f"select from {entry} n join {entry} o on o.id = n.reverses_id where n.revision > {after}"
            " and (o.reverses_id is not null or (o.line_id, o.stage, o.effective_on, o.amount)"
            " is distinct from (n.line_id, n.stage, n.effective_on, -n.amount))"
        ),
        "correction of an entry that is not reversed": (
            f"select from {entry} n where n.corrects_id is not null and n.revision > {after}"
            f" and not exists (select from {entry} r where r.reverses_id = n.corrects_id and r.line_id = n.line_id)"
        ),
        "baseline that nobody approved": (
            "select from public.initiatives_milestonebaseline b left join public.initiatives_changerequest r"
            " on r.id = b.request_id and r.milestone_id = b.milestone_id and r.date = b.date"
            f" and r.decision = 'approved' where b.revision > {after} and b.request_id is not null and r.id is null"
        ),
    }
