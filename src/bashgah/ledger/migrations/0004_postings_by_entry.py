"""Postings are found by their entries' ids, which rise with time, so that some days' need not read them all."""

import django.contrib.postgres.indexes
from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('ledger', '0003_roots'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='posting',
            index=django.contrib.postgres.indexes.BrinIndex(fields=['entry_id'], name='postings_by_entry', pages_per_range=32),
        ),
    ]
