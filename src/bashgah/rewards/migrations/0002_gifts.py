from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("rewards", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="claim",
            name="is_gift",
            field=models.BooleanField(db_default=False, default=False),
        ),
    ]
