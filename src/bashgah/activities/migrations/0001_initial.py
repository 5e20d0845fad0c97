"""The room's tables and what the app role may do with them."""

from django.db import migrations, models

from bashgah.ground.migrations_support import append_only, grant_columns


class Migration(migrations.Migration):

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='Anonymous',
            fields=[
                ('pk', models.CompositePrimaryKey('club_id', 'id', blank=True, editable=False, primary_key=True, serialize=False)),
                ('occurred_at', models.DateTimeField()),
                ('recorded_at', models.DateTimeField()),
                ('gross', models.BigIntegerField()),
                ('net', models.BigIntegerField()),
                ('claimed_at', models.DateTimeField(null=True)),
                ('business_date', models.DateField()),
                ('actor_kind', models.SmallIntegerField()),
                ('club_id', models.UUIDField()),
                ('id', models.UUIDField()),
                ('actor_id', models.UUIDField(null=True)),
                ('claimed_by', models.UUIDField(null=True)),
                ('claim_id', models.UUIDField(null=True)),
                ('branch', models.TextField()),
                ('channel', models.TextField()),
                ('source', models.TextField()),
                ('reference', models.TextField()),
                ('fact', models.BinaryField()),
            ],
        ),
        migrations.CreateModel(
            name='Reference',
            fields=[
                ('pk', models.CompositePrimaryKey('club_id', 'source', 'reference', blank=True, editable=False, primary_key=True, serialize=False)),
                ('club_id', models.UUIDField()),
                ('activity_id', models.UUIDField()),
                ('member_id', models.UUIDField(null=True)),
                ('body', models.BinaryField()),
                ('source', models.TextField(db_collation='C')),
                ('reference', models.TextField(db_collation='C')),
            ],
        ),
        migrations.CreateModel(
            name='Activity',
            fields=[
                ('pk', models.CompositePrimaryKey('member_id', 'id', blank=True, editable=False, primary_key=True, serialize=False)),
                ('occurred_at', models.DateTimeField()),
                ('recorded_at', models.DateTimeField()),
                ('gross', models.BigIntegerField()),
                ('net', models.BigIntegerField()),
                ('business_date', models.DateField()),
                ('program', models.IntegerField()),
                ('semantics', models.SmallIntegerField()),
                ('kind', models.SmallIntegerField()),
                ('actor_kind', models.SmallIntegerField()),
                ('member_id', models.UUIDField()),
                ('id', models.UUIDField()),
                ('club_id', models.UUIDField()),
                ('actor_id', models.UUIDField(null=True)),
                ('about_id', models.UUIDField(null=True)),
                ('branch', models.TextField()),
                ('channel', models.TextField()),
                ('type', models.TextField()),
                ('source', models.TextField()),
                ('reference', models.TextField()),
                ('fact', models.BinaryField()),
                ('state', models.BinaryField()),
                ('outcome', models.BinaryField()),
            ],
            options={
                'indexes': [models.Index(fields=['club_id', 'id'], name='activities_of_a_club')],
            },
        ),
        migrations.CreateModel(
            name='Returned',
            fields=[
                ('pk', models.CompositePrimaryKey('member_id', 'purchase_id', 'line_no', blank=True, editable=False, primary_key=True, serialize=False)),
                ('bought', models.BigIntegerField()),
                ('returned', models.BigIntegerField()),
                ('line_no', models.IntegerField()),
                ('member_id', models.UUIDField()),
                ('club_id', models.UUIDField()),
                ('purchase_id', models.UUIDField()),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('returned__gt', 0), ('returned__lte', models.F('bought'))), name='no_more_returned_than_bought')],
            },
        ),
        append_only("activities_reference"),
        append_only("activities_activity"),
        grant_columns("activities_anonymous", ["claimed_at", "claimed_by", "claim_id"]),
        grant_columns("activities_returned", ["returned"]),
    ]
