"""Tables of the redemption room: each redemption and the references it is asked for by."""

from __future__ import annotations

from django.db import models
from django.db.models import Q


class Redemption(models.Model):
    """One member's wish for one reward: open while the yes is awaited, then captured or released.

    A captured one may be cancelled once, which gives everything back.
    """

    pk = models.CompositePrimaryKey("member_id", "id")
    begun_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    cancelled_at = models.DateTimeField(null=True)
    price = models.BigIntegerField()
    member_id = models.UUIDField()
    id = models.UUIDField()
    club_id = models.UUIDField()
    payer_id = models.UUIDField(null=True)
    hold_id = models.UUIDField(null=True)
    coupon_id = models.UUIDField(null=True)
    entry_id = models.UUIDField(null=True)
    program = models.IntegerField()
    needs_yes = models.BooleanField()
    state = models.CharField(max_length=10)
    reason = models.CharField(max_length=12, blank=True)
    reward = models.CharField(max_length=40)
    kind = models.CharField(max_length=40)
    unit = models.CharField(max_length=40)
    channel = models.CharField(max_length=10)
    branch = models.CharField(max_length=40, blank=True)
    actor_kind = models.CharField(max_length=10)
    actor_id = models.CharField(max_length=40, blank=True)
    yes_by = models.CharField(max_length=6, blank=True)
    cancel_reason = models.TextField(blank=True, default="")
    params = models.JSONField()
    credited = models.BigIntegerField(default=0)
    credited_unit = models.CharField(max_length=40, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["expires_at"], condition=Q(state="open"), name="redemptions_still_open"),
            models.Index(fields=["club_id", "id"], name="redemptions_of_a_club"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(state="open", closed_at__isnull=True)
                | Q(state__in=["captured", "released", "cancelled"], closed_at__isnull=False),
                name="redemption_is_closed_once",
            ),
            models.CheckConstraint(
                condition=Q(state="cancelled", cancelled_at__isnull=False)
                | (~Q(state="cancelled") & Q(cancelled_at__isnull=True)),
                name="a_cancelled_redemption_says_when",
            ),
            models.CheckConstraint(
                condition=~Q(state="captured", needs_yes=True, yes_by=""),
                name="no_capture_without_the_yes_it_needs",
            ),
        ]


class Grant(models.Model):
    """One copy of a reward that a rule gave: due until it is issued, once, or set aside with the reason.

    A return of its purchase withdraws what was not issued yet and takes back what was not used. ``is_anew``:
    a recomputation gave it, out of no budget; ``is_undone``: one took it back, not a return.
    """

    pk = models.CompositePrimaryKey("member_id", "id")
    granted_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    member_id = models.UUIDField()
    id = models.UUIDField()
    club_id = models.UUIDField()
    activity_id = models.UUIDField()
    redemption_id = models.UUIDField(null=True)
    program = models.IntegerField()
    valid_days = models.IntegerField(null=True)
    stays = models.BooleanField()
    is_anew = models.BooleanField(default=False, db_default=False)
    is_undone = models.BooleanField(default=False, db_default=False)
    state = models.CharField(max_length=10, default="due", db_default="due")
    reason = models.CharField(max_length=60, default="", db_default="")
    rule = models.CharField(max_length=40)
    reward = models.CharField(max_length=40)

    class Meta:
        indexes = [
            models.Index(fields=["member_id", "activity_id"], name="grants_of_an_activity"),
            models.Index(fields=["club_id", "id"], name="grants_of_a_club"),
            models.Index(
                fields=["club_id", "id"], condition=Q(state__in=["due", "aside"]), name="grants_not_issued"
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["issued", "taken_back"], redemption_id__isnull=False)
                | Q(state__in=["due", "aside", "withdrawn"], redemption_id__isnull=True),
                name="a_grant_is_issued_once",
            ),
        ]


class Reference(models.Model):
    """The asker's own name for a redemption, unique in the club; ``body`` is the hash of what was asked."""

    pk = models.CompositePrimaryKey("club_id", "source", "reference")
    club_id = models.UUIDField()
    member_id = models.UUIDField()
    redemption_id = models.UUIDField()
    body = models.BinaryField()
    source = models.CharField(max_length=60)
    reference = models.CharField(max_length=120)
