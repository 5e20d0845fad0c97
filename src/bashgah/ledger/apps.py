"""Django app of the room ``ledger``."""

from django.apps import AppConfig


class LedgerConfig(AppConfig):
    """Registers the room with Django."""

    name = "bashgah.ledger"
    label = "ledger"

    def ready(self) -> None:
        """Add this room's part to the export and erasure of a member."""
        from bashgah.ledger.exports import statement_export, wallets_export
        from bashgah.ledger.forgetting import PART
        from bashgah.members import forgetting
        from bashgah.members.exports import PARTS, ExportPart

        PARTS.add(ExportPart("wallets", wallets_export))
        PARTS.add(ExportPart("statement", statement_export))
        forgetting.PARTS.add(PART)
