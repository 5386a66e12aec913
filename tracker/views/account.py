"""Signing in and out, the first administrator, and a person's own settings."""

from typing import cast

from django.contrib import messages
from django.contrib.auth import login
from django.contrib.auth.decorators import login_required
from django.contrib.auth.views import LoginView, LogoutView
from django.core import signing
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from tracker.actions import first_administrator, has_administrator
from tracker.choices import Theme
from tracker.errors import Refused
from tracker.forms import AccountForm, SetupForm, SignInForm, show_refusal
from tracker.middleware import remember
from tracker.models import User

SETUP_SALT = "first administrator"
SETUP_SECONDS = 24 * 60 * 60


class SignIn(LoginView):
    """Name and password; goes on to the page that was asked for."""

    template_name = "tracker/sign_in.html"
    authentication_form = SignInForm
    redirect_authenticated_user = True


class SignOut(LogoutView):
    """Ends the session; only a POST does."""

    template_name = "tracker/signed_out.html"
    next_page = None


def setup_token() -> str:
    """The secret of the one-time link: good for a day, and dead once an administrator exists."""
    return signing.dumps("administrator", salt=SETUP_SALT)


@require_http_methods(["GET", "HEAD", "POST"])
def setup(request: HttpRequest, token: str) -> HttpResponse:
    """The one-time link: make the first administrator, and sign them in."""
    try:
        signing.loads(token, salt=SETUP_SALT, max_age=SETUP_SECONDS)
    except signing.BadSignature as error:
        raise Http404 from error
    if has_administrator():
        raise Http404
    form = SetupForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            user = first_administrator(at=timezone.now(), **form.account())
        except Refused as error:
            show_refusal(form, error)
        else:
            login(request, user, backend="django.contrib.auth.backends.ModelBackend")
            return redirect("home")
    status = 422 if form.is_bound else 200
    return render(request, "tracker/setup.html", {"form": form, "expires_hours": 24}, status=status)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def account(request: HttpRequest) -> HttpResponse:
    """Name, language, colours; and which roles one holds, where."""
    user = cast(User, request.user)
    form = AccountForm(request.POST or None, instance=user)
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, _("Your settings are saved."))
        return redirect("account")
    context = {"form": form, "grants": sorted(user.access.grants)}
    return render(request, "tracker/account.html", context, status=422 if form.is_bound else 200)


@require_POST
def theme(request: HttpRequest) -> HttpResponse:
    """The colours of this browser, and of the account when signed in; back to the page one came from."""
    chosen = request.POST.get("theme", "")
    if chosen not in Theme.values:
        raise Http404
    if request.user.is_authenticated:
        User.objects.filter(pk=request.user.pk).update(theme=chosen)
    target = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(
        target, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    response = redirect(target if safe else "home")
    remember(response, "theme", chosen)
    return response
