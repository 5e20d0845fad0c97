"""When the club's tiers were reviewed, for whoever goes through the past again."""

from django.db import migrations, models

from bashgah.ground.migrations_support import append_only


class Migration(migrations.Migration):

    dependencies = [("tiers", "0001_initial")]

    operations = [
        migrations.CreateModel(
            name="Reviewed",
            fields=[
                ("pk", models.CompositePrimaryKey("club_id", "day", blank=True, editable=False, primary_key=True, serialize=False)),
                ("at", models.DateTimeField()),
                ("day", models.DateField()),
                ("club_id", models.UUIDField()),
            ],
        ),
        append_only("tiers_reviewed"),
    ]
