"""What people wrote into entries can be emptied once their member is erased; nothing that counts changes."""

from django.db import migrations

from bashgah.ground.migrations_support import words_forgotten


class Migration(migrations.Migration):

    dependencies = [
        ('ledger', '0004_postings_by_entry'),
        ('members', '0007_erasure'),
    ]

    operations = [
        # expiry's reasons are words of the house
        words_forgotten(
            "ledger_words_forget",
            """
            UPDATE ledger_entry e SET reason = '' FROM members_person p
            WHERE e.member_id = ANY (ids) AND e.reason <> '' AND e.cause <> 3
              AND p.member_id = e.member_id AND e.recorded_at < p.erased_at
            """,
        ),
        # a gift's words stand in the other one's books too
        words_forgotten(
            "ledger_gifts_forget",
            """
            UPDATE ledger_entry e SET reason = ''
            FROM unnest(others, gifts) AS w (other_id, gift_id)
            WHERE e.member_id = w.other_id AND e.cause = 5 AND e.cause_id = w.gift_id AND e.reason <> ''
              AND EXISTS (
                SELECT FROM ledger_entry own JOIN members_person p ON p.member_id = own.member_id
                WHERE own.member_id = ANY (ids) AND own.id = w.gift_id AND own.cause = 5
                  AND p.erased_at IS NOT NULL)
            """,
            more="others uuid[], gifts uuid[]",
        ),
    ]
