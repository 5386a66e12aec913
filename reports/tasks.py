"""What Celery runs. A task carries ids only, reads the clock once, and calls one function.

Messages are acknowledged when a task begins, not when it ends: one that is lost half-way is handed out again by the
next tick, ten seconds later, while the broker would keep it for an hour. And a worker has nothing left to say to a
broker that went away meanwhile: Celery 5.7 dies of an acknowledgement that it cannot send.
"""

from celery import shared_task
from django.utils import timezone

from reports import cycle
from tracker.idempotency import forget_answers


@shared_task(name="reports.tick", acks_late=False, reject_on_worker_lost=False)
def tick(**_: object) -> None:
    """The one scheduled task, every ten seconds: make, lock, hand out what is to be sealed, forget old keys."""
    now = timezone.now()
    cycle.beat(at=now)
    # Each step reads what is there, so one that fails for some plan does not keep the next from the others.
    try:
        cycle.make_weeks(at=now)
    finally:
        try:
            cycle.lock_weeks(at=now)
        finally:
            try:
                for plan_id in cycle.plans_to_publish():
                    publish.apply_async(kwargs={"plan_id": plan_id}, expires=60)
            finally:
                forget_answers(at=now)


@shared_task(name="reports.publish", acks_late=False, reject_on_worker_lost=False)
def publish(*, plan_id: int, **_: object) -> None:
    """Seal the rollups that a plan owes."""
    cycle.publish_due(plan_id, at=timezone.now())
