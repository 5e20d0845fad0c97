"""Facts held back for a person to look at."""

from django.db import migrations, models

from bashgah.ground.migrations_support import grant_columns


class Migration(migrations.Migration):

    dependencies = [
        ('activities', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Review',
            fields=[
                ('pk', models.CompositePrimaryKey('club_id', 'id', blank=True, editable=False, primary_key=True, serialize=False)),
                ('occurred_at', models.DateTimeField()),
                ('received_at', models.DateTimeField()),
                ('decided_at', models.DateTimeField(null=True)),
                ('club_id', models.UUIDField()),
                ('id', models.UUIDField()),
                ('reason', models.TextField()),
                ('decision', models.TextField(blank=True)),
                ('source', models.TextField(db_collation='C')),
                ('reference', models.TextField(db_collation='C')),
                ('body', models.BinaryField()),
            ],
            options={
                'constraints': [models.UniqueConstraint(condition=models.Q(('decided_at__isnull', True)), fields=('club_id', 'source', 'reference'), name='one_fact_waits_per_reference')],
            },
        ),
        grant_columns("activities_review", ["occurred_at", "received_at", "reason", "body", "decided_at", "decision"]),
    ]
