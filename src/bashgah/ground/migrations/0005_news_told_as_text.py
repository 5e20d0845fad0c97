"""News keeps its payload as text until the relay hands it out: nobody looks into it before."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("ground", "0004_shared_cache")]

    operations = [
        migrations.AlterField(model_name="newsitem", name="payload", field=models.TextField()),
    ]
