"""Addresses of the API: version 1, its document and page, the token endpoint."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path, re_path

from bashgah.api import pages
from bashgah.api.app import api
from bashgah.api.through import through

INTAKE_TOO = {"activities": ("POST",)}


def _through(patterns: list[URLPattern]) -> list[URLPattern]:
    """Send every operation through the one door."""
    queries = api.queries()
    for pattern in patterns:
        route = str(pattern.pattern)
        more = INTAKE_TOO.get(route, ())
        pattern.callback = through(pattern.callback, more_methods=more, queries=queries.get(route))
    return patterns


_patterns, _app, _namespace = api.urls

urlpatterns: list[URLPattern | URLResolver] = [
    path("docs", pages.docs, name="api-docs"),
    path("oauth/token", pages.token, name="oauth-token"),
    path("oauth/revoke", pages.revoke, name="oauth-revoke"),
    path("v1/openapi.json", pages.openapi, name="api-openapi"),
    path("v1/activities/batch", through(pages.intake_only), name="api-intake-batch"),
    path("v1/", include((_through(_patterns), _app), namespace=_namespace)),
    re_path(r"^.*$", through(pages.nothing_here), name="api-nothing"),
]
