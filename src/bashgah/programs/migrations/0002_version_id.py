"""Versions have ids of their own, which no other version ever gets."""

import bashgah.ground.ids
import django.contrib.postgres.functions
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('programs', '0001_initial'),
    ]

    operations = [
        migrations.AddField(
            model_name='version',
            name='id',
            field=models.UUIDField(db_default=django.contrib.postgres.functions.RandomUUID(), default=bashgah.ground.ids.fresh),
        ),
    ]
