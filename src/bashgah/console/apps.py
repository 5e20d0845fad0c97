"""Django app of the room ``console``."""

from django.apps import AppConfig


class ConsoleConfig(AppConfig):
    """Registers the room with Django."""

    name = "bashgah.console"
    label = "console"

    def ready(self) -> None:
        """Remember with a person of the staff the language they choose."""
        from bashgah.access.services import staff_locale_set
        from bashgah.ui.views import language_keepers

        language_keepers.append(lambda request, lang: staff_locale_set(staff_id=request.user.pk, locale=lang))
