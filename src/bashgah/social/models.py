"""Tables of the social room: what the club asks for, and what members show."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

COUNTS = Q(state__in=["waiting", "accepted"])


class Task(models.Model):
    """Something to do in public for the club; its code is sealed."""

    id = models.UUIDField(primary_key=True)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    starts_on = models.DateField(null=True)
    ends_on = models.DateField(null=True)
    most = models.IntegerField(null=True)
    revision = models.IntegerField()
    tries = models.SmallIntegerField()
    club_id = models.UUIDField()
    is_on = models.BooleanField()
    key = models.CharField(max_length=40)
    name_fa = models.CharField(max_length=200, blank=True)
    name_en = models.CharField(max_length=200, blank=True)
    text_fa = models.TextField(blank=True)
    text_en = models.TextField(blank=True)
    network = models.CharField(max_length=20)
    url = models.CharField(max_length=500)
    host = models.CharField(max_length=120)
    proof = models.CharField(max_length=8)
    code = models.BinaryField(null=True)
    tiers = models.JSONField(default=list)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["club_id", "key"], name="one_task_of_a_key"),
            models.CheckConstraint(condition=~Q(name_fa="", name_en=""), name="task_has_a_name"),
            models.CheckConstraint(
                condition=Q(proof__in=["code", "link", "picture"]), name="task_proof_is_known"
            ),
            models.CheckConstraint(
                condition=~Q(proof="code", code__isnull=True), name="task_by_code_has_a_code"
            ),
            models.CheckConstraint(condition=Q(tries__gt=0), name="task_may_be_tried"),
        ]


class Proof(models.Model):
    """What a member showed for a task, or wrote of a purchase; ``words`` are sealed.

    ``joined_by`` is the merge whose other membership had shown the same already.
    """

    pk = models.CompositePrimaryKey("member_id", "id")
    sent_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True)
    stars = models.SmallIntegerField(null=True)
    member_id = models.UUIDField()
    id = models.UUIDField()
    club_id = models.UUIDField()
    task_id = models.UUIDField(null=True)
    purchase_id = models.UUIDField(null=True)
    activity_id = models.UUIDField(null=True)
    joined_by = models.UUIDField(null=True)
    kind = models.CharField(max_length=8)
    state = models.CharField(max_length=8)
    words = models.BinaryField(null=True)
    print = models.BinaryField(null=True)
    likeness = models.BinaryField(null=True)
    picture = models.CharField(max_length=200, blank=True)
    decided_by = models.CharField(max_length=200, blank=True)
    reason = models.CharField(max_length=40, blank=True)
    note = models.CharField(max_length=400, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["club_id", "id"], name="shown_in_a_club"),
            models.Index(fields=["club_id", "id"], condition=Q(state="waiting"), name="shown_and_waiting"),
            models.Index(fields=["task_id", "state"], name="shown_for_a_task"),
            models.Index(fields=["club_id", "print"], name="shown_by_print"),
            models.Index(fields=["club_id", "likeness"], name="shown_by_likeness"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["member_id", "task_id"],
                condition=COUNTS & Q(task_id__isnull=False),
                name="a_task_counts_once_for_a_member",
            ),
            models.UniqueConstraint(
                fields=["member_id", "purchase_id"],
                condition=COUNTS & Q(purchase_id__isnull=False),
                name="a_purchase_is_reviewed_once",
            ),
            models.CheckConstraint(
                condition=Q(task_id__isnull=True, purchase_id__isnull=False, kind="review")
                | Q(task_id__isnull=False, purchase_id__isnull=True),
                name="proof_is_about_one_thing",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["waiting", "accepted", "refused", "undone", "joined"]),
                name="proof_state_is_known",
            ),
            models.CheckConstraint(
                condition=Q(activity_id__isnull=False) | ~Q(state="accepted"),
                name="what_is_accepted_was_recorded",
            ),
            models.CheckConstraint(
                condition=Q(stars__isnull=True) | Q(stars__gte=1, stars__lte=5), name="stars_are_one_to_five"
            ),
        ]
