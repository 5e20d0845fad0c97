"""What a production installation must have before it may start; each fault is a sentence with its way out."""

from __future__ import annotations

from bashgah.config.environment import Environment


def faults(environment: Environment) -> list[str]:
    """Return why this environment may not serve members; a trial machine may lack all of it."""
    if not environment.is_production:
        return []
    wanted = {
        "SECRET_KEYS must be set: keys made on one machine do not open what another closed": not (
            environment.secret_keys
        ),
        "DATABASE_URL must name the app role's database": not environment.database_url,
        "BASHGAH_HOSTS must list the host names this installation answers to": not environment.hosts,
        "BASHGAH_HOSTS may not be a star: the Host header would be believed": "*" in environment.hosts,
        "BASHGAH_ORIGIN must be the https address people use": not environment.origin.startswith("https://"),
        "BASHGAH_DEBUG shows secrets to strangers: leave it out": environment.debug,
        "BASHGAH_DAYS_AHEAD settles on days that have not come: leave it out": bool(environment.days_ahead),
        "DATABASE_OWNER_URL belongs to bashgah migrate alone: do not give it to web and worker": bool(
            environment.database_owner_url and not environment.database_as_owner
        ),
    }
    return [sentence for sentence, is_so in wanted.items() if is_so]
