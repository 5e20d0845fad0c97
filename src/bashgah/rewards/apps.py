"""Django app of the room ``rewards``; at start it puts the kinds on their shelf."""

from django.apps import AppConfig


class RewardsConfig(AppConfig):
    """Registers the room with Django."""

    name = "bashgah.rewards"
    label = "rewards"

    def ready(self) -> None:
        """Load the shelf of kinds, let publishing ask it, and join the export and erasure of a member."""
        from bashgah.engine.validation import REWARD_CHECKS
        from bashgah.members import forgetting
        from bashgah.members.exports import PARTS, ExportPart
        from bashgah.rewards.exports import coupons_export
        from bashgah.rewards.forgetting import PART
        from bashgah.rewards.shelf import kinds_load
        from bashgah.rewards.terms import terms_problems

        kinds_load()
        REWARD_CHECKS.append(terms_problems)
        PARTS.add(ExportPart("coupons", coupons_export))
        forgetting.PARTS.add(PART)
