"""Addresses of the ground floor, under the language."""

from django.urls import path

from tracker.views import account, gallery, history

urlpatterns = [
    path("sign-in/", account.SignIn.as_view(), name="sign-in"),
    path("sign-out/", account.SignOut.as_view(), name="sign-out"),
    path("setup/<str:token>/", account.setup, name="setup"),
    path("account/", account.account, name="account"),
    path("account/password/", account.password, name="password"),
    path("theme/", account.theme, name="theme"),
    path("history/", history.history, name="history"),
    path("gallery/", gallery.gallery, name="chart-gallery"),
    path("accessibility/", history.accessibility, name="accessibility"),
]
