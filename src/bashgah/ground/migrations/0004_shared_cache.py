from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("ground", "0003_deliveries_due_by_handler")]

    operations = [
        migrations.CreateModel(
            name="Cached",
            fields=[
                ("key", models.CharField(max_length=64, primary_key=True, serialize=False)),
                ("value", models.TextField()),
                ("stale_at", models.DateTimeField(db_index=True)),
            ],
            options={"db_table": "ground_cache"},
        ),
    ]
