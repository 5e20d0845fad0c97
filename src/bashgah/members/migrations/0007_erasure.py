"""Erasures, their mark on the person, and the one act on rows that stay: their free words are emptied."""

from django.db import migrations, models

from bashgah.ground.migrations_support import words_forgotten

class Migration(migrations.Migration):

    dependencies = [
        ('members', '0006_ranges'),
    ]

    operations = [
        migrations.AddField(
            model_name='person',
            name='erased_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.CreateModel(
            name='Erasure',
            fields=[
                ('id', models.UUIDField(primary_key=True, serialize=False)),
                ('club_id', models.UUIDField()),
                ('member_id', models.UUIDField()),
                ('asked_at', models.DateTimeField()),
                ('due_at', models.DateTimeField()),
                ('closed_at', models.DateTimeField(null=True)),
                ('state', models.CharField(max_length=9)),
                ('reason', models.CharField(max_length=9)),
                ('asked_kind', models.CharField(max_length=6)),
            ],
            options={
                'db_table': 'members_erasure',
                'indexes': [models.Index(fields=['club_id', 'id'], name='erasures_of_a_club'), models.Index(condition=models.Q(('state', 'waiting')), fields=['due_at'], name='erasures_waiting')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('state__in', ['waiting', 'done'])), fields=('member_id',), name='erased_once'), models.CheckConstraint(condition=models.Q(models.Q(('closed_at__isnull', True), ('state', 'waiting')), models.Q(('closed_at__isnull', False), ('state__in', ['done', 'withdrawn'])), _connector='OR'), name='erasure_is_closed_once')],
            },
        ),
        words_forgotten(
            "members_words_forget",
            """
            UPDATE members_status_change c SET reason = '' FROM members_person p
            WHERE c.member_id = ANY (ids) AND c.reason <> ''
              AND p.member_id = c.member_id AND c.at < p.erased_at;
            UPDATE members_consent c SET proof = (
              SELECT coalesce(jsonb_object_agg(k, v), '{}') FROM jsonb_each(c.proof) e (k, v)
              WHERE k IN ('merge', 'word', 'at'))
            FROM members_person p
            WHERE c.member_id = ANY (ids) AND p.member_id = c.member_id AND p.erased_at IS NOT NULL
            """,
        ),
    ]
