"""Where a member's tier stands, for criteria: the standing's, or the lowest for who has none."""

from __future__ import annotations

from bashgah.engine.catalogue import Field
from bashgah.engine.criteria.selecting import COLUMNS, Column, Ground, Join


def _tier(field: Field, ground: Ground) -> Column:
    ladder = next(each for each in ground.program.ladders if each.key == field.name)
    name = f"tier_{ladder.key}"
    join = Join(
        name,
        f"LEFT JOIN tiers_standing {name} ON {name}.member_id = m.id AND {name}.ladder = %s",
        (ladder.key,),
    )
    keys = [tier.key for tier in ladder.tiers]
    sql = f"(CASE WHEN {name}.tier = ANY(%s::text[]) THEN {name}.tier ELSE %s::text END)"
    return Column(sql, (keys, keys[0]), (join,))


COLUMNS["member.tier."] = _tier
