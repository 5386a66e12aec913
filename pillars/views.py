"""Where people make, see and revoke their own tokens: beside the plans, which the account's page does not know."""

from typing import cast

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from pillars.forms import TokenForm
from pillars.models import Plan
from tracker.actions import revoke_tokens
from tracker.choices import TokenState
from tracker.errors import Refused
from tracker.filters import refuse_unknown
from tracker.forms import show_refusal
from tracker.http import web_actor
from tracker.idempotency import once_by_page
from tracker.models import ApiToken, User
from tracker.rules import MOST_TOKENS
from tracker.tokens import issue_token

MOMENT = frozenset({"as_of"})
SHOWN = 50  # tokens on the page: all that can be used, and the newest of the others


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def tokens(request: HttpRequest) -> HttpResponse:
    """One's tokens, and a form for another. Its secret is in the answer to that form, and nowhere else ever."""
    refuse_unknown(request.GET, MOMENT)
    user, now, secret = cast(User, request.user), timezone.now(), ""
    plans = list(Plan.objects.visible_to(user).for_list())
    form = TokenForm(request.POST or None, plans=plans)
    if request.method == "POST" and form.is_valid():
        try:
            carried = once_by_page(request, lambda: issue_token(user=user, **form.asked, by=web_actor(request), at=now))
        except Refused as error:
            show_refusal(form, error)
        else:
            if carried.again:
                sentence = _("This token is made already. Its secret cannot be shown again: revoke it if you lost it.")
                messages.warning(request, sentence)
                return redirect("tokens")
            secret, form = carried.result[1], TokenForm(plans=plans)
    rows = [(token, token.state(at=now)) for token in ApiToken.objects.filter(user=user).for_list(at=now)[:SHOWN]]
    context = {
        "form": form,
        "rows": rows,
        "secret": secret,
        "address": f"{settings.BASE_URL}{reverse('api:plan-list')}",
        "usable": TokenState.USABLE,
        "most": MOST_TOKENS,
        "has_access": bool(user.access.grants),
    }
    refused = request.method == "POST" and not secret
    return render(request, "pillars/tokens.html", context, status=422 if refused else 200)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def token_revoke(request: HttpRequest, prefix: str) -> HttpResponse:
    """Revoke a token of one's own, once one has said so twice. Nobody else's is found here."""
    refuse_unknown(request.GET, MOMENT)
    user, now = cast(User, request.user), timezone.now()
    token = ApiToken.objects.filter(user=user, prefix=prefix).first()
    if token is None:
        raise Http404
    if request.method == "POST":
        revoked = revoke_tokens(user=user, prefixes=[prefix], by=web_actor(request), at=now)
        if revoked:
            messages.success(request, _("The token “%(name)s” is revoked.") % {"name": token.name})
        else:
            messages.warning(request, _("The token “%(name)s” could not be used any more.") % {"name": token.name})
        return redirect("tokens")
    return render(request, "pillars/token_revoke.html", {"token": token, "state": token.state(at=now)})
