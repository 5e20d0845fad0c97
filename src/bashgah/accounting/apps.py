"""Django app of the room ``accounting``."""

from django.apps import AppConfig


class AccountingConfig(AppConfig):
    """Registers the room with Django."""

    name = "bashgah.accounting"
    label = "accounting"
