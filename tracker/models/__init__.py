"""Ground-floor models: people, organizations, places, grants of roles, tokens, revisions, heartbeats, sign-ins."""

from tracker.models.grant import RoleGrant
from tracker.models.heartbeat import Heartbeat
from tracker.models.organization import Organization
from tracker.models.place import Place
from tracker.models.revision import Revision
from tracker.models.sign_in import SignInFailures
from tracker.models.token import ApiToken
from tracker.models.user import User

__all__ = ["ApiToken", "Heartbeat", "Organization", "Place", "Revision", "RoleGrant", "SignInFailures", "User"]
