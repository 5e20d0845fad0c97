from django.db import migrations, models

from bashgah.ground.migrations_support import grant_columns


class Migration(migrations.Migration):
    dependencies = [
        ("members", "0003_members_by_any_field"),
    ]

    operations = [
        migrations.AddField(
            model_name="consent",
            name="void_at",
            field=models.DateTimeField(null=True),
        ),
        grant_columns("members_consent", ["void_at"]),
    ]
