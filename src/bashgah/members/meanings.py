"""Where the fields of criteria that are about a member's profile stand in ``members_member m``."""

from __future__ import annotations

from bashgah.engine.catalogue import Field
from bashgah.engine.criteria.selecting import COLUMNS, Column, Ground


def _attribute(field: Field, _ground: Ground) -> Column:
    return Column("(m.attributes -> %s)", (field.name.removeprefix("member.attributes."),))


def _age(_field: Field, ground: Ground) -> Column:
    return Column("(%s::date - (m.enrolled_at AT TIME ZONE %s)::date)", (ground.day, ground.zone))


COLUMNS.update(
    {
        "member.city": lambda _field, _ground: Column("m.city"),
        "member.gender": lambda _field, _ground: Column("m.gender"),
        "member.tags": lambda _field, _ground: Column("m.tags::text[]"),
        "member.birth_month_day": lambda _field, _ground: Column("m.birth_date"),
        "member.age_days": _age,
        "member.attributes.": _attribute,
    }
)
