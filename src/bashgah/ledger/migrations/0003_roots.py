"""Closed days with their sums and chained roots; entries are found by when they were recorded."""

import django.contrib.postgres.indexes
from django.db import migrations, models

from bashgah.ground.migrations_support import append_only


class Migration(migrations.Migration):

    dependencies = [
        ('ledger', '0002_lapse_and_confirmation'),
    ]

    operations = [
        migrations.CreateModel(
            name='Day',
            fields=[
                ('pk', models.CompositePrimaryKey('club_id', 'day', 'unit', blank=True, editable=False, primary_key=True, serialize=False)),
                ('postings', models.BigIntegerField()),
                ('allocations', models.BigIntegerField()),
                ('issued', models.BigIntegerField()),
                ('reversed', models.BigIntegerField()),
                ('redeemed', models.BigIntegerField()),
                ('expired', models.BigIntegerField()),
                ('adjusted', models.BigIntegerField()),
                ('transferred', models.BigIntegerField()),
                ('closing', models.BigIntegerField()),
                ('day', models.DateField()),
                ('club_id', models.UUIDField()),
                ('unit', models.TextField()),
                ('movements_hash', models.BinaryField()),
                ('allocations_hash', models.BinaryField()),
            ],
        ),
        migrations.CreateModel(
            name='Root',
            fields=[
                ('pk', models.CompositePrimaryKey('club_id', 'day', blank=True, editable=False, primary_key=True, serialize=False)),
                ('since', models.DateTimeField()),
                ('until', models.DateTimeField()),
                ('closed_at', models.DateTimeField()),
                ('entries', models.BigIntegerField()),
                ('day', models.DateField()),
                ('club_id', models.UUIDField()),
                ('root', models.BinaryField()),
            ],
        ),
        migrations.AddIndex(
            model_name='entry',
            index=django.contrib.postgres.indexes.BrinIndex(fields=['recorded_at'], name='entries_by_recording', pages_per_range=32),
        ),
        migrations.AddConstraint(
            model_name='day',
            constraint=models.CheckConstraint(condition=models.Q(('allocations__gte', 0), ('issued__gte', 0), ('postings__gte', 0), ('reversed__gte', 0)), name='a_day_counts_upwards'),
        ),
        append_only("ledger_root"),
        append_only("ledger_day"),
    ]
