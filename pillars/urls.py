"""Addresses of the frame's own pages, under the language."""

from django.urls import path

from pillars import views

urlpatterns = [
    path("account/tokens/", views.tokens, name="tokens"),
    path("account/tokens/<str:prefix>/revoke/", views.token_revoke, name="token-revoke"),
]
