"""How allauth signs staff in here: by invitation only, with wrong tries counted for good."""

from __future__ import annotations

import hashlib
from base64 import urlsafe_b64encode
from datetime import datetime
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.http import HttpRequest

from bashgah.ground import clock
from bashgah.ground.audit import audit_post
from bashgah.ground.throttle import throttle_return, throttle_take
from bashgah.ground.types import Actor, Limit
from bashgah.kit.ids import public
from bashgah.kit.refusals import Refusal

# per address typed: ten wrong tries in five minutes, fifty a day; per network address: sixty in ten minutes
PER_ACCOUNT = (Limit(10, 300), Limit(50, 86_400))
PER_ADDRESS = (Limit(60, 600),)


class AccountAdapter(DefaultAccountAdapter):
    """Staff accounts: nobody signs up, and guessing stops early."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Say no: staff come by invitation."""
        return False

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Let a try pass only while the account and the network address have tries left."""
        super().pre_authenticate(request, **credentials)
        typed = str(credentials.get("email") or credentials.get("username") or "").strip().lower()
        self._taken: list[tuple[str, datetime]] = []
        keys = [(f"signin:address:{self.get_client_ip(request)}", PER_ADDRESS)]
        if typed:
            keys.append((f"signin:account:{_digest(typed)}", PER_ACCOUNT))
        moment = clock.now()
        try:
            for key, limits in keys:
                throttle_take(key=key, limits=limits, now=moment)
                self._taken.append((key, moment))
        except Refusal as refusal:
            raise self.validation_error("too_many_login_attempts") from refusal

    def login(self, request: HttpRequest, user: Any) -> None:
        """Sign the person in and write it down: who, from where."""
        super().login(request, user)
        audit_post(
            club_id=None,
            actor=Actor(kind="staff", id=public("staff", user.pk), name=str(user)),
            action="staff.signed_in",
            target=public("staff", user.pk),
            details={"address": self.get_client_ip(request)},
            now=clock.now(),
        )

    def authenticate(self, request: HttpRequest, **credentials: Any) -> AbstractBaseUser | None:
        """Give the try back when it was no guess: only failures count."""
        user = super().authenticate(request, **credentials)
        if user is not None:
            for key, moment in self._taken:
                throttle_return(key=key, now=moment)
        return user


class SocialAccountAdapter(DefaultSocialAccountAdapter):
    """Sign-in by the company's own identity provider: only for people who are staff already."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: Any) -> bool:
        """Say no: staff come by invitation."""
        return False


class FactorAdapter(DefaultMFAAdapter):
    """Second factors: secrets are stored encrypted."""

    def encrypt(self, text: str) -> str:
        """Encrypt a TOTP seed or a recovery seed for its row."""
        return _sealed().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """Open what ``encrypt`` closed, also under an older key."""
        return _sealed().decrypt(encrypted_text.encode()).decode()


def _sealed() -> MultiFernet:
    return MultiFernet(
        [
            Fernet(urlsafe_b64encode(hashlib.sha256(b"second-factor:" + key.encode()).digest()))
            for key in settings.SECRET_KEYS
        ]
    )


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32]
