"""The room's tables; the app adds rows and never changes one."""

from django.db import migrations, models

from bashgah.ground.migrations_support import append_only


class Migration(migrations.Migration):

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='BookAccount',
            fields=[
                ('id', models.UUIDField(primary_key=True, serialize=False)),
                ('set_at', models.DateTimeField()),
                ('since', models.DateField()),
                ('club_id', models.UUIDField()),
                ('key', models.TextField()),
                ('code', models.TextField()),
                ('name', models.TextField()),
            ],
            options={
                'indexes': [models.Index(fields=['club_id', 'key', 'since'], name='book_accounts_of_a_club')],
            },
        ),
        migrations.CreateModel(
            name='Outstanding',
            fields=[
                ('pk', models.CompositePrimaryKey('club_id', 'day', 'unit', 'basis', 'tier', 'branch', 'age', blank=True, editable=False, primary_key=True, serialize=False)),
                ('units', models.BigIntegerField()),
                ('lots', models.BigIntegerField()),
                ('day', models.DateField()),
                ('basis', models.SmallIntegerField()),
                ('age', models.SmallIntegerField()),
                ('club_id', models.UUIDField()),
                ('unit', models.TextField()),
                ('tier', models.TextField()),
                ('branch', models.TextField()),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('lots__gt', 0), ('units__gt', 0)), name='something_is_outstanding')],
            },
        ),
        migrations.CreateModel(
            name='UnitCost',
            fields=[
                ('id', models.UUIDField(primary_key=True, serialize=False)),
                ('per_thousand', models.BigIntegerField()),
                ('set_at', models.DateTimeField()),
                ('since', models.DateField()),
                ('club_id', models.UUIDField()),
                ('unit', models.TextField()),
                ('set_by', models.TextField()),
            ],
            options={
                'indexes': [models.Index(fields=['club_id', 'unit', 'since'], name='costs_of_a_club')],
                'constraints': [models.CheckConstraint(condition=models.Q(('per_thousand__gte', 0)), name='a_unit_costs_nothing_or_more')],
            },
        ),
        append_only("accounting_outstanding"),
        append_only("accounting_unitcost"),
        append_only("accounting_bookaccount"),
    ]
