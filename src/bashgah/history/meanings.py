"""Where the fields of criteria that are about a member's past stand: sums, and the program's counters."""

from __future__ import annotations

from bashgah.engine.catalogue import Field
from bashgah.engine.counters import counter_ready
from bashgah.engine.criteria.selecting import COLUMNS, Column, Ground, Join

_SUMS = Join("sums", "LEFT JOIN history_sums sums ON sums.member_id = m.id")


def _sum(name: str) -> Column:
    return Column(f"coalesce(sums.{name}, 0)", (), (_SUMS,))


def _days_since(_field: Field, ground: Ground) -> Column:
    last = "(sums.last_purchase_at AT TIME ZONE %s)::date"
    # greatest() would take a missing purchase for none ago
    since = f"(CASE WHEN sums.last_purchase_at IS NOT NULL THEN greatest(0, %s::date - {last}) END)"
    return Column(since, (ground.day, ground.zone), (_SUMS,))


def _counter(field: Field, ground: Ground) -> Column:
    """What a counter holds on the day, as a fact that does not count itself would see it."""
    counter = next(each for each in ground.program.counters if each.key == field.name)
    ready, name = counter_ready(ground.program, counter), f"counter_{field.name}"
    join = Join(
        name,
        f"LEFT JOIN history_used {name} ON {name}.member_id = m.id AND {name}.limit_key = %s"
        f" AND {name}.window_start = %s",
        (ready.key, ready.start(ground.day)),
    )
    if counter.counts == "days_since":
        kept = f"nullif({name}.used, 0)"
        return Column(
            f"(CASE WHEN {kept} IS NOT NULL THEN greatest(0, %s - {kept}) END)",
            (ground.day.toordinal(),),
            (join,),
        )
    return Column(f"coalesce({name}.used, 0)", (), (join,))


COLUMNS.update(
    {
        "history.purchases": lambda _field, _ground: _sum("purchases"),
        "history.spend": lambda _field, _ground: _sum("spend"),
        "history.visits": lambda _field, _ground: _sum("visits"),
        "history.days_since_last_purchase": _days_since,
        "counter.": _counter,
    }
)
