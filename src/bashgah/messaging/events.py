"""The messages the house knows: when each is sent, what it may say, and its wording where a club has none."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from bashgah.kit.money import Money
from bashgah.kit.phrases import Phrase
from bashgah.kit.phrases import marked as _
from bashgah.kit.points import Points
from bashgah.kit.text import Texts
from bashgah.messaging.erase_event import ERASE_CODE
from bashgah.messaging.fields import CLUB, NADERI, NAME, SARA
from bashgah.messaging.giving_events import GIVING_EVENTS
from bashgah.messaging.group_events import GROUP_EVENTS
from bashgah.messaging.types import EventInfo

_CODE = Phrase(_("the one-time code"))
_MINUTES = Phrase(_("how many minutes the code is good for"))

BALANCE = EventInfo(
    key="purchase_balance",
    label=Phrase(_("Balance after a purchase")),
    when=Phrase(_("After each purchase of a member, if it is not older than a day.")),
    line="service",
    is_secret=False,
    channels=("sms", "inbox"),
    fields={
        "club": CLUB,
        "name": NAME,
        "amount": Phrase(_("what the purchase cost")),
        "points": Phrase(_("the points it earned")),
        "balance": Phrase(_("the points the member can use now")),
    },
    example={
        "club": NADERI,
        "name": SARA,
        "amount": Money(4_850_000, "IRR"),
        "points": Points(485),
        "balance": Points(2_310),
    },
    subject=Texts("{points} گرفتید", "You earned {points}"),
    body=Texts(
        "{club}\nاز خرید {amount}، {points} گرفتید.\nامتیاز قابل استفاده: {balance}",
        "{club}\nYour purchase of {amount} earned {points}.\nAvailable: {balance}",
    ),
)

WELCOME = EventInfo(
    key="welcome",
    label=Phrase(_("Welcome")),
    when=Phrase(_("When somebody becomes a member.")),
    line="service",
    is_secret=False,
    channels=("sms", "inbox", "email"),
    fields={"club": CLUB, "name": NAME, "number": Phrase(_("the membership number"))},
    example={"club": NADERI, "name": SARA, "number": "6280000000001236"},
    subject=Texts("به {club} خوش آمدید", "Welcome to {club}"),
    body=Texts(
        "به {club} خوش آمدید.\nشمارهٔ عضویت شما: {number}\nاز خرید بعدی امتیاز می‌گیرید.",
        "Welcome to {club}.\nYour membership number: {number}\nYou earn points from your next purchase.",
    ),
)

TIER_RAISED = EventInfo(
    key="tier_raised",
    label=Phrase(_("Rise to a tier")),
    when=Phrase(_("When a member reaches a higher tier.")),
    line="service",
    is_secret=False,
    channels=("sms", "inbox", "email"),
    fields={"club": CLUB, "name": NAME, "tier": Phrase(_("the new tier"))},
    example={"club": NADERI, "name": SARA, "tier": Texts("طلایی", "Gold")},
    subject=Texts("سطح عضویت شما {tier} شد", "You are {tier} now"),
    body=Texts(
        "{club}\nتبریک! سطح عضویت شما {tier} شد.",
        "{club}\nCongratulations, you have reached {tier}.",
    ),
)

REWARD_ISSUED = EventInfo(
    key="reward_issued",
    label=Phrase(_("Reward received")),
    when=Phrase(_("When points were turned into a reward.")),
    line="service",
    is_secret=False,
    channels=("sms", "inbox"),
    fields={
        "club": CLUB,
        "name": NAME,
        "reward": Phrase(_("the reward's name")),
        "price": Phrase(_("the points it cost")),
        "until": Phrase(_("the last day of a coupon, or a dash")),
    },
    example={
        "club": NADERI,
        "name": SARA,
        "reward": Texts("کوپن ۲۰٪ تخفیف", "20% coupon"),
        "price": Points(1_200),
        "until": date(2026, 12, 21),
    },
    subject=Texts("{reward} مال شماست", "{reward} is yours"),
    body=Texts(
        "{club}\n«{reward}» را با {price} گرفتید.\nمهلت استفاده: {until}\nکد آن در پرتال باشگاه است.",
        "{club}\nYou got “{reward}” for {price}.\nUse it until: {until}\nIts code is in the member portal.",
    ),
)

REWARD_GIVEN = EventInfo(
    key="reward_given",
    label=Phrase(_("Reward from the club")),
    when=Phrase(_("When a rule gave a member a reward, free of points.")),
    line="service",
    is_secret=False,
    channels=("sms", "inbox"),
    fields={
        "club": CLUB,
        "name": NAME,
        "reward": Phrase(_("the reward's name")),
        "until": Phrase(_("the last day of a coupon, or a dash")),
    },
    example={
        "club": NADERI,
        "name": SARA,
        "reward": Texts("کوپن ۱۰٪ تخفیف", "10% coupon"),
        "until": date(2026, 12, 21),
    },
    subject=Texts("هدیه‌ای از {club} برای شما", "A gift from {club}"),
    body=Texts(
        "{club}\n«{reward}» هدیهٔ ما به شماست.\nمهلت استفاده: {until}\nدر پرتال باشگاه ببینید.",
        "{club}\n“{reward}” is our gift to you.\nUse it until: {until}\nSee it in the member portal.",
    ),
)

CREDIT_ISSUED = EventInfo(
    key="credit_issued",
    label=Phrase(_("Store credit received")),
    when=Phrase(_("When points were turned into store credit.")),
    line="service",
    is_secret=False,
    channels=("sms", "inbox"),
    fields={
        "club": CLUB,
        "name": NAME,
        "amount": Phrase(_("the credited amount")),
        "price": Phrase(_("the points it cost")),
    },
    example={
        "club": NADERI,
        "name": SARA,
        "amount": Money(2_000_000, "IRR"),
        "price": Points(1_500),
    },
    subject=Texts("{amount} اعتبار خرید گرفتید", "You got {amount} of store credit"),
    body=Texts(
        "{club}\n{amount} اعتبار خرید با {price} به حساب شما نشست.",
        "{club}\n{amount} of store credit for {price} is in your account.",
    ),
)

REDEEM_CODE = EventInfo(
    key="redeem_code",
    label=Phrase(_("Code to agree to a redemption")),
    when=Phrase(_("When a cashier asks the member to agree to using points.")),
    line="service",
    is_secret=True,
    channels=("sms",),
    fields={
        "club": CLUB,
        "code": _CODE,
        "minutes": _MINUTES,
        "price": Phrase(_("the points it costs")),
        "reward": Phrase(_("the reward's name")),
    },
    example={
        "club": NADERI,
        "code": "482913",
        "minutes": 3,
        "price": Points(1_200),
        "reward": Texts("کوپن ۲۰٪ تخفیف", "20% coupon"),
    },
    subject=Texts("کد تأیید", "Your code"),
    body=Texts(
        "{club}\nکد تأیید استفاده از {price} برای «{reward}»: {code}\n"
        "فقط اگر خودتان خواسته‌اید آن را به صندوق‌دار بگویید.",
        "{club}\nCode to use {price} for “{reward}”: {code}\n"
        "Tell it to the cashier only if you asked for it.",
    ),
)

SIGN_IN_CODE = EventInfo(
    key="sign_in_code",
    label=Phrase(_("Code to sign in")),
    when=Phrase(_("When a member signs in to the portal.")),
    line="service",
    is_secret=True,
    channels=("sms",),
    fields={"club": CLUB, "code": _CODE, "minutes": _MINUTES},
    example={"club": NADERI, "code": "482913", "minutes": 3},
    subject=Texts("کد ورود", "Your sign-in code"),
    body=Texts(
        "{club}\nکد ورود شما: {code}\nتا {minutes} دقیقه اعتبار دارد. آن را به کسی نگویید.",
        "{club}\nYour sign-in code: {code}\nGood for {minutes} minutes. Tell it to nobody.",
    ),
    typed_on_page=True,
)

VERIFY_CODE = EventInfo(
    key="verify_code",
    label=Phrase(_("Code to prove a mobile number")),
    when=Phrase(_("When somebody joins or changes their number.")),
    line="service",
    is_secret=True,
    channels=("sms",),
    fields={"club": CLUB, "code": _CODE, "minutes": _MINUTES},
    example={"club": NADERI, "code": "482913", "minutes": 3},
    subject=Texts("کد تأیید شماره", "Your code"),
    body=Texts(
        "{club}\nکد تأیید شمارهٔ موبایل: {code}\nتا {minutes} دقیقه اعتبار دارد.",
        "{club}\nCode to confirm your number: {code}\nGood for {minutes} minutes.",
    ),
    typed_on_page=True,
)

GIVE_CODE = EventInfo(
    key="give_code",
    label=Phrase(_("Code to agree to giving points")),
    when=Phrase(_("When a member gives points to another member.")),
    line="service",
    is_secret=True,
    channels=("sms",),
    fields={
        "club": CLUB,
        "code": _CODE,
        "minutes": _MINUTES,
        "points": Phrase(_("the points given")),
        "receiver": Phrase(_("who receives them")),
    },
    example={"club": NADERI, "code": "482913", "minutes": 3, "points": Points(500), "receiver": "رضا کریمی"},
    subject=Texts("کد تأیید", "Your code"),
    body=Texts(
        "{club}\nکد تأیید اهدای {points} به {receiver}: {code}\n"
        "اگر خودتان نخواسته‌اید، این کد را به کسی نگویید.",
        "{club}\nCode to give {points} to {receiver}: {code}\nIf you did not ask for it, tell it to nobody.",
    ),
)

PROOF_ACCEPTED = EventInfo(
    key="proof_accepted",
    label=Phrase(_("Proof accepted")),
    when=Phrase(_("When the proof of a social task, or a review, was accepted by somebody.")),
    line="service",
    is_secret=False,
    channels=("sms", "inbox"),
    fields={
        "club": CLUB,
        "name": NAME,
        "task": Phrase(_("the task, or that it was a review")),
        "points": Phrase(_("the points it earned")),
    },
    example={
        "club": NADERI,
        "name": SARA,
        "task": Texts("دنبال کردن صفحهٔ اینستاگرام", "Follow us on Instagram"),
        "points": Points(25),
    },
    subject=Texts("«{task}» پذیرفته شد", "Accepted: {task}"),
    body=Texts(
        "{club}\n«{task}» پذیرفته شد.\nامتیاز آن: {points}",
        "{club}\nAccepted: {task}.\nIt earned: {points}",
    ),
)

PROOF_REFUSED = EventInfo(
    key="proof_refused",
    label=Phrase(_("Proof not accepted")),
    when=Phrase(_("When the proof of a social task, or a review, was refused.")),
    line="service",
    is_secret=False,
    channels=("sms", "inbox"),
    fields={
        "club": CLUB,
        "name": NAME,
        "task": Phrase(_("the task, or that it was a review")),
        "reason": Phrase(_("why it was refused")),
    },
    example={
        "club": NADERI,
        "name": SARA,
        "task": Texts("دنبال کردن صفحهٔ اینستاگرام", "Follow us on Instagram"),
        "reason": Texts("تصویر خوانا نیست.", "The picture cannot be read."),
    },
    subject=Texts("«{task}» پذیرفته نشد", "Not accepted: {task}"),
    body=Texts(
        "{club}\n«{task}» پذیرفته نشد. {reason}",
        "{club}\nNot accepted: {task}. {reason}",
    ),
)

EXPIRY_SOON = EventInfo(
    key="expiry_soon",
    label=Phrase(_("Points expire soon")),
    when=Phrase(_("Some days before points expire, once for each date; the days are in the settings.")),
    line="service",
    is_secret=False,
    channels=("sms", "inbox"),
    fields={
        "club": CLUB,
        "name": NAME,
        "points": Phrase(_("what will expire")),
        "day": Phrase(_("the last day on which it can be used")),
    },
    example={"club": NADERI, "name": SARA, "points": Points(1_200), "day": date(2027, 3, 20)},
    subject=Texts("{points} به‌زودی منقضی می‌شود", "{points} expire soon"),
    body=Texts(
        "{club}\nمهلت استفاده از {points} شما تا پایان {day} است.\nپاداش‌ها را در پرتال باشگاه ببینید.",
        "{club}\nYou can use {points} until the end of {day}.\nSee the rewards in the member portal.",
    ),
)

MOBILE_CHANGED = EventInfo(
    key="mobile_changed",
    label=Phrase(_("The mobile number was changed")),
    when=Phrase(_("To the old number, when a member's mobile number changes; also without a consent.")),
    line="service",
    is_secret=False,
    channels=("sms",),
    fields={"club": CLUB, "mobile": Phrase(_("the new number, masked"))},
    example={"club": NADERI, "mobile": "0935•••5678"},
    subject=Texts("تغییر شمارهٔ موبایل", "Mobile number changed"),
    body=Texts(
        "{club}\nشمارهٔ موبایل عضویت شما به {mobile} تغییر کرد.\n"
        "اگر کار شما نبود، همین حالا به باشگاه خبر بدهید.",
        "{club}\nThe mobile number of your membership is now {mobile}.\n"
        "If this was not you, tell the club at once.",
    ),
)

EVENTS: Mapping[str, EventInfo] = {
    event.key: event
    for event in (
        BALANCE,
        WELCOME,
        EXPIRY_SOON,
        TIER_RAISED,
        REWARD_ISSUED,
        REWARD_GIVEN,
        CREDIT_ISSUED,
        REDEEM_CODE,
        SIGN_IN_CODE,
        VERIFY_CODE,
        GIVE_CODE,
        ERASE_CODE,
        *GIVING_EVENTS,
        PROOF_ACCEPTED,
        PROOF_REFUSED,
        *GROUP_EVENTS,
        MOBILE_CHANGED,
    )
}
CODE_EVENTS: Mapping[str, str] = {
    "sign_in": "sign_in_code",
    "redeem": "redeem_code",
    "verify": "verify_code",
    "give": "give_code",
    "erase": "erase_code",
}
