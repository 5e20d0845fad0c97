"""Proofs of the books that people ask for, with what they found."""

from django.db import migrations, models

from bashgah.ground.migrations_support import grant_columns


class Migration(migrations.Migration):

    dependencies = [
        ('accounting', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Proof',
            fields=[
                ('id', models.UUIDField(primary_key=True, serialize=False)),
                ('job', models.BigIntegerField(null=True)),
                ('asked_at', models.DateTimeField()),
                ('done_at', models.DateTimeField(null=True)),
                ('club_id', models.UUIDField()),
                ('asked_by', models.TextField()),
                ('findings', models.JSONField(default=list)),
            ],
            options={
                'indexes': [models.Index(fields=['club_id', 'id'], name='proofs_of_a_club')],
            },
        ),
        grant_columns("accounting_proof", ["done_at", "findings"]),
    ]
