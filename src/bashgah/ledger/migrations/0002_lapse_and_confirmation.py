"""Wallets that lapse by inactivity, lots that wait for a confirmation, and coming expiry found by its date."""

from django.contrib.postgres.indexes import BrinIndex
from django.db import migrations, models

from bashgah.ground.migrations_support import grant_columns


class Migration(migrations.Migration):
    dependencies = [("ledger", "0001_initial")]

    operations = [
        migrations.AddField("wallet", "lapses_at", models.DateTimeField(null=True)),
        migrations.AddField("lot", "confirm_by", models.DateTimeField(null=True)),
        migrations.AddIndex(
            "lot",
            BrinIndex(fields=["expires_at"], name="lots_by_expiry", pages_per_range=32, autosummarize=True),
        ),
        grant_columns(
            "ledger_wallet",
            ["available", "pending", "held", "debt", "earned_ever", "next_change_at", "lapses_at"],
        ),
    ]
