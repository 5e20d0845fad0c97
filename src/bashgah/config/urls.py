"""The house's street plan: which door answers where."""

from __future__ import annotations

from django.urls import include, path

from bashgah.config import health

urlpatterns = [
    path("livez", health.livez, name="livez"),
    path("readyz", health.readyz, name="readyz"),
    path("metrics", health.metrics, name="metrics"),
    path("accounts/", include("allauth.urls")),
    path("ui/", include("bashgah.ui.urls")),
    path("api/", include("bashgah.api.urls")),
    path("console/", include("bashgah.console.urls")),
    path("till/", include("bashgah.till.urls")),
    # the portal is the club's own home, so it comes last
    path("", include("bashgah.portal.urls")),
]

handler400 = "bashgah.ui.views.bad_request"
handler403 = "bashgah.ui.views.forbidden"
handler404 = "bashgah.ui.views.not_found"
handler500 = "bashgah.ui.views.server_error"
