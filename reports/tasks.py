"""What Celery runs. A task carries ids only, reads the database's clock once, and calls what is due.

Messages are acknowledged when a task begins, not when it ends: one that is lost half-way is handed out again by the
next tick, ten seconds later, while the broker would keep it for an hour. And a worker has nothing left to say to a
broker that went away meanwhile: Celery 5.7 dies of an acknowledgement that it cannot send.
"""

import logging
from collections.abc import Callable
from datetime import datetime

from celery import shared_task
from django.utils import timezone

from initiatives.notifications import remind
from pillars.models import Plan
from reports import cycle, exports, prepared
from reports.notifications import announce, compose
from reports.proof import verify
from tracker import outbox
from tracker.choices import MailState
from tracker.idempotency import forget_answers
from tracker.models import Mail
from tracker.task_runs import Counts, forget_runs, recorded
from tracker.timemachine import database_time

log = logging.getLogger(__name__)


@shared_task(name="reports.tick", acks_late=False, reject_on_worker_lost=False)
@recorded("tick")
def tick(**_: object) -> Counts:
    """The one scheduled task, every ten seconds: does each of `STEPS`. Each reads what is there, so one that fails
    keeps none of the others from theirs; what failed is raised at the end."""
    now = database_time()
    cycle.beat(at=now)
    counts: Counts = {}
    failed: list[Exception] = []
    for step in STEPS:
        try:
            counts[step.__name__] = step(at=now) or 0
        except Exception as error:
            log.exception("tick: %s", step.__name__)
            failed.append(error)
    if failed:
        message = "tick"
        raise ExceptionGroup(message, failed)
    return counts


@shared_task(name="reports.publish", acks_late=False, reject_on_worker_lost=False)
@recorded("publish")
def publish(*, plan_id: int, **_: object) -> Counts:
    """Seal the rollups that a plan owes."""
    return {"sealed": len(cycle.publish_due(plan_id, at=database_time()))}


# The limits, in seconds, stand for what a connection's own time does not bound: the longest mail ends before them.
@shared_task(
    name="reports.send_mail", acks_late=False, reject_on_worker_lost=False, soft_time_limit=120, time_limit=150
)
@recorded("send_mail")
def send_mail(**_: object) -> Counts:
    """Send the mails of the outbox whose time has come, unless another worker is at it. One that waits for its next try
    says so in its row."""
    return {state: count for state, count in outbox.send_due(compose).items() if state != MailState.WAITING}


# Longer than the longest reading of one file: what the database bounds ends by itself, and says so.
@shared_task(
    name="reports.make_exports", acks_late=False, reject_on_worker_lost=False, soft_time_limit=1200, time_limit=1260
)
@recorded("make_exports")
def make_exports(**_: object) -> Counts:
    """Make the files that people wait for, unless another worker is at it."""
    return exports.make_waiting()


@shared_task(name="reports.prepare", acks_late=False, reject_on_worker_lost=False)
@recorded("prepare")
def prepare(*, plan_id: int, **_: object) -> Counts:
    """Compute what the overview of a large plan shows today."""
    prepared.prepare(Plan.objects.get(pk=plan_id), on=timezone.localdate())
    return {}


@shared_task(name="reports.prove", acks_late=False, reject_on_worker_lost=False)
@recorded("verify")
def prove(*, plan_id: int, **_: object) -> Counts:
    """Prove all that is sealed of a plan, as `manage.py verify` does. What does not hold fails the run, by name."""
    findings = list(verify(Plan.objects.get(pk=plan_id)))
    wrong = [f"{finding.code}: {finding.problem}" for finding in findings if finding.problem]
    if wrong:
        raise ProofFailed("; ".join(wrong))
    return {"rollups_hold": len(findings)}


class ProofFailed(Exception):
    """Something that was sealed does not hold any more."""


def hand_out_proofs(*, at: datetime) -> None:
    """Once a day, have each plan's rollups proved."""
    for plan_id in cycle.plans_to_prove(at=at):
        prove.apply_async(kwargs={"plan_id": plan_id}, expires=3600)


def hand_out_rollups(*, at: datetime) -> None:
    """Give each plan that owes rollups to a worker."""
    for plan_id in cycle.plans_to_publish():
        publish.apply_async(kwargs={"plan_id": plan_id}, expires=60)


def hand_out_mail(*, at: datetime) -> None:
    """Have what is due sent, when something is."""
    if Mail.objects.due(at=at).exists():
        send_mail.apply_async(expires=30)


def hand_out_exports(*, at: datetime) -> None:
    """Have the files made that are waited for, when there are any; also those that a worker left half-way."""
    if exports.waiting():
        make_exports.apply_async(expires=30)


def hand_out_overviews(*, at: datetime) -> None:
    """Have the overviews of large plans prepared, where something was written or another day has come."""
    for plan_id in prepared.unprepared(on=timezone.localdate(at)):
        prepare.apply_async(kwargs={"plan_id": plan_id}, expires=10)


STEPS: tuple[Callable[..., int | None], ...] = (
    cycle.make_weeks, cycle.advance_weeks, hand_out_rollups, hand_out_proofs, remind, announce, outbox.settle_mails,
    hand_out_mail, hand_out_exports, hand_out_overviews, forget_answers, outbox.forget_mails, forget_runs,
    exports.forget_exports,
)  # fmt: skip
