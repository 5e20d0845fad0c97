"""What the environment says: every variable Bashgah reads, typed, with its default."""

from __future__ import annotations

import json
from functools import cached_property
from pathlib import Path
from typing import Literal, NamedTuple
from urllib.parse import parse_qsl, unquote, urlsplit

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from bashgah.ground import places


class EmailSettings(NamedTuple):
    """How letters leave: ``smtp://user:password@host:port/?tls=1&from=club@example.com``."""

    host: str
    port: int
    user: str
    password: str
    use_tls: bool
    sender: str


class Environment(BaseSettings):
    """The installation's settings; names in capitals are the environment variables."""

    model_config = SettingsConfigDict(env_file=None, extra="ignore", populate_by_name=True)

    mode: Literal["local", "production"] = Field("local", validation_alias="BASHGAH_MODE")
    debug: bool = Field(False, validation_alias="BASHGAH_DEBUG")
    database_url: str = Field("", validation_alias="DATABASE_URL")
    database_owner_url: str = Field("", validation_alias="DATABASE_OWNER_URL")
    database_as_owner: bool = Field(False, validation_alias="BASHGAH_DATABASE_AS_OWNER")
    database_app_role: str = Field("bashgah_app", validation_alias="DATABASE_APP_ROLE")
    database_pool: int = Field(12, ge=0, le=200, validation_alias="BASHGAH_DATABASE_POOL")
    secret_keys: str = Field("", validation_alias="SECRET_KEYS")
    hosts: str = Field("", validation_alias="BASHGAH_HOSTS")
    origin: str = Field("", validation_alias="BASHGAH_ORIGIN")
    proxies: int = Field(0, ge=0, le=5, validation_alias="BASHGAH_PROXIES")
    static_collected: bool = Field(False, validation_alias="BASHGAH_STATIC_COLLECTED")
    log_format: Literal["json", "console"] = Field("console", validation_alias="BASHGAH_LOG")
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(
        "INFO", validation_alias="BASHGAH_LOG_LEVEL"
    )
    metrics_open: bool = Field(False, validation_alias="BASHGAH_METRICS_OPEN")
    spark: str = Field("", validation_alias="BASHGAH_SPARK")
    email_url: str = Field("", validation_alias="BASHGAH_EMAIL_URL")
    days_ahead: float = Field(0, ge=0, le=3660, validation_alias="BASHGAH_DAYS_AHEAD")

    @cached_property
    def var(self) -> Path:
        """The folder for everything the installation writes."""
        return places.var_folder()

    @property
    def is_production(self) -> bool:
        return self.mode == "production"

    @property
    def allowed_hosts(self) -> list[str]:
        """Host names this installation answers to; anything on a trial machine."""
        named = [host.strip() for host in self.hosts.split(",") if host.strip()]
        return named or ([] if self.is_production else ["*"])

    def email_settings(self) -> EmailSettings:
        """Read ``BASHGAH_EMAIL_URL``; without it letters are written to files."""
        parts = urlsplit(self.email_url)
        options = dict(parse_qsl(parts.query))
        return EmailSettings(
            host=parts.hostname or "localhost",
            port=parts.port or 25,
            user=unquote(parts.username or ""),
            password=unquote(parts.password or ""),
            use_tls=options.get("tls") == "1",
            sender=options.get("from", "bashgah@localhost"),
        )

    def url_in_force(self) -> str:
        """Return the database address of this process: the app's, or the owner's for migrations.

        Without ``DATABASE_URL`` it is that of the server this installation runs itself, if it runs.
        """
        if self.database_as_owner and self.database_owner_url:
            return self.database_owner_url
        if self.database_url:
            return self.database_url
        note = self.var / "postgres.json"
        if not note.is_file():
            return ""
        remembered = json.loads(note.read_text(encoding="utf-8"))
        return str(remembered["owner_url" if self.database_as_owner else "app_url"])


def database_from_url(url: str, *, pool: int) -> dict[str, object]:
    """Turn a postgres URL (host may be a socket folder in ``?host=``) into Django's dictionary.

    ``pool`` is the most connections a process keeps open; 0 means one for each thread. An empty address
    gives one that names no server, so that commands which need no database still start.
    """
    parts = urlsplit(url or "postgresql:///bashgah")
    if parts.scheme not in {"postgresql", "postgres"}:
        raise ValueError(f"DATABASE_URL must begin with postgresql://, not {parts.scheme}://")
    options: dict[str, object] = dict(parse_qsl(parts.query))
    host = str(options.pop("host", "")) or (unquote(parts.hostname) if parts.hostname else "")
    # the driver prepares nothing, not even for executemany: after a rollback it would throw away whatever is
    # prepared on the connection, and what ``ground.asking`` prepared there with it
    options["prepare_threshold"] = None
    if pool:
        # short, both: who waits is soon told to come again, and a database that is back is soon found again;
        # the pool's own attempts lie further and further apart the longer it was away
        options["pool"] = {
            "min_size": 1,
            "max_size": pool,
            "timeout": 3,
            "reconnect_timeout": 3,
            "max_idle": 300,
        }
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")) or "bashgah",
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": host,
        "PORT": str(parts.port or options.pop("port", "")),
        "OPTIONS": options,
        "CONN_HEALTH_CHECKS": False,
        "ATOMIC_REQUESTS": True,
    }
