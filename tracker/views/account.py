"""Signing in and out, the first administrator, and a person's own settings."""

from typing import Any, cast

from django.contrib import messages
from django.contrib.auth import login, update_session_auth_hash
from django.contrib.auth.decorators import login_required
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.views import LoginView, LogoutView
from django.core import signing
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from tracker.actions import change_password, first_administrator, has_administrator
from tracker.choices import Theme
from tracker.errors import Refused, TooManyTries
from tracker.filters import refuse_unknown
from tracker.forms import AccountForm, PasswordForm, SetupForm, SignInForm, show_refusal
from tracker.http import client_address
from tracker.middleware import remember
from tracker.models import User
from tracker.pages import in_language

SETUP_SALT = "first administrator"
SETUP_SECONDS = 24 * 60 * 60
MOMENT = frozenset({"as_of"})


def local_path(request: HttpRequest, target: str) -> str:
    """The target if it is a path of this site, else nothing."""
    safe = url_has_allowed_host_and_scheme(
        target, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return target if safe and target.startswith("/") else ""


class SignIn(LoginView):
    """Name and password; goes on to the page that was asked for, in the language of the account."""

    template_name = "tracker/sign_in.html"
    authentication_form = SignInForm
    redirect_authenticated_user = True

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        refuse_unknown(request.GET, MOMENT | {self.redirect_field_name})
        return super().dispatch(request, *args, **kwargs)

    def get_redirect_url(self, request: HttpRequest | None = None) -> str:
        """The page that was asked for, unless that is this one."""
        sent = self.request.POST.get(self.redirect_field_name, self.request.GET.get(self.redirect_field_name, ""))
        target = local_path(self.request, sent)
        return "" if target.partition("?")[0] == self.request.path else target

    def get_success_url(self) -> str:
        """There, or home."""
        language = cast(User, self.request.user).language
        return in_language(self.get_redirect_url() or reverse("home"), language)

    def form_invalid(self, form: AuthenticationForm) -> HttpResponse:
        """The form again, with what is wrong."""
        response = super().form_invalid(form)
        _say_when(response, cast(SignInForm, form).barred)
        return response


def _say_when(response: HttpResponse, barred: TooManyTries | None) -> None:
    """Tell programs too how long to wait."""
    if barred is not None:
        response.status_code = barred.status
        response["Retry-After"] = str(-(-barred.wait.total_seconds() // 1)).removesuffix(".0")


class SignOut(LogoutView):
    """Ends the session; only a POST does."""

    template_name = "tracker/signed_out.html"
    next_page = None

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        refuse_unknown(request.GET, MOMENT)
        return super().dispatch(request, *args, **kwargs)


def setup_token() -> str:
    """The secret of the one-time link: good for a day, and dead once an administrator exists."""
    return signing.dumps("administrator", salt=SETUP_SALT)


@require_http_methods(["GET", "HEAD", "POST"])
def setup(request: HttpRequest, token: str) -> HttpResponse:
    """The one-time link: make the first administrator, and sign them in."""
    refuse_unknown(request.GET, MOMENT)
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
    refuse_unknown(request.GET, MOMENT)
    user = cast(User, request.user)
    form = AccountForm(request.POST or None, instance=user)
    if request.method == "POST" and form.is_valid():
        if "name" in form.changed_data:
            user.named_at = timezone.now()
        form.save()
        with translation.override(user.language or translation.get_language()):
            messages.success(request, _("Your settings are saved."))
            return redirect("account")
    context = {"form": form, "grants": sorted(user.access.grants)}
    return render(request, "tracker/account.html", context, status=422 if form.is_bound else 200)


@sensitive_post_parameters()
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def password(request: HttpRequest) -> HttpResponse:
    """Another password for oneself. This session stays, all others of the account end."""
    refuse_unknown(request.GET, MOMENT)
    user = cast(User, request.user)
    form = PasswordForm(request.POST or None, user=user, address=client_address(request), at=timezone.now())
    if request.method == "POST" and form.is_valid():
        try:
            change_password(user=user, password=form.cleaned_data["password"])
        except Refused as error:
            show_refusal(form, error)
        else:
            update_session_auth_hash(request, user)
            messages.success(request, _("Your password is changed. Everywhere else you are signed out."))
            return redirect("account")
    context = {"form": form, "cancel_url": reverse("account")}
    response = render(request, "tracker/password.html", context, status=422 if form.is_bound else 200)
    _say_when(response, form.barred)
    return response


@require_POST
def theme(request: HttpRequest) -> HttpResponse:
    """The colours of this browser, and of the account when signed in; back to the page one came from."""
    refuse_unknown(request.GET, MOMENT)
    chosen = request.POST.get("theme", "")
    if chosen not in Theme.values:
        raise Http404
    if request.user.is_authenticated:
        User.objects.filter(pk=request.user.pk).update(theme=chosen)
    response = HttpResponseRedirect(local_path(request, request.POST.get("next", "")) or reverse("home"))
    remember(response, "theme", chosen)
    return response
