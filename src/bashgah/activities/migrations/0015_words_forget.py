"""Words in facts go once their member is erased, and held facts some time after they were decided."""

from django.db import migrations

from bashgah.ground.migrations_support import words_forgotten


class Migration(migrations.Migration):

    dependencies = [
        ('activities', '0014_references_by_themselves_first'),
        ('members', '0007_erasure'),
    ]

    operations = [
        words_forgotten(
            "activities_words_forget",
            """
            UPDATE activities_activity a SET fact = w.fact, state = w.state
            FROM unnest(ids, activities, facts, states) AS w (member_id, id, fact, state), members_person p
            WHERE a.member_id = w.member_id AND a.id = w.id
              AND p.member_id = a.member_id AND p.erased_at IS NOT NULL
            """,
            more="activities uuid[], facts bytea[], states bytea[]",
        ),
        words_forgotten(
            "activities_held_forget",
            """
            DELETE FROM activities_review r
            WHERE r.club_id = club AND r.decided_at IS NOT NULL AND (r.decided_at < before OR EXISTS (
              SELECT FROM members_person p
              WHERE p.member_id = r.member_id AND p.member_id = ANY (ids) AND p.erased_at IS NOT NULL))
            """,
            more="club uuid, before timestamptz",
        ),
    ]
