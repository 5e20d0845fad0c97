"""Why somebody granted a tier by hand can be emptied once the member is erased."""

from django.db import migrations

from bashgah.ground.migrations_support import words_forgotten


class Migration(migrations.Migration):

    dependencies = [
        ('tiers', '0002_reviewed'),
        ('members', '0007_erasure'),
    ]

    operations = [
        words_forgotten(
            "tiers_words_forget",
            """
            UPDATE tiers_change t SET why = jsonb_set(t.why, '{p,reason}', '""') FROM members_person p
            WHERE t.member_id = ANY (ids) AND t.why #>> '{p,reason}' <> ''
              AND p.member_id = t.member_id AND p.erased_at IS NOT NULL
            """,
        ),
    ]
