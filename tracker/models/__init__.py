"""Ground-floor models: organizations, places, roles, tokens, sign-ins, keys of writes, revisions, mails, heartbeats."""

from tracker.models.export import ExportChunk, ExportJob, ExportRecord
from tracker.models.grant import RoleGrant
from tracker.models.heartbeat import Heartbeat
from tracker.models.idempotency import IdempotencyKey
from tracker.models.mail import Mail, MailRound
from tracker.models.organization import Organization
from tracker.models.place import Place
from tracker.models.revision import Revision
from tracker.models.sign_in import SignInFailures
from tracker.models.task_run import TaskRun
from tracker.models.token import ApiToken
from tracker.models.user import User

__all__ = [
    "ApiToken",
    "ExportChunk",
    "ExportJob",
    "ExportRecord",
    "Heartbeat",
    "IdempotencyKey",
    "Mail",
    "MailRound",
    "Organization",
    "Place",
    "Revision",
    "RoleGrant",
    "SignInFailures",
    "TaskRun",
    "User",
]
