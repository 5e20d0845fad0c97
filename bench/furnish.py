"""Fills the stage's club: program, branch, key, and members who already have wallets and a history."""

from __future__ import annotations

import os
from pathlib import Path

import psycopg

# UUIDv7 as the app would have made them one after another, so that they lie on disk as they would
MEMBER_IDS = """
CREATE TEMP TABLE people AS
SELECT (lpad(to_hex(1700000000000 + n), 12, '0') || '7' || substr(md5(n::text), 1, 3)
        || '8' || substr(md5(n::text), 4, 15))::uuid AS id, n
FROM generate_series(1, %s) AS n
"""

ROWS = (
    """INSERT INTO members_state (member_id, club_id, status, merged_into, kind)
       SELECT id, %(club)s, 'active', NULL, 'person' FROM people""",
    """INSERT INTO members_member (id, club_id, number, first_name, last_name, nickname, name_key, sort_key,
         city, gender, source, channel, tags, attributes, locale, external_id, enrolled_at, updated_at)
       SELECT id, %(club)s, (9000000000000000 + n)::text, '', '', '', '', '', '', '', '',
              'import', '{}', '{}', '', '', now() - interval '1 year', now() FROM people""",
    """INSERT INTO members_identifier (club_id, kind, digest, member_id)
       SELECT %(club)s, 'card', sha256(n::text::bytea), id FROM people""",
    """INSERT INTO ledger_wallet (available, pending, held, debt, earned_ever, kind, member_id, club_id, unit)
       SELECT 0, 0, 0, 0, 0, unit.kind, id, %(club)s, unit.key
       FROM people, (VALUES ('points', %(points)s), ('status', %(status)s)) AS unit (key, kind)""",
    """INSERT INTO history_sums (member_id, spend, gross, qualifying, purchases, visits, returns, club_id)
       SELECT id, 0, 0, 0, 0, 0, 0, %(club)s FROM people""",
    """INSERT INTO tiers_standing (member_id, club_id, ladder, tier)
       SELECT id, %(club)s, 'main', 'bronze' FROM people""",
)


def fill(superuser_url: str, *, members: int, folder: Path) -> None:
    """Make the club by its services and its members by SQL; leave their ids and a key in files."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bashgah.config.settings")
    import django

    django.setup()
    from django.db import connection, transaction

    from bashgah.access.services import key_issue
    from bashgah.clubs import selectors as clubs
    from bashgah.clubs.services import branch_create, club_create
    from bashgah.ground import clock
    from bashgah.ground.types import SYSTEM
    from bashgah.kit.ids import public
    from bashgah.kit.text import Texts
    from bashgah.ledger.types import WalletKind
    from bashgah.programs.services import draft_open, draft_publish
    from bench import program
    from bench.load import MEMBERS, TOKEN

    now = clock.now()
    with transaction.atomic():
        club = club_create(slug="figures", name=Texts("ارقام", "Figures"), now=now)
        branch_create(club=club, code="b1", name=Texts("یک", "One"), now=now)
        club = clubs.club_get(club.id)
        document = program.settled().model_dump(mode="json")
        draft = draft_open(club=club, document=document, actor=SYSTEM, now=now)
        draft_publish(club=club, revision=draft.revision, actor=SYSTEM, now=now)
        _, secret = key_issue(
            club=club,
            name="figures",
            scopes=["activities.write"],
            limit_per_minute=100_000_000,
            actor=SYSTEM,
            now=now,
        )
    connection.close()
    (folder / TOKEN).write_text(secret, encoding="ascii")
    values = {"club": club.id, "points": int(WalletKind.POINTS), "status": int(WalletKind.STATUS)}
    with psycopg.connect(superuser_url, autocommit=True) as owner:
        owner.execute(MEMBER_IDS, [members])
        for statement in ROWS:
            owner.execute(statement, values)
        found = owner.execute("SELECT id FROM people ORDER BY n").fetchall()
        (folder / MEMBERS).write_text(
            "".join(public("member", row[0]) + "\n" for row in found), encoding="ascii"
        )
        owner.execute("VACUUM ANALYZE")
        owner.execute("CHECKPOINT")
