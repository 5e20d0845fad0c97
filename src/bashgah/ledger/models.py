"""Tables of the ledger; nobody outside this room touches them.

Wide columns come first so that rows carry no padding; every table is found by its member first.
"""

from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models import F, Q

from bashgah.ledger.types import Account, HoldState


class Wallet(models.Model):
    """Running balances of one unit of one member, kept with the postings and proved against them.

    ``available`` equals the open lots less ``debt``. From ``lapses_at`` on everything in it has expired.
    No changing column carries an index, so updates stay on their page.
    """

    pk = models.CompositePrimaryKey("member_id", "unit")
    available = models.BigIntegerField()
    pending = models.BigIntegerField()
    held = models.BigIntegerField()
    debt = models.BigIntegerField()
    earned_ever = models.BigIntegerField()
    next_change_at = models.DateTimeField(null=True)
    lapses_at = models.DateTimeField(null=True)
    kind = models.SmallIntegerField()
    member_id = models.UUIDField()
    club_id = models.UUIDField()
    unit = models.TextField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(available__gte=0 - F("debt"), pending__gte=0, held__gte=0, debt__gte=0),
                name="wallet_never_owes_more_than_its_debt",
            ),
        ]


class Entry(models.Model):
    """One cause of movements; who and why. Written once."""

    pk = models.CompositePrimaryKey("member_id", "id")
    occurred_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    business_date = models.DateField()
    cause = models.SmallIntegerField()
    actor_kind = models.SmallIntegerField()
    member_id = models.UUIDField()
    id = models.UUIDField()
    club_id = models.UUIDField()
    cause_id = models.UUIDField()
    actor_id = models.UUIDField(null=True)
    reason = models.TextField()

    class Meta:
        # written in the order of recording: a day's entries lie together, and an insert pays nothing for it
        indexes = [BrinIndex(fields=["recorded_at"], name="entries_by_recording", pages_per_range=32)]


class Posting(models.Model):
    """Units moved from one account to another: balanced by construction, written once.

    A reversal names its posting, counts itself (``n``) and carries the running total and the amount it may
    reach (``original``), so that no two together take back more than was given.
    """

    pk = models.CompositePrimaryKey("member_id", "id")
    amount = models.BigIntegerField()
    original = models.BigIntegerField(null=True)
    reversed_total = models.BigIntegerField(null=True)
    debit = models.SmallIntegerField()
    credit = models.SmallIntegerField()
    n = models.SmallIntegerField(null=True)
    member_id = models.UUIDField()
    id = models.UUIDField()
    entry_id = models.UUIDField()
    club_id = models.UUIDField()
    reverses = models.UUIDField(null=True)
    unit = models.TextField()
    rule = models.TextField()

    class Meta:
        # entries' ids rise with time: those of some days lie together, and an insert pays nothing for it
        indexes = [BrinIndex(fields=["entry_id"], name="postings_by_entry", pages_per_range=32)]
        constraints = [
            models.UniqueConstraint(
                fields=["member_id", "reverses", "n"],
                condition=Q(reverses__isnull=False),
                name="reversals_are_numbered",
            ),
            models.CheckConstraint(condition=Q(amount__gt=0), name="posting_moves_something"),
            models.CheckConstraint(condition=~Q(debit=F("credit")), name="posting_has_two_sides"),
            models.CheckConstraint(
                condition=Q(debit__in=[int(a) for a in Account], credit__in=[int(a) for a in Account]),
                name="posting_names_known_accounts",
            ),
            models.CheckConstraint(
                condition=Q(
                    reverses__isnull=True,
                    n__isnull=True,
                    reversed_total__isnull=True,
                    original__isnull=True,
                )
                | Q(
                    reverses__isnull=False,
                    n__gte=1,
                    reversed_total__gte=F("amount"),
                    reversed_total__lte=F("original"),
                ),
                name="reversals_stay_within_the_posting",
            ),
        ]


class Lot(models.Model):
    """Units credited by one posting, whose id it shares; they mature together and expire together.

    A pending lot with ``confirm_by`` waits for a confirmation and is cancelled without one by then.
    """

    pk = models.CompositePrimaryKey("member_id", "id")
    amount = models.BigIntegerField()
    remaining = models.BigIntegerField()
    available_from = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(null=True)
    confirm_by = models.DateTimeField(null=True)
    is_open = models.BooleanField()
    is_pending = models.BooleanField()
    member_id = models.UUIDField()
    id = models.UUIDField()
    club_id = models.UUIDField()
    unit = models.TextField()

    class Meta:
        indexes = [
            models.Index(fields=["member_id"], condition=Q(is_open=True), name="lots_still_open"),
            BrinIndex(fields=["expires_at"], name="lots_by_expiry", pages_per_range=32, autosummarize=True),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(remaining__gte=0, remaining__lte=F("amount")), name="lot_holds_what_is_left"
            ),
            models.CheckConstraint(
                condition=Q(is_open=True, remaining__gt=0) | Q(is_open=False, remaining=0),
                name="lot_is_open_while_something_is_left",
            ),
        ]


class Allocation(models.Model):
    """How much one posting took from one lot (positive) or gave back to it (negative). Written once."""

    pk = models.CompositePrimaryKey("member_id", "posting_id", "lot_id")
    amount = models.BigIntegerField()
    member_id = models.UUIDField()
    posting_id = models.UUIDField()
    lot_id = models.UUIDField()
    club_id = models.UUIDField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(amount=0), name="allocation_moves_something"),
        ]


class Hold(models.Model):
    """Units set aside: ``posting_id`` moved them to held and its allocations name the lots."""

    pk = models.CompositePrimaryKey("member_id", "id")
    amount = models.BigIntegerField()
    opened_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    state = models.SmallIntegerField()
    member_id = models.UUIDField()
    id = models.UUIDField()
    club_id = models.UUIDField()
    posting_id = models.UUIDField()
    unit = models.TextField()
    purpose = models.TextField()

    class Meta:
        indexes = [
            models.Index(
                fields=["expires_at"], condition=Q(state=int(HoldState.OPEN)), name="holds_still_open"
            )
        ]
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="hold_holds_something"),
            models.CheckConstraint(
                condition=Q(state=int(HoldState.OPEN), closed_at__isnull=True)
                | Q(state__gt=int(HoldState.OPEN), closed_at__isnull=False),
                name="hold_is_closed_once",
            ),
        ]


class Root(models.Model):
    """The seal of one recorded day of a club, chained to the day before. Written once.

    ``since`` and ``until`` are the instants the day ran between, so that a later change of the club's zone
    moves no row to another day.
    """

    pk = models.CompositePrimaryKey("club_id", "day")
    since = models.DateTimeField()
    until = models.DateTimeField()
    closed_at = models.DateTimeField()
    entries = models.BigIntegerField()
    day = models.DateField()
    club_id = models.UUIDField()
    root = models.BinaryField()


class Day(models.Model):
    """What moved of one unit on one recorded day, and what members held at its end. Written once.

    ``issued`` and ``reversed`` are gross; the other four are net, with the sign they have in a statement.
    """

    pk = models.CompositePrimaryKey("club_id", "day", "unit")
    postings = models.BigIntegerField()
    allocations = models.BigIntegerField()
    issued = models.BigIntegerField()
    reversed = models.BigIntegerField()
    redeemed = models.BigIntegerField()
    expired = models.BigIntegerField()
    adjusted = models.BigIntegerField()
    transferred = models.BigIntegerField()
    closing = models.BigIntegerField()
    day = models.DateField()
    club_id = models.UUIDField()
    unit = models.TextField()
    movements_hash = models.BinaryField()
    allocations_hash = models.BinaryField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(issued__gte=0, reversed__gte=0, postings__gte=0, allocations__gte=0),
                name="a_day_counts_upwards",
            ),
        ]
