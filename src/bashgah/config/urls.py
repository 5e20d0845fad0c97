"""The house's street plan: which door answers where."""

from __future__ import annotations

from importlib.util import find_spec

from django.urls import URLPattern, URLResolver, include, path

from bashgah.config import health

urlpatterns: list[URLPattern | URLResolver] = [
    path("livez", health.livez, name="livez"),
    path("readyz", health.readyz, name="readyz"),
    path("metrics", health.metrics, name="metrics"),
    path("accounts/", include("allauth.urls")),
    path("ui/", include("bashgah.ui.urls")),
]

# doors from the longest address to the shortest: the portal is the club's own home
for address, door in (
    ("api/", "bashgah.api.urls"),
    ("console/", "bashgah.console.urls"),
    ("till/", "bashgah.till.urls"),
    ("", "bashgah.portal.urls"),
):
    if find_spec(door):
        urlpatterns.append(path(address, include(door)))

handler400 = "bashgah.ui.views.bad_request"
handler403 = "bashgah.ui.views.forbidden"
handler404 = "bashgah.ui.views.not_found"
handler500 = "bashgah.ui.views.server_error"
