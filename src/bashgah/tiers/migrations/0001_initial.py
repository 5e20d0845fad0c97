"""The room's tables and what the app role may do with them."""

from django.db import migrations, models

from bashgah.ground.migrations_support import append_only, grant_columns


class Migration(migrations.Migration):

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='Change',
            fields=[
                ('pk', models.CompositePrimaryKey('member_id', 'id', blank=True, editable=False, primary_key=True, serialize=False)),
                ('at', models.DateTimeField()),
                ('direction', models.SmallIntegerField()),
                ('member_id', models.UUIDField()),
                ('id', models.UUIDField()),
                ('club_id', models.UUIDField()),
                ('activity_id', models.UUIDField(null=True)),
                ('ladder', models.TextField()),
                ('before', models.TextField()),
                ('after', models.TextField()),
                ('why', models.JSONField()),
            ],
        ),
        migrations.CreateModel(
            name='Standing',
            fields=[
                ('pk', models.CompositePrimaryKey('member_id', 'ladder', blank=True, editable=False, primary_key=True, serialize=False)),
                ('since', models.DateField(null=True)),
                ('kept_until', models.DateField(null=True)),
                ('granted_until', models.DateField(null=True)),
                ('member_id', models.UUIDField()),
                ('club_id', models.UUIDField()),
                ('ladder', models.TextField()),
                ('tier', models.TextField()),
            ],
            options={
                'indexes': [models.Index(fields=['club_id', 'ladder', 'tier'], name='standings_of_a_club')],
            },
        ),
        migrations.RunSQL("ALTER TABLE tiers_standing SET (fillfactor = 80)", migrations.RunSQL.noop),
        append_only("tiers_change"),
        grant_columns("tiers_standing", ["tier", "since", "kept_until", "granted_until"]),
    ]
