"""Django app of the room ``ledger``."""

from django.apps import AppConfig


class LedgerConfig(AppConfig):
    """Registers the room with Django."""

    name = "bashgah.ledger"
    label = "ledger"
