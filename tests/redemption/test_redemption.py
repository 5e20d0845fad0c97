"""Points become rewards with the member's yes, once, and everything given back is given back exactly."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.db import connections, transaction

from bashgah.clubs.selectors import club_get
from bashgah.clubs.services import settings_set
from bashgah.clubs.types import ClubInfo
from bashgah.dealings.services import members_merge
from bashgah.ground import ids, outbox, throttle
from bashgah.ground.types import Actor
from bashgah.kit.ids import public
from bashgah.kit.phrases import say
from bashgah.kit.refusals import Refusal
from bashgah.kit.text import Texts
from bashgah.ledger import selectors as ledger
from bashgah.ledger import services as books
from bashgah.ledger import verify
from bashgah.ledger.types import Cause, WalletKind
from bashgah.members import selectors as members
from bashgah.members.services import member_block, members_lock
from bashgah.members.types import MemberInfo
from bashgah.messaging import selectors as messaging
from bashgah.messaging import sending
from bashgah.programs import selectors as programs
from bashgah.programs import services as programs_services
from bashgah.redemption import selectors, services
from bashgah.redemption.models import Redemption
from bashgah.redemption.types import RedemptionInfo
from bashgah.rewards import offers
from bashgah.rewards import selectors as rewards_selectors
from bashgah.rewards import services as rewards
from tests import cast

NOW = cast.NOW
OMID = Actor(kind="staff", id=public("staff", uuid.UUID(int=7)), name="Omid")

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _aftermath(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("BASHGAH_VAR", str(tmp_path))
    yield
    assert verify.verify() == []
    throttle.throttle_close()


@pytest.fixture
def naderi() -> cast.Naderi:
    made = cast.naderi()
    programs_services.program_start(club=made.club, actor=OMID, now=cast.LONG_AGO)
    for key, fa, en in (
        ("discount_50k", "کوپن ۵۰ هزار تومانی", "50,000 toman coupon"),
        ("store_credit_50k", "اعتبار خرید ۵۰ هزار تومانی", "50,000 toman credit"),
        ("free_coffee", "قهوهٔ رایگان", "Free coffee"),
    ):
        rewards.reward_save(club=made.club, key=key, name=Texts(fa, en), actor=OMID, now=NOW)
    return made


def give(club: ClubInfo, member: MemberInfo, points: int, *, expires_at: datetime | None = None) -> None:
    with transaction.atomic():
        locked = members_lock(club, [member.id])[member.id]
        books.credit_post(
            club=club,
            locked=locked,
            unit="points",
            kind=WalletKind.POINTS,
            amount=points,
            cause=Cause.OPENING,
            cause_id=ids.fresh(),
            expires_at=expires_at,
            now=NOW - timedelta(days=1),
        )


def points(club: ClubInfo, member: MemberInfo, at: datetime = NOW) -> tuple[int, int]:
    wallet = ledger.wallets_get(club, member.id, at)["points"]
    return wallet.available, wallet.held


def the_member(member: MemberInfo) -> Actor:
    return Actor(kind="member", id=public("member", member.id))


def begin(
    made: cast.Naderi, reward: str = "free_coffee", *, actor: Actor = OMID, member: MemberInfo | None = None,
    reference: tuple[str, str] | None = None, channel: str = "till", now: datetime = NOW,
) -> RedemptionInfo:  # fmt: skip
    return services.redemption_begin(
        club=made.club,
        member_id=(member or made.sara).id,
        reward_key=reward,
        channel=channel,  # type: ignore[arg-type]
        branch="101",
        reference=reference,
        actor=actor,
        now=now,
    )


def always_ask(made: cast.Naderi) -> cast.Naderi:
    club = settings_set(club=made.club, changes={"redeem_consent": "always"}, actor=OMID, now=NOW)
    return cast.Naderi(club, made.vanak, made.tajrish, made.sara, made.reza)


def test_a_member_redeems_in_the_portal_and_gets_a_coupon_at_once(naderi: cast.Naderi) -> None:
    give(naderi.club, naderi.sara, 800)
    done = begin(naderi, "discount_50k", actor=the_member(naderi.sara), channel="portal")
    assert (done.state, done.needs_yes, done.price) == ("captured", False, 500)
    assert done.coupon is not None
    assert len(done.coupon.code) == 20
    assert say(done.gives, "en") == "50,000 toman off on purchases from 200,000 toman"
    assert points(naderi.club, naderi.sara) == (300, 0)
    found = rewards.coupon_find(club=naderi.club, code=done.coupon.code, actor=OMID, now=NOW)
    assert found.id == done.coupon.id


def test_store_credit_goes_to_the_credit_wallet(naderi: cast.Naderi) -> None:
    give(naderi.club, naderi.sara, 550)
    done = begin(naderi, "store_credit_50k", actor=the_member(naderi.sara), channel="portal")
    assert (done.credited, done.credited_unit, done.coupon) == (500_000, "credit", None)
    wallets = ledger.wallets_get(naderi.club, naderi.sara.id, NOW)
    assert (wallets["credit"].available, wallets["points"].available) == (500_000, 0)


def test_every_reason_is_said_at_once(naderi: cast.Naderi) -> None:
    rewards.stock_set(club=naderi.club, reward="free_coffee", remaining=0, actor=OMID, now=NOW)
    give(naderi.club, naderi.sara, 100)
    with pytest.raises(Refusal) as refused:
        begin(naderi, channel="console")
    assert (refused.value.code, refused.value.status) == ("reward_unavailable", 409)
    assert refused.value.extra["missing"] == 200
    assert len(refused.value.extra["reasons"]) == 3
    sentence = say(refused.value.phrase, "en")
    for part in ("Free coffee", "200 points", "none are left"):
        assert part in sentence
    assert points(naderi.club, naderi.sara) == (100, 0)


def test_the_list_shows_what_can_be_had_first_with_reasons_for_the_rest(naderi: cast.Naderi) -> None:
    give(naderi.club, naderi.sara, 320)
    listed = offers.reward_list_for(naderi.club, naderi.sara.id, channel="portal", now=NOW)
    assert [(offer.key, offer.can_have, offer.missing) for offer in listed] == [
        ("free_coffee", True, 0),
        ("discount_50k", False, 180),
        ("store_credit_50k", False, 230),
    ]


def test_a_hidden_reward_is_neither_listed_nor_had(naderi: cast.Naderi) -> None:
    give(naderi.club, naderi.sara, 320)
    rewards.reward_save(
        club=naderi.club,
        key="free_coffee",
        name=Texts("قهوه", "Coffee"),
        is_visible=False,
        actor=OMID,
        now=NOW,
    )
    listed = offers.reward_list_for(naderi.club, naderi.sara.id, channel="portal", now=NOW)
    assert "free_coffee" not in [offer.key for offer in listed]
    with pytest.raises(Refusal, match="reward_unavailable"):
        begin(naderi)


def test_a_blocked_member_spends_nothing(naderi: cast.Naderi) -> None:
    give(naderi.club, naderi.sara, 800)
    member_block(club=naderi.club, id=naderi.sara.id, reason="fraud", actor=OMID, now=NOW)
    with pytest.raises(Refusal, match="reward_unavailable"):
        begin(naderi)
    assert points(naderi.club, naderi.sara) == (800, 0)


def test_a_member_blocked_after_asking_cannot_finish(naderi: cast.Naderi) -> None:
    give(naderi.club, naderi.sara, 800)
    settings_set(club=naderi.club, changes={"redeem_consent": "always"}, now=NOW)
    made = cast.Naderi(club_get(naderi.club.id), naderi.vanak, naderi.tajrish, naderi.sara, naderi.reza)
    begun = begin(made)
    member_block(club=made.club, id=made.sara.id, reason="fraud", actor=OMID, now=NOW)
    for finish in (
        lambda: services.redemption_confirm(
            club=made.club, redemption_id=begun.id, way="app", actor=the_member(made.sara), now=NOW
        ),
        lambda: services.redemption_capture(club=made.club, redemption_id=begun.id, actor=OMID, now=NOW),
    ):
        with pytest.raises(Refusal, match="member_blocked"):
            finish()
    services.redemption_release(club=made.club, redemption_id=begun.id, actor=OMID, now=NOW)
    assert points(made.club, made.sara) == (800, 0)


def test_a_merged_member_redeems_as_the_survivor(naderi: cast.Naderi) -> None:
    give(naderi.club, naderi.sara, 800)
    members_merge(club=naderi.club, survivor_id=naderi.reza.id, merged_id=naderi.sara.id, actor=OMID, now=NOW)
    info = begin(naderi, member=naderi.sara)
    assert info.member_id == naderi.reza.id
    assert points(naderi.club, naderi.reza)[0] < 800


@pytest.mark.parametrize(
    ("policy", "above", "asks"),
    [("never", 0, False), ("above", 300, False), ("above", 299, True), ("always", 0, True)],
)
def test_the_clubs_policy_says_when_the_member_is_asked(
    naderi: cast.Naderi, policy: str, above: int, asks: bool
) -> None:
    changes = {"redeem_consent": policy, "redeem_consent_above": above}
    club = settings_set(club=naderi.club, changes=changes, actor=OMID, now=NOW)
    made = cast.Naderi(club, naderi.vanak, naderi.tajrish, naderi.sara, naderi.reza)
    give(club, made.sara, 300)
    begun = begin(made)
    assert begun.awaits_yes is asks
    assert begun.state == ("open" if asks else "captured")
    assert points(club, made.sara) == ((0, 300) if asks else (0, 0))


def test_the_code_that_was_sent_is_the_yes(naderi: cast.Naderi) -> None:
    made = always_ask(naderi)
    give(made.club, made.sara, 300)
    begun = begin(made)
    issued = services.redemption_code_send(club=made.club, redemption_id=begun.id, now=NOW)
    sending.messages_send(now=NOW)
    (sent,) = messaging.trial_messages(made.club)
    assert issued.code in sent.body
    assert "۳۰۰ امتیاز" in sent.body
    assert "قهوهٔ رایگان" in sent.body
    done = services.redemption_confirm(
        club=made.club,
        redemption_id=begun.id,
        way="code",
        proof=issued.code,
        request_id=issued.request_id,
        actor=OMID,
        now=NOW,
    )
    assert (done.state, done.yes_by) == ("captured", "code")
    assert points(made.club, made.sara) == (0, 0)


def test_a_wrong_code_or_a_code_for_another_redemption_is_no_yes(naderi: cast.Naderi) -> None:
    made = always_ask(naderi)
    give(made.club, made.sara, 800)
    first = begin(made)
    issued = services.redemption_code_send(club=made.club, redemption_id=first.id, now=NOW)
    second = begin(made, "discount_50k")

    def confirm(redemption: RedemptionInfo, code: str) -> None:
        services.redemption_confirm(
            club=made.club,
            redemption_id=redemption.id,
            way="code",
            proof=code,
            request_id=issued.request_id,
            actor=OMID,
            now=NOW,
        )

    wrong = "000000" if issued.code != "000000" else "111111"
    with pytest.raises(Refusal, match="code_wrong"):
        confirm(first, wrong)
    with pytest.raises(Refusal, match="code_wrong"):
        confirm(second, issued.code)
    for _ in range(3):
        with pytest.raises(Refusal):
            confirm(first, wrong)
    with pytest.raises(Refusal, match="code_expired"):
        confirm(first, issued.code)
    assert points(made.club, made.sara) == (0, 800)


def test_the_members_own_qr_is_a_yes_and_anothers_is_not(naderi: cast.Naderi) -> None:
    made = always_ask(naderi)
    give(made.club, made.sara, 300)
    begun = begin(made)

    def scan(member: MemberInfo) -> RedemptionInfo:
        token = members.member_qr_token(made.club, member.id, NOW)
        return services.redemption_confirm(
            club=made.club, redemption_id=begun.id, way="qr", proof=token, actor=OMID, now=NOW
        )

    with pytest.raises(Refusal, match="yes_of_another"):
        scan(made.reza)
    assert scan(made.sara).yes_by == "qr"


def test_a_yes_in_the_portal_must_be_the_members_own(naderi: cast.Naderi) -> None:
    made = always_ask(naderi)
    give(made.club, made.sara, 300)
    begun = begin(made)
    (asked,) = selectors.redemptions_awaiting_yes(made.club, [made.sara.id], now=NOW)
    assert asked.id == begun.id

    def agree(actor: Actor) -> RedemptionInfo:
        return services.redemption_confirm(
            club=made.club, redemption_id=begun.id, way="app", actor=actor, now=NOW
        )

    for actor in (OMID, the_member(made.reza), Actor(kind="staff", id=public("member", made.sara.id))):
        with pytest.raises(Refusal, match="yes_of_another"):
            agree(actor)
    assert agree(the_member(made.sara)).state == "captured"
    assert selectors.redemptions_awaiting_yes(made.club, [made.sara.id], now=NOW) == []


def test_without_the_yes_nothing_is_captured(naderi: cast.Naderi) -> None:
    made = always_ask(naderi)
    give(made.club, made.sara, 300)
    begun = begin(made)
    with pytest.raises(Refusal, match="yes_missing"):
        services.redemption_capture(club=made.club, redemption_id=begun.id, actor=OMID, now=NOW)
    assert points(made.club, made.sara) == (0, 300)


def test_the_database_refuses_a_capture_without_the_yes_it_needs(naderi: cast.Naderi) -> None:
    made = always_ask(naderi)
    give(made.club, made.sara, 300)
    begun = begin(made)
    from django.db import IntegrityError

    with pytest.raises(IntegrityError, match="no_capture_without_the_yes_it_needs"):
        Redemption.objects.filter(id=begun.id).update(state="captured", closed_at=NOW)


def release(made: cast.Naderi, begun: RedemptionInfo, now: datetime = NOW) -> RedemptionInfo:
    return services.redemption_release(club=made.club, redemption_id=begun.id, actor=OMID, now=now)


def lots(made: cast.Naderi) -> list[tuple[int, int, datetime | None]]:
    opened = ledger.lots_open(made.club, made.sara.id)
    return [(lot.amount, lot.remaining, lot.expires_at) for lot in opened]


def test_giving_back_restores_points_stock_and_limit_once(naderi: cast.Naderi) -> None:
    made = always_ask(naderi)
    rewards.stock_set(club=made.club, reward="free_coffee", remaining=1, actor=OMID, now=NOW)
    early = NOW + timedelta(days=20)
    give(made.club, made.sara, 200, expires_at=early)
    give(made.club, made.sara, 200)
    before = [
        (lot.amount, lot.remaining, lot.expires_at) for lot in ledger.lots_open(made.club, made.sara.id)
    ]
    begun = begin(made)
    assert rewards_selectors.reward_get(made.club, "free_coffee").stock == 0
    assert release(made, begun).state == "released"
    assert release(made, begun).repeated
    assert lots(made) == before
    assert rewards_selectors.reward_get(made.club, "free_coffee").stock == 1
    assert points(made.club, made.sara) == (400, 0)
    assert begin(made).state == "open"


def test_what_is_over_is_over(naderi: cast.Naderi) -> None:
    made = always_ask(naderi)
    give(made.club, made.sara, 600)
    taken = begin(made)
    services.redemption_confirm(
        club=made.club, redemption_id=taken.id, way="app", actor=the_member(made.sara), now=NOW
    )
    with pytest.raises(Refusal, match="redemption_closed"):
        release(made, taken)
    next_day = NOW + timedelta(days=1)
    given_back = begin(made, now=next_day)
    release(made, given_back, next_day)
    with pytest.raises(Refusal, match="redemption_closed"):
        services.redemption_confirm(
            club=made.club, redemption_id=given_back.id, way="app", actor=the_member(made.sara), now=next_day
        )


def test_confirming_twice_captures_once(naderi: cast.Naderi) -> None:
    made = always_ask(naderi)
    give(made.club, made.sara, 600)
    begun = begin(made)

    def agree() -> RedemptionInfo:
        return services.redemption_confirm(
            club=made.club, redemption_id=begun.id, way="app", actor=the_member(made.sara), now=NOW
        )

    first, second = agree(), agree()
    assert (first.repeated, second.repeated) == (False, True)
    assert first.coupon.id == second.coupon.id
    assert points(made.club, made.sara) == (300, 0)


def test_an_open_redemption_times_out_and_gives_everything_back(naderi: cast.Naderi) -> None:
    made = always_ask(naderi)
    rewards.stock_set(club=made.club, reward="free_coffee", remaining=5, actor=OMID, now=NOW)
    give(made.club, made.sara, 300)
    begun = begin(made)
    assert services.redemptions_due_release(now=NOW + timedelta(minutes=9)) == 0
    late = NOW + timedelta(minutes=10)
    with pytest.raises(Refusal, match="redemption_closed"):
        services.redemption_confirm(
            club=made.club, redemption_id=begun.id, way="app", actor=the_member(made.sara), now=late
        )
    assert services.redemptions_due_release(now=late) == 1
    assert services.redemptions_due_release(now=late) == 0
    info = selectors.redemption_get(made.club, begun.id, now=late)
    assert (info.state, info.reason) == ("released", "timed_out")
    assert points(made.club, made.sara) == (300, 0)
    assert rewards_selectors.reward_get(made.club, "free_coffee").stock == 5


def test_the_same_reference_is_one_redemption(naderi: cast.Naderi) -> None:
    give(naderi.club, naderi.sara, 900)
    give(naderi.club, naderi.reza, 900)
    first = begin(naderi, reference=("till:7", "r-1"))
    again = begin(naderi, reference=("till:7", "r-1"))
    assert (again.id, again.repeated, first.repeated) == (first.id, True, False)
    assert points(naderi.club, naderi.sara) == (600, 0)
    with pytest.raises(Refusal, match="reference_reused"):
        begin(naderi, "discount_50k", reference=("till:7", "r-1"))
    with pytest.raises(Refusal, match="reference_reused"):
        begin(naderi, member=naderi.reza, reference=("till:7", "r-1"))
    assert points(naderi.club, naderi.reza) == (900, 0)


def test_a_refused_redemption_binds_no_reference(naderi: cast.Naderi) -> None:
    with pytest.raises(Refusal, match="reward_unavailable"):
        begin(naderi, reference=("till:7", "r-1"))
    give(naderi.club, naderi.sara, 900)
    assert begin(naderi, reference=("till:7", "r-1")).state == "captured"


def test_a_limit_of_one_a_day_holds(naderi: cast.Naderi) -> None:
    give(naderi.club, naderi.sara, 900)
    begin(naderi)
    with pytest.raises(Refusal) as refused:
        begin(naderi)
    assert "at most 1 a day" in say(refused.value.phrase, "en")
    assert begin(naderi, now=NOW + timedelta(days=1)).state == "captured"


def test_a_reward_is_announced_without_personal_data_or_its_code(naderi: cast.Naderi) -> None:
    heard: list[str] = []
    give(naderi.club, naderi.sara, 900)
    done = begin(naderi)
    with connections["default"].cursor() as cursor:
        cursor.execute("SELECT payload::text FROM ground_news WHERE kind = 'reward.issued'")
        heard = [row[0] for row in cursor.fetchall()]
    assert len(heard) == 1
    assert done.coupon.code.replace("-", "") not in heard[0]
    assert "محمدی" not in heard[0]
    while outbox.relay_once() or outbox.deliveries_run(now=NOW):
        pass
    (told,) = [m for m in messaging.inbox_list(naderi.club, [naderi.sara.id]) if m.event == "reward_issued"]
    assert "قهوهٔ رایگان" in told.body
    assert outbox.backlog().deliveries == 0


def at_once(hands: int, work: Callable[[int], None]) -> None:
    begun = threading.Barrier(hands)

    def hand(number: int) -> None:
        begun.wait()
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


def test_many_spends_of_one_balance_get_exactly_what_is_there(naderi: cast.Naderi) -> None:
    give(naderi.club, naderi.sara, 550 * 3 + 100)
    answers: list[str] = []

    def work(_number: int) -> None:
        try:
            answers.append(begin(naderi, "store_credit_50k").state)
        except Refusal as refusal:
            answers.append(refusal.code)

    at_once(8, work)
    assert sorted(answers) == ["captured"] * 3 + ["reward_unavailable"] * 5
    assert points(naderi.club, naderi.sara) == (100, 0)


def test_the_last_reward_goes_to_one_of_two_members(naderi: cast.Naderi) -> None:
    rewards.stock_set(club=naderi.club, reward="store_credit_50k", remaining=1, actor=OMID, now=NOW)
    give(naderi.club, naderi.sara, 1100)
    give(naderi.club, naderi.reza, 1100)
    answers: list[str] = []

    def work(number: int) -> None:
        member = naderi.sara if number % 2 else naderi.reza
        try:
            answers.append(begin(naderi, "store_credit_50k", member=member).state)
        except Refusal as refusal:
            answers.append(refusal.code)

    at_once(6, work)
    assert answers.count("captured") == 1
    assert rewards_selectors.reward_get(naderi.club, "store_credit_50k").stock == 0
    left = points(naderi.club, naderi.sara)[0] + points(naderi.club, naderi.reza)[0]
    assert left == 2200 - 550


def test_the_same_reference_at_once_is_one_redemption(naderi: cast.Naderi) -> None:
    give(naderi.club, naderi.sara, 5500)
    seen: list[uuid.UUID] = []

    def work(_number: int) -> None:
        seen.append(begin(naderi, "store_credit_50k", reference=("till:7", "r-1")).id)

    at_once(8, work)
    assert len(seen) == 8
    assert len(set(seen)) == 1
    assert points(naderi.club, naderi.sara) == (4950, 0)


def test_capture_against_release_leaves_one_outcome(naderi: cast.Naderi) -> None:
    made = always_ask(naderi)
    give(made.club, made.sara, 300)
    begun = begin(made)
    answers: list[str] = []

    def work(number: int) -> None:
        try:
            if number % 2:
                answers.append(
                    services.redemption_confirm(
                        club=made.club,
                        redemption_id=begun.id,
                        way="app",
                        actor=the_member(made.sara),
                        now=NOW,
                    ).state
                )
            else:
                answers.append(release(made, begun).state)
        except Refusal as refusal:
            answers.append(refusal.code)

    at_once(6, work)
    final = selectors.redemption_get(made.club, begun.id, now=NOW).state
    assert {answer for answer in answers if answer != "redemption_closed"} == {final}
    assert points(made.club, made.sara) == ((0, 0) if final == "captured" else (300, 0))


@pytest.mark.parametrize("step", ["claim_take", "hold_open", "hold_capture", "coupon_issue", "news_post"])
def test_a_kill_between_two_steps_leaves_nothing_half_done(
    naderi: cast.Naderi, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    rewards.stock_set(club=naderi.club, reward="free_coffee", remaining=3, actor=OMID, now=NOW)
    give(naderi.club, naderi.sara, 300)
    from bashgah.redemption import acts

    owner = {"hold_open": acts.ledger, "hold_capture": acts.ledger, "news_post": acts}.get(step, acts.rewards)
    real = getattr(owner, step)

    def dies_after(**given: object) -> None:
        real(**given)
        raise KeyboardInterrupt

    with monkeypatch.context() as broken:
        broken.setattr(owner, step, dies_after)
        with pytest.raises(KeyboardInterrupt):
            begin(naderi, reference=("till:7", "r-1"))
    assert points(naderi.club, naderi.sara) == (300, 0)
    assert rewards_selectors.reward_get(naderi.club, "free_coffee").stock == 3
    assert Redemption.objects.count() == 0
    assert rewards_selectors.coupon_list(naderi.club, [naderi.sara.id], now=NOW) == []
    assert begin(naderi, reference=("till:7", "r-1")).state == "captured"


def test_another_clubs_redemption_is_not_found(naderi: cast.Naderi) -> None:
    ketab = cast.ketab()
    give(naderi.club, naderi.sara, 300)
    done = begin(naderi)
    with pytest.raises(Refusal) as refused:
        selectors.redemption_get(ketab.club, done.id, now=NOW)
    assert refused.value.status == 404
    assert selectors.redemption_list(ketab.club, now=NOW) == []
    assert [info.id for info in selectors.redemption_list(naderi.club, now=NOW)] == [done.id]
    assert [i.id for i in selectors.redemptions_of_member(naderi.club, [naderi.sara.id], now=NOW)] == [
        done.id
    ]


def test_terms_of_the_version_in_force_count(naderi: cast.Naderi) -> None:
    give(naderi.club, naderi.sara, 300)
    draft = programs.draft_get(naderi.club)
    document = dict(draft.document)
    document["rewards"] = [each for each in document["rewards"] if each["key"] != "free_coffee"]
    saved = programs_services.draft_save(
        club=naderi.club, document=document, revision=draft.revision, actor=OMID, now=NOW
    )
    programs_services.draft_publish(
        club=naderi.club,
        revision=saved.revision,
        actor=OMID,
        now=NOW,
        effective_from=NOW + timedelta(hours=1),
    )
    assert begin(naderi).state == "captured"
    with pytest.raises(Refusal, match="reward_not_found"):
        begin(naderi, now=datetime(2026, 11, 23, 9, 0, tzinfo=UTC))
