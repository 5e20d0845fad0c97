"""Tables of the activities room: facts as they were settled, their references, anonymous purchases."""

from django.db import models
from django.db.models import F, Q


class Reference(models.Model):
    """The client's name for a fact, unique in the club for good; ``body`` is the SHA-256 of the fact."""

    pk = models.CompositePrimaryKey("club_id", "source", "reference")
    club_id = models.UUIDField()
    activity_id = models.UUIDField()
    member_id = models.UUIDField(null=True)
    body = models.BinaryField()
    source = models.TextField(db_collation="C")
    reference = models.TextField(db_collation="C")


class Activity(models.Model):
    """A settled fact: what happened, under which program version, from which state, with which outcome.

    ``fact``, ``state`` and ``outcome`` are compact (``activities.compact``); written once.
    """

    pk = models.CompositePrimaryKey("member_id", "id")
    occurred_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    gross = models.BigIntegerField()
    net = models.BigIntegerField()
    business_date = models.DateField()
    program = models.IntegerField()
    semantics = models.SmallIntegerField()
    kind = models.SmallIntegerField()
    actor_kind = models.SmallIntegerField()
    member_id = models.UUIDField()
    id = models.UUIDField()
    club_id = models.UUIDField()
    actor_id = models.UUIDField(null=True)
    about_id = models.UUIDField(null=True)
    branch = models.TextField()
    channel = models.TextField()
    type = models.TextField()
    source = models.TextField()
    reference = models.TextField()
    fact = models.BinaryField()
    state = models.BinaryField()
    outcome = models.BinaryField()

    class Meta:
        indexes = [
            models.Index(fields=["club_id", "id"], name="activities_of_a_club"),
            # lists of returns, visits and other kinds pass over millions of purchases
            models.Index(
                fields=["club_id", "kind", "id"], condition=~Q(kind=0), name="activities_but_purchases"
            ),
        ]


class Shadow(models.Model):
    """Units that a rule in shadow would have given for a fact; a return of it has rows below zero.

    ``kind`` 1 marks what a rule that counts would have given more or less because of those in shadow.
    """

    pk = models.CompositePrimaryKey("member_id", "activity_id", "kind", "rule", "unit")
    amount = models.BigIntegerField()
    business_date = models.DateField()
    kind = models.SmallIntegerField()
    member_id = models.UUIDField()
    activity_id = models.UUIDField()
    about_id = models.UUIDField()
    club_id = models.UUIDField()
    rule = models.TextField()
    unit = models.TextField()
    branch = models.TextField(blank=True)
    tier = models.TextField(blank=True)
    base = models.BinaryField()

    class Meta:
        indexes = [
            models.Index(fields=["club_id", "rule", "business_date"], name="shadows_of_a_rule"),
            models.Index(
                fields=["club_id", "business_date"], condition=models.Q(kind=1), name="shadows_of_others"
            ),
        ]


class Anonymous(models.Model):
    """A purchase nobody showed a card for: counts in sales, earns nothing, can be claimed once."""

    pk = models.CompositePrimaryKey("club_id", "id")
    occurred_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    gross = models.BigIntegerField()
    net = models.BigIntegerField()
    claimed_at = models.DateTimeField(null=True)
    business_date = models.DateField()
    actor_kind = models.SmallIntegerField()
    club_id = models.UUIDField()
    id = models.UUIDField()
    actor_id = models.UUIDField(null=True)
    claimed_by = models.UUIDField(null=True)
    claim_id = models.UUIDField(null=True)
    branch = models.TextField()
    channel = models.TextField()
    source = models.TextField()
    reference = models.TextField()
    fact = models.BinaryField()


class Returned(models.Model):
    """How much of one line of a purchase came back so far; line 0 is a purchase known by its amount alone."""

    pk = models.CompositePrimaryKey("member_id", "purchase_id", "line_no")
    bought = models.BigIntegerField()
    returned = models.BigIntegerField()
    line_no = models.IntegerField()
    member_id = models.UUIDField()
    club_id = models.UUIDField()
    purchase_id = models.UUIDField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(returned__gt=0, returned__lte=F("bought")), name="no_more_returned_than_bought"
            ),
        ]


class Spent(models.Model):
    """One thing a purchase was paid with (units of a wallet, a coupon, a redemption), and what went back.

    ``posting_id`` took the units out of their lots; a coupon counts as one and has none.
    """

    pk = models.CompositePrimaryKey("member_id", "purchase_id", "no")
    amount = models.BigIntegerField()
    returned = models.BigIntegerField()
    no = models.SmallIntegerField()
    kind = models.SmallIntegerField()
    member_id = models.UUIDField()
    club_id = models.UUIDField()
    purchase_id = models.UUIDField()
    ref_id = models.UUIDField()
    owner_id = models.UUIDField()
    posting_id = models.UUIDField(null=True)
    unit = models.TextField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(returned__gte=0, returned__lte=F("amount")), name="no_more_given_back_than_spent"
            ),
            models.UniqueConstraint(
                fields=["member_id", "ref_id"], condition=Q(kind=3), name="one_purchase_per_redemption"
            ),
        ]


class Pooled(models.Model):
    """A household or company that an activity gave to or was paid from; ``entry_id`` is what it gave."""

    pk = models.CompositePrimaryKey("member_id", "activity_id", "group_id")
    member_id = models.UUIDField()
    activity_id = models.UUIDField()
    group_id = models.UUIDField()
    club_id = models.UUIDField()
    entry_id = models.UUIDField(null=True)


class AnonymousReturn(models.Model):
    """Goods of an anonymous purchase that came back: they count in sales and take nothing from anybody."""

    pk = models.CompositePrimaryKey("club_id", "id")
    occurred_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    gross = models.BigIntegerField()
    net = models.BigIntegerField()
    business_date = models.DateField()
    actor_kind = models.SmallIntegerField()
    club_id = models.UUIDField()
    id = models.UUIDField()
    purchase_id = models.UUIDField()
    actor_id = models.UUIDField(null=True)
    branch = models.TextField()
    channel = models.TextField()
    source = models.TextField()
    reference = models.TextField()
    fact = models.BinaryField()

    class Meta:
        indexes = [models.Index(fields=["club_id", "purchase_id"], name="returns_of_anonymous")]


class AnonymousReturned(models.Model):
    """How much of one line of an anonymous purchase came back so far."""

    pk = models.CompositePrimaryKey("club_id", "purchase_id", "line_no")
    bought = models.BigIntegerField()
    returned = models.BigIntegerField()
    line_no = models.IntegerField()
    club_id = models.UUIDField()
    purchase_id = models.UUIDField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(returned__gt=0, returned__lte=F("bought")),
                name="no_more_returned_than_bought_anonymously",
            ),
        ]


class Waiting(models.Model):
    """A return told before its purchase; its reference is bound once it is settled."""

    pk = models.CompositePrimaryKey("club_id", "id")
    occurred_at = models.DateTimeField()
    received_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    actor_kind = models.SmallIntegerField()
    club_id = models.UUIDField()
    id = models.UUIDField()
    actor_id = models.UUIDField(null=True)
    source = models.TextField(db_collation="C")
    reference = models.TextField(db_collation="C")
    purchase_source = models.TextField(db_collation="C")
    purchase_reference = models.TextField(db_collation="C")
    outcome = models.TextField(blank=True)
    body_hash = models.BinaryField()
    body = models.BinaryField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["club_id", "source", "reference"],
                condition=Q(closed_at__isnull=True),
                name="one_return_waits_per_reference",
            ),
        ]
        indexes = [
            models.Index(
                fields=["club_id", "purchase_source", "purchase_reference"],
                condition=Q(closed_at__isnull=True),
                name="returns_waiting_for_a_purchase",
            ),
        ]


class Quote(models.Model):
    """What a cart was promised until an instant; kept for good once a purchase (``activity_id``) took it.

    ``member_id`` of a stranger's cart is the quote's own id. ``fact`` is the purchase as promised,
    ``promise`` the units that pay and those to be earned (``activities.promises``).
    """

    pk = models.CompositePrimaryKey("member_id", "id")
    made_at = models.DateTimeField()
    valid_until = models.DateTimeField()
    committed_at = models.DateTimeField(null=True)
    program = models.IntegerField()
    member_id = models.UUIDField()
    id = models.UUIDField()
    club_id = models.UUIDField()
    activity_id = models.UUIDField(null=True)
    fact = models.BinaryField()
    promise = models.BinaryField()

    class Meta:
        indexes = [
            models.Index(fields=["club_id", "id"], name="activities_quotes_of_a_club"),
            models.Index(
                fields=["activity_id"],
                condition=Q(activity_id__isnull=False),
                name="activities_quotes_taken",
            ),
            models.Index(
                fields=["valid_until"], condition=Q(activity_id__isnull=True), name="activities_quotes_open"
            ),
        ]


class RecomputeRun(models.Model):
    """Computing many members again: what was asked and what was found."""

    pk = models.CompositePrimaryKey("club_id", "id")
    begun_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    since = models.DateField()
    members = models.IntegerField(default=0)
    done = models.IntegerField(default=0)
    differing = models.IntegerField(default=0)
    left_out = models.IntegerField(default=0)
    actor_kind = models.SmallIntegerField()
    is_applied = models.BooleanField()
    club_id = models.UUIDField()
    id = models.UUIDField()
    actor_id = models.UUIDField(null=True)
    branch = models.TextField(blank=True)
    changes = models.JSONField(default=dict)
    samples = models.JSONField(default=list)


class OccasionMark(models.Model):
    """Up to which day a club's birthdays, or anniversaries of joining, were gone through."""

    pk = models.CompositePrimaryKey("club_id", "type")
    club_id = models.UUIDField()
    type = models.TextField()
    done_until = models.DateField()


class Review(models.Model):
    """A fact held back for a person; its reference is bound only if it is settled."""

    pk = models.CompositePrimaryKey("club_id", "id")
    occurred_at = models.DateTimeField()
    received_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True)
    club_id = models.UUIDField()
    id = models.UUIDField()
    reason = models.TextField()
    decision = models.TextField(blank=True)
    decided_by = models.TextField(blank=True, default="", db_default="")
    branch = models.TextField(blank=True, default="", db_default="")
    member_id = models.UUIDField(null=True)
    source = models.TextField(db_collation="C")
    reference = models.TextField(db_collation="C")
    body = models.BinaryField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["club_id", "source", "reference"],
                condition=Q(decided_at__isnull=True),
                name="one_fact_waits_per_reference",
            ),
        ]
        indexes = [
            models.Index(
                fields=["club_id", "id"], condition=Q(decided_at__isnull=True), name="review_waiting"
            ),
        ]


class Opening(models.Model):
    """A balance brought along from elsewhere, under the name it has there; each name counts once."""

    pk = models.CompositePrimaryKey("club_id", "source", "reference")
    club_id = models.UUIDField()
    member_id = models.UUIDField()
    posting_id = models.UUIDField()
    source = models.TextField(db_collation="C")
    reference = models.TextField(db_collation="C")
    body = models.BinaryField()
