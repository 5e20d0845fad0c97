"""OAuth2 scopes as the token endpoint knows them: those of the client's own row, none of a revoked one."""

from __future__ import annotations

from typing import Any

from oauth2_provider.scopes import BaseScopes

from bashgah.access import permissions
from bashgah.access.models import OAuthClient
from bashgah.kit.phrases import say


class ClubScopes(BaseScopes):
    """The scopes backend named in the settings."""

    def get_all_scopes(self) -> dict[str, str]:
        """Return every scope with its English label."""
        return {key: say(permissions.PERMISSIONS[key].label, "en") for key in permissions.SCOPES}

    def get_available_scopes(self, application: Any = None, *_args: Any, **_kwargs: Any) -> list[str]:
        """Return what this client may ask for."""
        if application is None:
            return list(permissions.SCOPES)
        client = OAuthClient.objects.filter(application_id=application.id, revoked_at__isnull=True).first()
        return list(client.scopes) if client else []

    def get_default_scopes(self, application: Any = None, *_args: Any, **_kwargs: Any) -> list[str]:
        """Return what a client gets that asks for nothing in particular: all it may have."""
        return self.get_available_scopes(application)
