"""Runs that compute many members again."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('activities', '0005_returns_in_full'),
    ]

    operations = [
        migrations.CreateModel(
            name='RecomputeRun',
            fields=[
                ('pk', models.CompositePrimaryKey('club_id', 'id', blank=True, editable=False, primary_key=True, serialize=False)),
                ('begun_at', models.DateTimeField()),
                ('ended_at', models.DateTimeField(null=True)),
                ('since', models.DateField()),
                ('members', models.IntegerField(default=0)),
                ('differing', models.IntegerField(default=0)),
                ('left_out', models.IntegerField(default=0)),
                ('actor_kind', models.SmallIntegerField()),
                ('is_applied', models.BooleanField()),
                ('club_id', models.UUIDField()),
                ('id', models.UUIDField()),
                ('actor_id', models.UUIDField(null=True)),
                ('branch', models.TextField(blank=True)),
                ('changes', models.JSONField(default=dict)),
            ],
        ),
    ]
