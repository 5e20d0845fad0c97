"""The room's tables and what the app role may do with them."""

from django.db import migrations, models

from bashgah.ground.migrations_support import grant_columns


class Migration(migrations.Migration):

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='ClubDay',
            fields=[
                ('pk', models.CompositePrimaryKey('club_id', 'day', 'branch', 'is_anonymous', blank=True, editable=False, primary_key=True, serialize=False)),
                ('gross', models.BigIntegerField()),
                ('spend', models.BigIntegerField()),
                ('discount', models.BigIntegerField()),
                ('returned', models.BigIntegerField()),
                ('points_issued', models.BigIntegerField()),
                ('points_back', models.BigIntegerField()),
                ('day', models.DateField()),
                ('purchases', models.IntegerField()),
                ('returns', models.IntegerField()),
                ('visits', models.IntegerField()),
                ('is_anonymous', models.BooleanField()),
                ('club_id', models.UUIDField()),
                ('branch', models.TextField()),
            ],
        ),
        migrations.CreateModel(
            name='Day',
            fields=[
                ('pk', models.CompositePrimaryKey('member_id', 'day', blank=True, editable=False, primary_key=True, serialize=False)),
                ('spend', models.BigIntegerField()),
                ('qualifying', models.BigIntegerField()),
                ('day', models.DateField()),
                ('purchases', models.IntegerField()),
                ('visits', models.IntegerField()),
                ('member_id', models.UUIDField()),
                ('club_id', models.UUIDField()),
            ],
        ),
        migrations.CreateModel(
            name='Sums',
            fields=[
                ('member_id', models.UUIDField(primary_key=True, serialize=False)),
                ('spend', models.BigIntegerField()),
                ('gross', models.BigIntegerField()),
                ('qualifying', models.BigIntegerField()),
                ('first_at', models.DateTimeField(null=True)),
                ('last_purchase_at', models.DateTimeField(null=True)),
                ('last_activity_at', models.DateTimeField(null=True)),
                ('purchases', models.IntegerField()),
                ('visits', models.IntegerField()),
                ('returns', models.IntegerField()),
                ('club_id', models.UUIDField()),
            ],
        ),
        migrations.CreateModel(
            name='Used',
            fields=[
                ('pk', models.CompositePrimaryKey('member_id', 'limit_key', 'window_start', blank=True, editable=False, primary_key=True, serialize=False)),
                ('used', models.BigIntegerField()),
                ('window_start', models.DateField()),
                ('member_id', models.UUIDField()),
                ('club_id', models.UUIDField()),
                ('limit_key', models.TextField()),
            ],
        ),
        migrations.RunSQL("ALTER TABLE history_sums SET (fillfactor = 70)", migrations.RunSQL.noop),
        migrations.RunSQL("ALTER TABLE history_day SET (fillfactor = 90)", migrations.RunSQL.noop),
        migrations.RunSQL("ALTER TABLE history_used SET (fillfactor = 70)", migrations.RunSQL.noop),
        grant_columns("history_sums", ["spend", "gross", "qualifying", "first_at", "last_purchase_at", "last_activity_at", "purchases", "visits", "returns"]),
        grant_columns("history_day", ["spend", "qualifying", "purchases", "visits"]),
        grant_columns("history_used", ["used"]),
    ]
