"""The room's tables and what the app role may do with them."""

import django.db.models.expressions
from django.db import migrations, models

from bashgah.ground.migrations_support import append_only, grant_columns


class Migration(migrations.Migration):

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='Entry',
            fields=[
                ('pk', models.CompositePrimaryKey('member_id', 'id', blank=True, editable=False, primary_key=True, serialize=False)),
                ('occurred_at', models.DateTimeField()),
                ('recorded_at', models.DateTimeField()),
                ('business_date', models.DateField()),
                ('cause', models.SmallIntegerField()),
                ('actor_kind', models.SmallIntegerField()),
                ('member_id', models.UUIDField()),
                ('id', models.UUIDField()),
                ('club_id', models.UUIDField()),
                ('cause_id', models.UUIDField()),
                ('actor_id', models.UUIDField(null=True)),
                ('reason', models.TextField()),
            ],
        ),
        migrations.CreateModel(
            name='Allocation',
            fields=[
                ('pk', models.CompositePrimaryKey('member_id', 'posting_id', 'lot_id', blank=True, editable=False, primary_key=True, serialize=False)),
                ('amount', models.BigIntegerField()),
                ('member_id', models.UUIDField()),
                ('posting_id', models.UUIDField()),
                ('lot_id', models.UUIDField()),
                ('club_id', models.UUIDField()),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('amount', 0), _negated=True), name='allocation_moves_something')],
            },
        ),
        migrations.CreateModel(
            name='Hold',
            fields=[
                ('pk', models.CompositePrimaryKey('member_id', 'id', blank=True, editable=False, primary_key=True, serialize=False)),
                ('amount', models.BigIntegerField()),
                ('opened_at', models.DateTimeField()),
                ('expires_at', models.DateTimeField()),
                ('closed_at', models.DateTimeField(null=True)),
                ('state', models.SmallIntegerField()),
                ('member_id', models.UUIDField()),
                ('id', models.UUIDField()),
                ('club_id', models.UUIDField()),
                ('posting_id', models.UUIDField()),
                ('unit', models.TextField()),
                ('purpose', models.TextField()),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('state', 0)), fields=['expires_at'], name='holds_still_open')],
                'constraints': [models.CheckConstraint(condition=models.Q(('amount__gt', 0)), name='hold_holds_something'), models.CheckConstraint(condition=models.Q(models.Q(('closed_at__isnull', True), ('state', 0)), models.Q(('closed_at__isnull', False), ('state__gt', 0)), _connector='OR'), name='hold_is_closed_once')],
            },
        ),
        migrations.CreateModel(
            name='Lot',
            fields=[
                ('pk', models.CompositePrimaryKey('member_id', 'id', blank=True, editable=False, primary_key=True, serialize=False)),
                ('amount', models.BigIntegerField()),
                ('remaining', models.BigIntegerField()),
                ('available_from', models.DateTimeField(null=True)),
                ('expires_at', models.DateTimeField(null=True)),
                ('is_open', models.BooleanField()),
                ('is_pending', models.BooleanField()),
                ('member_id', models.UUIDField()),
                ('id', models.UUIDField()),
                ('club_id', models.UUIDField()),
                ('unit', models.TextField()),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('is_open', True)), fields=['member_id'], name='lots_still_open')],
                'constraints': [models.CheckConstraint(condition=models.Q(('remaining__gte', 0), ('remaining__lte', models.F('amount'))), name='lot_holds_what_is_left'), models.CheckConstraint(condition=models.Q(models.Q(('is_open', True), ('remaining__gt', 0)), models.Q(('is_open', False), ('remaining', 0)), _connector='OR'), name='lot_is_open_while_something_is_left')],
            },
        ),
        migrations.CreateModel(
            name='Posting',
            fields=[
                ('pk', models.CompositePrimaryKey('member_id', 'id', blank=True, editable=False, primary_key=True, serialize=False)),
                ('amount', models.BigIntegerField()),
                ('original', models.BigIntegerField(null=True)),
                ('reversed_total', models.BigIntegerField(null=True)),
                ('debit', models.SmallIntegerField()),
                ('credit', models.SmallIntegerField()),
                ('n', models.SmallIntegerField(null=True)),
                ('member_id', models.UUIDField()),
                ('id', models.UUIDField()),
                ('entry_id', models.UUIDField()),
                ('club_id', models.UUIDField()),
                ('reverses', models.UUIDField(null=True)),
                ('unit', models.TextField()),
                ('rule', models.TextField()),
            ],
            options={
                'constraints': [models.UniqueConstraint(condition=models.Q(('reverses__isnull', False)), fields=('member_id', 'reverses', 'n'), name='reversals_are_numbered'), models.CheckConstraint(condition=models.Q(('amount__gt', 0)), name='posting_moves_something'), models.CheckConstraint(condition=models.Q(('debit', models.F('credit')), _negated=True), name='posting_has_two_sides'), models.CheckConstraint(condition=models.Q(('credit__in', [1, 2, 3, 11, 12, 13, 14, 15]), ('debit__in', [1, 2, 3, 11, 12, 13, 14, 15])), name='posting_names_known_accounts'), models.CheckConstraint(condition=models.Q(models.Q(('n__isnull', True), ('original__isnull', True), ('reversed_total__isnull', True), ('reverses__isnull', True)), models.Q(('n__gte', 1), ('reversed_total__gte', models.F('amount')), ('reversed_total__lte', models.F('original')), ('reverses__isnull', False)), _connector='OR'), name='reversals_stay_within_the_posting')],
            },
        ),
        migrations.CreateModel(
            name='Wallet',
            fields=[
                ('pk', models.CompositePrimaryKey('member_id', 'unit', blank=True, editable=False, primary_key=True, serialize=False)),
                ('available', models.BigIntegerField()),
                ('pending', models.BigIntegerField()),
                ('held', models.BigIntegerField()),
                ('debt', models.BigIntegerField()),
                ('earned_ever', models.BigIntegerField()),
                ('next_change_at', models.DateTimeField(null=True)),
                ('kind', models.SmallIntegerField()),
                ('member_id', models.UUIDField()),
                ('club_id', models.UUIDField()),
                ('unit', models.TextField()),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('available__gte', django.db.models.expressions.CombinedExpression(models.Value(0), '-', models.F('debt'))), ('debt__gte', 0), ('held__gte', 0), ('pending__gte', 0)), name='wallet_never_owes_more_than_its_debt')],
            },
        ),
        migrations.RunSQL("ALTER TABLE ledger_wallet SET (fillfactor = 70)", migrations.RunSQL.noop),
        migrations.RunSQL("ALTER TABLE ledger_lot SET (fillfactor = 90)", migrations.RunSQL.noop),
        append_only("ledger_entry"),
        append_only("ledger_posting"),
        append_only("ledger_allocation"),
        grant_columns("ledger_wallet", ["available", "pending", "held", "debt", "earned_ever", "next_change_at"]),
        grant_columns("ledger_lot", ["remaining", "is_open", "is_pending"]),
        grant_columns("ledger_hold", ["state", "closed_at"]),
    ]
