"""What purchases were paid with, returns of anonymous purchases, returns that wait for theirs."""

from django.db import migrations, models

from bashgah.ground.migrations_support import append_only, grant_columns


class Migration(migrations.Migration):

    dependencies = [
        ('activities', '0004_opening'),
    ]

    operations = [
        migrations.CreateModel(
            name='AnonymousReturn',
            fields=[
                ('pk', models.CompositePrimaryKey('club_id', 'id', blank=True, editable=False, primary_key=True, serialize=False)),
                ('occurred_at', models.DateTimeField()),
                ('recorded_at', models.DateTimeField()),
                ('gross', models.BigIntegerField()),
                ('net', models.BigIntegerField()),
                ('business_date', models.DateField()),
                ('actor_kind', models.SmallIntegerField()),
                ('club_id', models.UUIDField()),
                ('id', models.UUIDField()),
                ('purchase_id', models.UUIDField()),
                ('actor_id', models.UUIDField(null=True)),
                ('branch', models.TextField()),
                ('channel', models.TextField()),
                ('source', models.TextField()),
                ('reference', models.TextField()),
                ('fact', models.BinaryField()),
            ],
            options={
                'indexes': [models.Index(fields=['club_id', 'purchase_id'], name='returns_of_anonymous')],
            },
        ),
        migrations.CreateModel(
            name='AnonymousReturned',
            fields=[
                ('pk', models.CompositePrimaryKey('club_id', 'purchase_id', 'line_no', blank=True, editable=False, primary_key=True, serialize=False)),
                ('bought', models.BigIntegerField()),
                ('returned', models.BigIntegerField()),
                ('line_no', models.IntegerField()),
                ('club_id', models.UUIDField()),
                ('purchase_id', models.UUIDField()),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('returned__gt', 0), ('returned__lte', models.F('bought'))), name='no_more_returned_than_bought_anonymously')],
            },
        ),
        migrations.CreateModel(
            name='Spent',
            fields=[
                ('pk', models.CompositePrimaryKey('member_id', 'purchase_id', 'no', blank=True, editable=False, primary_key=True, serialize=False)),
                ('amount', models.BigIntegerField()),
                ('returned', models.BigIntegerField()),
                ('no', models.SmallIntegerField()),
                ('kind', models.SmallIntegerField()),
                ('member_id', models.UUIDField()),
                ('club_id', models.UUIDField()),
                ('purchase_id', models.UUIDField()),
                ('ref_id', models.UUIDField()),
                ('owner_id', models.UUIDField()),
                ('posting_id', models.UUIDField(null=True)),
                ('unit', models.TextField()),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('returned__gte', 0), ('returned__lte', models.F('amount'))), name='no_more_given_back_than_spent'), models.UniqueConstraint(condition=models.Q(('kind', 3)), fields=('member_id', 'ref_id'), name='one_purchase_per_redemption')],
            },
        ),
        migrations.CreateModel(
            name='Waiting',
            fields=[
                ('pk', models.CompositePrimaryKey('club_id', 'id', blank=True, editable=False, primary_key=True, serialize=False)),
                ('occurred_at', models.DateTimeField()),
                ('received_at', models.DateTimeField()),
                ('closed_at', models.DateTimeField(null=True)),
                ('actor_kind', models.SmallIntegerField()),
                ('club_id', models.UUIDField()),
                ('id', models.UUIDField()),
                ('actor_id', models.UUIDField(null=True)),
                ('source', models.TextField(db_collation='C')),
                ('reference', models.TextField(db_collation='C')),
                ('purchase_source', models.TextField(db_collation='C')),
                ('purchase_reference', models.TextField(db_collation='C')),
                ('outcome', models.TextField(blank=True)),
                ('body_hash', models.BinaryField()),
                ('body', models.BinaryField()),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('closed_at__isnull', True)), fields=['club_id', 'purchase_source', 'purchase_reference'], name='returns_waiting_for_a_purchase')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('closed_at__isnull', True)), fields=('club_id', 'source', 'reference'), name='one_return_waits_per_reference')],
            },
        ),
        grant_columns("activities_spent", ["returned"]),
        append_only("activities_anonymousreturn"),
        grant_columns("activities_anonymousreturned", ["returned"]),
        grant_columns("activities_waiting", ["closed_at", "outcome"]),
    ]
