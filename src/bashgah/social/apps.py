"""Django app of the room ``social``; at start it puts its part into what a member takes along."""

from django.apps import AppConfig


class SocialConfig(AppConfig):
    """Registers the room with Django."""

    name = "bashgah.social"
    label = "social"

    def ready(self) -> None:
        """Add proofs and reviews to the export of a member."""
        from bashgah.members.exports import PARTS, ExportPart
        from bashgah.social.selectors import proofs_export

        PARTS.add(ExportPart("proofs", proofs_export))
