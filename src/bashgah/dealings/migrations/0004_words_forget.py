"""Why two memberships were merged can be emptied once the member is erased."""

from django.db import migrations

from bashgah.ground.migrations_support import words_forgotten


class Migration(migrations.Migration):

    dependencies = [
        ('dealings', '0003_over_day'),
        ('members', '0007_erasure'),
    ]

    operations = [
        words_forgotten(
            "dealings_words_forget",
            """
            UPDATE dealings_merge m SET reason = '' FROM members_person p
            WHERE m.reason <> '' AND p.member_id IN (m.survivor_id, m.merged_id)
              AND p.member_id = ANY (ids) AND p.erased_at IS NOT NULL
            """,
        ),
    ]
