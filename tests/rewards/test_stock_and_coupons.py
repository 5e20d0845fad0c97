"""Stock never goes below zero, a coupon is used once, and codes can't be guessed."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import psycopg
import pytest
from django.db import connections, transaction
from psycopg.errors import CheckViolation

from bashgah.clubs.types import ClubInfo
from bashgah.ground import ids, throttle
from bashgah.ground.types import Actor
from bashgah.kit.refusals import Refusal
from bashgah.kit.text import Texts
from bashgah.members.services import members_lock
from bashgah.members.types import LockedMember, MemberInfo
from bashgah.rewards import codes, selectors, services
from bashgah.rewards.types import CouponInfo
from tests import cast

NOW = cast.NOW
MINA = Actor(kind="staff", id="stf_mina", name="Mina")
OMID = Actor(kind="staff", id="stf_omid", name="Omid")

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _own_connections() -> Iterator[None]:
    yield
    throttle.throttle_close()


@pytest.fixture
def naderi() -> cast.Naderi:
    return cast.naderi()


def save(club: ClubInfo, key: str = "tea", stock: int | None = None) -> None:
    services.reward_save(club=club, key=key, name=Texts("چای", "Tea"), actor=MINA, now=NOW)
    services.stock_set(club=club, reward=key, remaining=stock, actor=MINA, now=NOW)


def locked(club: ClubInfo, member: MemberInfo) -> LockedMember:
    return members_lock(club, [member.id])[member.id]


def take(club: ClubInfo, member: MemberInfo, reward: str = "tea"):
    with transaction.atomic():
        return services.claim_take(
            club=club, locked=locked(club, member), reward=reward, claim_id=ids.fresh(), now=NOW
        )


def issue(naderi: cast.Naderi, valid_days: int = 30) -> CouponInfo:
    with transaction.atomic():
        return services.coupon_issue(
            club=naderi.club,
            locked=locked(naderi.club, naderi.sara),
            reward="tea",
            kind="discount_coupon",
            value={"percent": 20},
            valid_days=valid_days,
            random=secrets.token_bytes(11),
            now=NOW,
        )


def test_a_claim_takes_from_stock_and_giving_it_back_returns_it_once(naderi: cast.Naderi) -> None:
    save(naderi.club, stock=2)
    claim = take(naderi.club, naderi.sara)
    assert selectors.reward_get(naderi.club, "tea").stock == 1
    assert selectors.claims_used(naderi.club, [naderi.sara.id], None) == {"tea": 1}
    for expected in (True, False):
        with transaction.atomic():
            member = locked(naderi.club, naderi.sara)
            given = services.claim_return(club=naderi.club, locked=member, claim_id=claim.id, now=NOW)
            assert given is expected
    assert selectors.reward_get(naderi.club, "tea").stock == 2
    assert selectors.claims_used(naderi.club, [naderi.sara.id], None) == {}


def test_a_reward_without_a_stock_row_never_runs_out(naderi: cast.Naderi) -> None:
    save(naderi.club)
    for _ in range(5):
        take(naderi.club, naderi.sara)
    assert selectors.reward_get(naderi.club, "tea").stock is None


def test_an_empty_stock_refuses(naderi: cast.Naderi) -> None:
    save(naderi.club, stock=1)
    take(naderi.club, naderi.sara)
    with pytest.raises(Refusal) as refused:
        take(naderi.club, naderi.reza)
    assert (refused.value.code, refused.value.status) == ("reward_out_of_stock", 409)


def test_claims_are_counted_by_window(naderi: cast.Naderi) -> None:
    save(naderi.club)
    take(naderi.club, naderi.sara)
    member = [naderi.sara.id]
    assert selectors.claims_used(naderi.club, member, NOW) == {"tea": 1}
    assert selectors.claims_used(naderi.club, member, NOW + timedelta(seconds=1)) == {}


def at_once(hands: int, work: Callable[[int], None]) -> None:
    begin = threading.Barrier(hands)

    def hand(number: int) -> None:
        begin.wait()
        try:
            work(number)
        finally:
            throttle.throttle_close()
            connections.close_all()

    threads = [threading.Thread(target=hand, args=(number,)) for number in range(hands)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def test_two_members_race_for_the_last_of_a_stock(naderi: cast.Naderi) -> None:
    save(naderi.club, stock=5)
    taken: list[int] = []

    def work(number: int) -> None:
        for _ in range(4):
            try:
                take(naderi.club, naderi.sara if number % 2 else naderi.reza)
                taken.append(number)
            except Refusal:
                pass

    at_once(8, work)
    assert len(taken) == 5
    assert selectors.reward_get(naderi.club, "tea").stock == 0


def test_canary_without_the_row_lock_the_stock_is_sold_twice(naderi: cast.Naderi, app_url: str) -> None:
    save(naderi.club, stock=1)
    seen: list[int] = []
    both_have_read = threading.Barrier(2)

    def naive(_number: int) -> None:
        with psycopg.connect(app_url) as connection:
            row = connection.execute("SELECT remaining FROM rewards_stock").fetchone()
            both_have_read.wait()
            if row[0] > 0:
                connection.execute("UPDATE rewards_stock SET remaining = %s", [row[0] - 1])
                seen.append(1)

    at_once(2, naive)
    assert len(seen) == 2


def test_the_database_itself_refuses_a_stock_below_zero(naderi: cast.Naderi, app_url: str) -> None:
    save(naderi.club, stock=0)
    with (
        psycopg.connect(app_url) as connection,
        pytest.raises(CheckViolation, match="stock_never_below_zero"),
    ):
        connection.execute("UPDATE rewards_stock SET remaining = remaining - 1")


@pytest.mark.parametrize("remaining", [-1, 10**10])
def test_a_stock_that_is_none_is_refused(naderi: cast.Naderi, remaining: int) -> None:
    save(naderi.club)
    with pytest.raises(Refusal, match="stock_invalid"):
        services.stock_set(club=naderi.club, reward="tea", remaining=remaining, actor=MINA, now=NOW)


def test_a_reward_needs_a_name(naderi: cast.Naderi) -> None:
    with pytest.raises(Refusal, match="reward_name_missing"):
        services.reward_save(club=naderi.club, key="tea", name=Texts("  ", ""), actor=MINA, now=NOW)


def test_a_coupon_is_found_by_its_code_and_used_once(naderi: cast.Naderi) -> None:
    save(naderi.club)
    coupon = issue(naderi)
    found = services.coupon_find(club=naderi.club, code=coupon.code.lower(), actor=OMID, now=NOW)
    assert (found.id, found.state, found.code) == (coupon.id, "issued", "")
    used = services.coupon_use(
        club=naderi.club, code=coupon.code, branch="101", reference="pos:1", actor=OMID, now=NOW
    )
    assert (used.state, used.used_reference) == ("used", "pos:1")
    again = services.coupon_use(
        club=naderi.club, code=coupon.code, branch="101", reference="pos:1", actor=OMID, now=NOW
    )
    assert again.id == coupon.id
    with pytest.raises(Refusal, match="coupon_used"):
        services.coupon_use(club=naderi.club, code=coupon.code, reference="pos:2", actor=OMID, now=NOW)


def test_only_the_owner_reads_the_code_and_nothing_in_clear_is_stored(
    naderi: cast.Naderi, owner_connection: psycopg.Connection
) -> None:
    save(naderi.club)
    coupon = issue(naderi)
    (own,) = selectors.coupon_list(naderi.club, [naderi.sara.id], now=NOW, with_codes=True)
    (shown,) = selectors.coupon_list(naderi.club, [naderi.sara.id], now=NOW)
    assert (own.code, shown.code) == (coupon.code, "")
    plain = codes.code_read(coupon.code)
    for table in ("rewards_coupon", "rewards_code"):
        rows = owner_connection.execute(f"SELECT * FROM {table}").fetchall()
        assert plain not in str(rows)
        assert plain.encode() not in b"".join(bytes(v) for r in rows for v in r if isinstance(v, bytes))


def test_a_coupon_is_good_until_the_end_of_its_last_day_in_the_clubs_zone(naderi: cast.Naderi) -> None:
    save(naderi.club)
    coupon = issue(naderi, valid_days=1)
    assert coupon.expires_at == datetime(2026, 11, 22, 20, 30, tzinfo=UTC)
    last = datetime(2026, 11, 22, 20, 29, 59, tzinfo=UTC)
    assert services.coupon_find(club=naderi.club, code=coupon.code, actor=OMID, now=last).state == "issued"
    with pytest.raises(Refusal, match="coupon_expired"):
        services.coupon_use(club=naderi.club, code=coupon.code, actor=OMID, now=coupon.expires_at)


def test_a_voided_coupon_is_worthless_and_a_used_one_stays_used(naderi: cast.Naderi) -> None:
    save(naderi.club)
    void, used = issue(naderi), issue(naderi)

    def cancel(coupon: CouponInfo) -> CouponInfo:
        return services.coupon_void(
            club=naderi.club,
            member_id=naderi.sara.id,
            coupon_id=coupon.id,
            reason="printed by mistake",
            actor=MINA,
            now=NOW,
        )

    assert (cancel(void).state, cancel(void).state) == ("void", "void")
    with pytest.raises(Refusal, match="coupon_void"):
        services.coupon_use(club=naderi.club, code=void.code, actor=OMID, now=NOW)
    services.coupon_use(club=naderi.club, code=used.code, actor=OMID, now=NOW)
    with pytest.raises(Refusal, match="coupon_used"):
        cancel(used)


def test_a_code_is_no_good_in_another_club(naderi: cast.Naderi) -> None:
    ketab = cast.ketab()
    coupon = issue(naderi)
    with pytest.raises(Refusal, match="coupon_not_found"):
        services.coupon_find(club=ketab.club, code=coupon.code, actor=OMID, now=NOW)


def test_guessing_is_stopped_after_ten_wrong_codes_and_right_codes_cost_nothing(naderi: cast.Naderi) -> None:
    save(naderi.club)
    coupon = issue(naderi)
    for second in range(30):
        at = NOW + timedelta(seconds=second)
        services.coupon_find(club=naderi.club, code=coupon.code, actor=OMID, now=at)
    wrong = [codes.code_from(secrets.token_bytes(11)) for _ in range(11)]
    for code in wrong[:10]:
        with pytest.raises(Refusal, match="coupon_not_found"):
            services.coupon_find(club=naderi.club, code=code, actor=OMID, now=NOW)
    with pytest.raises(Refusal, match="too_many"):
        services.coupon_find(club=naderi.club, code=wrong[10], actor=OMID, now=NOW)
    with pytest.raises(Refusal, match="too_many"):
        services.coupon_find(club=naderi.club, code=coupon.code, actor=OMID, now=NOW)
    assert services.coupon_find(club=naderi.club, code=coupon.code, actor=MINA, now=NOW).id == coupon.id


def test_many_guesses_at_once_get_exactly_ten_looks(naderi: cast.Naderi) -> None:
    save(naderi.club)
    looks: list[str] = []

    def work(_number: int) -> None:
        for _ in range(4):
            try:
                code = codes.code_from(secrets.token_bytes(11))
                services.coupon_find(club=naderi.club, code=code, actor=OMID, now=NOW)
            except Refusal as refusal:
                looks.append(refusal.code)

    at_once(8, work)
    assert looks.count("coupon_not_found") == 10
    assert looks.count("too_many") == 22


def test_slips_of_the_finger_do_not_count_as_guesses(naderi: cast.Naderi) -> None:
    save(naderi.club)
    coupon = issue(naderi)
    plain = codes.code_read(coupon.code)
    slip = ("Z" if plain[0] != "Z" else "Y") + plain[1:]
    for _ in range(40):
        with pytest.raises(Refusal, match="coupon_code_invalid"):
            services.coupon_find(club=naderi.club, code=slip, actor=OMID, now=NOW)
    assert services.coupon_find(club=naderi.club, code=plain, actor=OMID, now=NOW).id == coupon.id


def test_two_tills_with_one_code_one_succeeds(naderi: cast.Naderi) -> None:
    save(naderi.club)
    coupon = issue(naderi)
    answers: list[str] = []

    def work(number: int) -> None:
        try:
            services.coupon_use(
                club=naderi.club, code=coupon.code, reference=f"pos:{number}", actor=OMID, now=NOW
            )
            answers.append("used")
        except Refusal as refusal:
            answers.append(refusal.code)

    at_once(8, work)
    assert sorted(answers) == ["coupon_used"] * 7 + ["used"]
