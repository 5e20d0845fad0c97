"""Tables of the dealings room: transfers, corrections, merges, and the references they were asked for by."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q


class Transfer(models.Model):
    """One member's gift to another: open while the giver's yes is awaited, then done, or over for good."""

    pk = models.CompositePrimaryKey("member_id", "id")
    begun_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    undone_at = models.DateTimeField(null=True)
    amount = models.BigIntegerField()
    day = models.DateField()
    member_id = models.UUIDField()
    id = models.UUIDField()
    club_id = models.UUIDField()
    receiver_id = models.UUIDField()
    needs_yes = models.BooleanField()
    yes_by = models.CharField(max_length=6, blank=True)
    state = models.CharField(max_length=9)
    unit = models.CharField(max_length=40)
    note = models.CharField(max_length=200, blank=True)
    channel = models.CharField(max_length=10)
    actor_kind = models.CharField(max_length=10)
    actor_id = models.CharField(max_length=40, blank=True)
    undone_by = models.CharField(max_length=200, blank=True)
    undo_reason = models.CharField(max_length=500, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["receiver_id", "id"], name="transfers_received"),
            models.Index(fields=["club_id", "id"], name="transfers_of_a_club"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="transfer_moves_something"),
            models.CheckConstraint(condition=~Q(member_id=F("receiver_id")), name="nobody_gives_to_self"),
            models.CheckConstraint(
                condition=Q(state__in=["open", "done", "cancelled", "undone"]), name="transfer_state_is_known"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["done", "undone"], needs_yes=True, yes_by=""),
                name="no_transfer_without_the_yes_it_needs",
            ),
        ]


class Adjustment(models.Model):
    """A correction by hand: done at once within its author's limit, else waiting for another person."""

    pk = models.CompositePrimaryKey("member_id", "id")
    asked_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True)
    amount = models.BigIntegerField()
    member_id = models.UUIDField()
    id = models.UUIDField()
    club_id = models.UUIDField()
    entry_id = models.UUIDField(null=True)
    kind = models.SmallIntegerField()
    state = models.CharField(max_length=9)
    unit = models.CharField(max_length=40)
    reason = models.CharField(max_length=40)
    note = models.CharField(max_length=400, blank=True)
    asked_kind = models.CharField(max_length=10)
    asked_by = models.CharField(max_length=40)
    asked_name = models.CharField(max_length=200, blank=True)
    # who stands behind the asker: of a key, the person who made it
    behind = models.CharField(max_length=40, blank=True)
    # it waits for the sum of its author's day, not for its own size
    over_day = models.BooleanField(default=False, db_default=False)
    decided_by = models.CharField(max_length=40, blank=True)
    decided_name = models.CharField(max_length=200, blank=True)
    decision_note = models.CharField(max_length=400, blank=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["club_id", "expires_at"], condition=Q(state="waiting"), name="adjustments_waiting"
            ),
            models.Index(fields=["club_id", "id"], name="adjustments_of_a_club"),
        ]
        constraints = [
            models.CheckConstraint(condition=~Q(amount=0), name="adjustment_moves_something"),
            models.CheckConstraint(
                condition=Q(state="waiting", decided_at__isnull=True, entry_id__isnull=True)
                | Q(state__in=["done", "approved"], decided_at__isnull=False, entry_id__isnull=False)
                | Q(
                    state__in=["refused", "withdrawn", "expired"],
                    decided_at__isnull=False,
                    entry_id__isnull=True,
                ),
                name="adjustment_is_decided_once",
            ),
            models.CheckConstraint(
                condition=~Q(state="approved") | (~Q(decided_by=F("asked_by")) & ~Q(decided_by=F("behind"))),
                name="nobody_approves_their_own",
            ),
        ]


class Reference(models.Model):
    """The asker's own name for a dealing, unique in the club; ``body`` is the hash of what was asked."""

    pk = models.CompositePrimaryKey("club_id", "source", "reference")
    club_id = models.UUIDField()
    member_id = models.UUIDField()
    target_id = models.UUIDField()
    body = models.BinaryField()
    source = models.CharField(max_length=60)
    reference = models.CharField(max_length=120)


class Merge(models.Model):
    """One membership put under another; ``standings`` are the survivor's as they were before."""

    id = models.UUIDField(primary_key=True)
    club_id = models.UUIDField()
    survivor_id = models.UUIDField()
    merged_id = models.UUIDField()
    made_at = models.DateTimeField()
    undo_until = models.DateTimeField()
    undone_at = models.DateTimeField(null=True)
    made_by = models.CharField(max_length=200, blank=True)
    undone_by = models.CharField(max_length=200, blank=True)
    reason = models.CharField(max_length=500, blank=True)
    standings = models.JSONField(default=dict)

    class Meta:
        indexes = [models.Index(fields=["survivor_id"], name="merges_of_a_survivor")]
        constraints = [
            models.CheckConstraint(condition=~Q(survivor_id=F("merged_id")), name="merge_joins_two"),
            models.UniqueConstraint(
                fields=["merged_id"], condition=Q(undone_at__isnull=True), name="merged_once_at_a_time"
            ),
        ]
