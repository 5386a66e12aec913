"""The tracker's addresses, with the peers' before them."""

from django.urls import path

from bench import stock
from config import urls as ours

handler500 = ours.handler500

urlpatterns = [
    *(path(f"api/stock/{name}/", view.as_view()) for name, view in stock.LISTS.items()),
    path("api/stock/plain-entries/", stock.PlainEntries.as_view()),
    path("en/stock/select-1/", stock.select_1),
    *ours.urlpatterns,
]
