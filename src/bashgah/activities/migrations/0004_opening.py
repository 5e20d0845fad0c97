"""Balances brought along from elsewhere, each under the name it has there."""

from django.db import migrations, models

from bashgah.ground.migrations_support import append_only


class Migration(migrations.Migration):
    dependencies = [("activities", "0003_review_branch")]

    operations = [
        migrations.CreateModel(
            name="Opening",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "club_id",
                        "source",
                        "reference",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("club_id", models.UUIDField()),
                ("member_id", models.UUIDField()),
                ("posting_id", models.UUIDField()),
                ("source", models.TextField(db_collation="C")),
                ("reference", models.TextField(db_collation="C")),
                ("body", models.BinaryField()),
            ],
        ),
        append_only("activities_opening"),
    ]
