from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("dealings", "0002_merges"),
    ]

    operations = [
        migrations.AddField(
            model_name="adjustment",
            name="over_day",
            field=models.BooleanField(db_default=False, default=False),
        ),
    ]
