"""What people are written to about their own account."""

from django.utils.translation import gettext as _

from tracker.choices import SkipReason
from tracker.letters import Author, Letter, Line, page
from tracker.models import ApiToken, Mail


def token_revoked(mail: Mail) -> Author | SkipReason:
    """That a token was revoked because it came in an address."""
    token = ApiToken.objects.filter(user=mail.recipient_id, prefix=mail.about["token"]).first()
    return SkipReason.NOT_NEEDED if token is None else lambda: _letter(token)


def _letter(token: ApiToken) -> Letter:
    said = {"name": token.name, "prefix": token.prefix}
    return Letter(
        subject=_("Your token “%(name)s” was revoked") % said,
        todo=_(
            "Your token “%(name)s” (apt_%(prefix)s…) came in the address of a request. Addresses stand in logs and "
            "histories, where others can read them, so it was revoked at once. Make another, and send it in the header "
            "“Authorization” or as the password of Basic."
        )
        % said,
        link=Line(_("Your tokens"), page("tokens")),
        why=_("You get this because the token is yours."),
    )
