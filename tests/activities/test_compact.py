"""What an activity keeps in few bytes comes back as it was, and old bytes stay readable."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from bashgah.activities import compact
from bashgah.activities.compact import Outcome, StoredCredit
from bashgah.activities.types import Balance, CreditLine
from bashgah.engine.decisions import TierMove
from bashgah.engine.facts import Fact, Line
from bashgah.engine.states import Standing, State
from bashgah.kit.phrases import Phrase
from bashgah.kit.points import Points
from bashgah.kit.text import Texts
from bashgah.rewards.types import CouponLine

TEHRAN = ZoneInfo("Asia/Tehran")
texts = st.text(st.characters(blacklist_categories=["Cs"]), max_size=8)
codes = st.lists(texts, max_size=3).map(tuple)
amounts = st.integers(0, 10**15)
days = st.dates(date(2000, 1, 1), date(2100, 1, 1))
instants = st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
lines = st.builds(
    Line,
    no=st.integers(1, 1000),
    sku=texts,
    name=texts,
    category=codes,
    brand=texts,
    tags=codes,
    quantity=st.integers(1, 10**9),
    gross=amounts,
    discount=amounts,
    tax=amounts,
    paid_by_points=amounts,
)


@st.composite
def facts(draw: st.DrawFn) -> Fact:
    at = draw(instants).astimezone(timezone(timedelta(minutes=draw(st.integers(-720, 840)))))
    bought = tuple(draw(st.lists(lines, max_size=4)))
    known = bool(bought)
    return Fact(
        kind=draw(st.sampled_from(compact.KINDS)),
        type=draw(texts),
        occurred_at=at,
        local_at=at.astimezone(TEHRAN),
        branch=draw(texts),
        region=draw(texts),
        city=draw(texts),
        channel=draw(texts),
        currency=draw(st.sampled_from(["IRR", "GBP"])),
        lines=bought,
        lines_known=known,
        gross=sum(li.gross for li in bought) if known else draw(amounts),
        discount=sum(li.discount for li in bought) if known else draw(amounts),
        tax=sum(li.tax for li in bought) if known else draw(amounts),
        paid_by_points=sum(li.paid_by_points for li in bought) if known else draw(amounts),
        shipping=draw(amounts),
        payment_methods=draw(codes),
        coupons=draw(codes),
        attributes=draw(st.dictionaries(texts, st.none() | st.booleans() | amounts | texts, max_size=3)),
    )


values = st.none() | st.booleans() | amounts | texts | codes | days
states = st.builds(
    State,
    values=st.dictionaries(st.sampled_from(compact.FIELD_NAMES) | st.just("member.attributes.x"), values),
    standings=st.dictionaries(
        texts,
        st.builds(
            Standing,
            tier=texts,
            since=st.none() | days,
            kept_until=st.none() | days,
            granted_until=st.none() | days,
        ),
        max_size=2,
    ),
    measures=st.dictionaries(texts, amounts, max_size=2),
    used=st.dictionaries(st.tuples(texts, days | st.just(date.min)), amounts, max_size=2),
    balances=st.dictionaries(texts, amounts, max_size=2),
)
coupon_lines = st.builds(CouponLine, st.uuids(), texts, st.builds(Texts, texts, texts), amounts)
outcomes = st.builds(
    Outcome,
    coupons=st.lists(coupon_lines, max_size=2).map(tuple),
    credits=st.lists(
        st.builds(
            StoredCredit,
            st.builds(
                CreditLine,
                texts,
                st.integers(-(10**12), 10**12),
                texts,
                st.none() | instants,
                st.none() | instants,
            ),
            st.lists(st.tuples(st.integers(0, 1000), amounts), max_size=3).map(tuple),
        ),
        max_size=3,
    ).map(tuple),
    balances=st.lists(
        st.builds(Balance, texts, st.integers(-(10**12), 10**12), amounts, amounts), max_size=3
    ).map(tuple),
    tiers=st.lists(st.tuples(texts, texts), max_size=2).map(tuple),
    moves=st.lists(
        st.builds(
            TierMove,
            texts,
            texts,
            texts,
            st.sampled_from(["raised", "lowered"]),
            st.builds(Phrase, texts, st.dictionaries(texts, st.builds(Points, amounts), max_size=2)),
        ),
        max_size=2,
    ).map(tuple),
)


@settings(deadline=None)
@given(facts())
def test_a_fact_comes_back_as_it_was(fact: Fact) -> None:
    back = compact.fact_unpack(compact.fact_pack(fact))
    assert back == fact
    assert (back.local_at.tzinfo, back.local_at.utcoffset()) == (TEHRAN, fact.local_at.utcoffset())
    assert back.occurred_at.utcoffset() == fact.occurred_at.utcoffset()


@settings(deadline=None)
@given(states)
def test_a_state_comes_back_as_it_was(state: State) -> None:
    assert compact.state_unpack(compact.state_pack(state)) == state


@settings(deadline=None)
@given(outcomes)
def test_an_outcome_comes_back_as_it_was(outcome: Outcome) -> None:
    assert compact.outcome_unpack(compact.outcome_pack(outcome)) == outcome


def test_the_short_form_of_a_plain_fact_knows_every_field() -> None:
    """``fact_pack`` leaves out what plain facts do not have: a new field must be looked at there too."""
    assert Fact.__struct_fields__ == (
        "kind", "type", "occurred_at", "local_at", "branch", "region", "city", "channel", "currency", "lines",
        "lines_known", "gross", "discount", "tax", "shipping", "paid_by_points", "payment_methods", "coupons",
        "attributes", "promotions",
    )  # fmt: skip
    assert Line.__struct_fields__ == (
        "no", "sku", "name", "category", "brand", "tags", "quantity", "gross", "discount", "tax",
        "paid_by_points",
    )  # fmt: skip


def test_codes_that_stand_in_rows_never_change() -> None:
    assert compact.KIND_CODES == {"purchase": 0, "return": 1, "visit": 2, "custom": 3}
    assert compact.FIELD_NAMES[:9] == (
        "member.city",
        "member.gender",
        "member.tags",
        "member.age_days",
        "member.birth_month_day",
        "history.purchases",
        "history.spend",
        "history.visits",
        "history.days_since_last_purchase",
    )
    assert compact.FORM == 1


def test_a_plain_purchase_is_small() -> None:
    at = datetime(2026, 11, 21, 14, 12, tzinfo=UTC)
    bought = tuple(
        Line(no=n, sku=f"SKU-{n:04d}", category=("food", "dairy"), brand="kalleh", gross=1_250_000)
        for n in (1, 2, 3)
    )
    fact = Fact(
        "purchase", "purchase", at, at.astimezone(TEHRAN), branch="101", lines=bought, gross=3_750_000
    )
    assert len(compact.fact_pack(fact)) < 180
