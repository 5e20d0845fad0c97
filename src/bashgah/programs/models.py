"""Tables of the programs room."""

from __future__ import annotations

from django.contrib.postgres.functions import RandomUUID
from django.db import models
from django.db.models import Value

from bashgah.ground import ids


class Version(models.Model):
    """A published program; the app role may add and read rows, never change or remove them."""

    pk = models.CompositePrimaryKey("club_id", "number")
    id = models.UUIDField(default=ids.fresh, db_default=RandomUUID())
    club_id = models.UUIDField()
    number = models.IntegerField()
    document = models.JSONField()
    semantics = models.SmallIntegerField()
    effective_from = models.DateTimeField()
    published_at = models.DateTimeField()
    published_by = models.CharField(max_length=200, blank=True)
    note = models.CharField(max_length=500, blank=True)

    class Meta:
        db_table = "programs_version"
        indexes = [models.Index(fields=["club_id", "effective_from"], name="programs_version_in_force")]
        constraints = [
            models.CheckConstraint(condition=models.Q(number__gt=0), name="versions_count_from_one")
        ]


class Budget(models.Model):
    """What was taken so far of a rule's budget in one window, at one branch ("" for the whole club)."""

    pk = models.CompositePrimaryKey("club_id", "key", "start", "branch")
    club_id = models.UUIDField()
    key = models.CharField(max_length=120)
    start = models.DateField()
    branch = models.CharField(max_length=100, blank=True)
    spent = models.BigIntegerField(default=0, db_default=0)

    class Meta:
        db_table = "programs_budget"
        constraints = [
            models.CheckConstraint(condition=models.Q(spent__gte=0), name="budgets_are_not_overdrawn")
        ]


class Draft(models.Model):
    """The program on which people of a club work; one row a club, ``revision`` rises with each save."""

    club_id = models.UUIDField(primary_key=True)
    document = models.JSONField()
    revision = models.IntegerField()
    base_number = models.IntegerField()
    saved_at = models.DateTimeField()
    saved_by = models.CharField(max_length=200, blank=True)
    note = models.CharField(max_length=500, blank=True)
    authors = models.JSONField(default=list, db_default=Value([], models.JSONField()))

    class Meta:
        db_table = "programs_draft"


class Approval(models.Model):
    """A request that a second person looks at a draft; ``fingerprint`` is of exactly what they look at."""

    id = models.UUIDField(primary_key=True)
    club_id = models.UUIDField()
    fingerprint = models.BinaryField()
    base_number = models.IntegerField()
    state = models.CharField(max_length=9, default="waiting")
    cost = models.BigIntegerField(null=True)
    changes = models.JSONField(default=list)
    authors = models.JSONField(default=list)
    note = models.CharField(max_length=500, blank=True)
    asked_at = models.DateTimeField()
    asked_by = models.CharField(max_length=40)
    asked_name = models.CharField(max_length=200, blank=True)
    decided_at = models.DateTimeField(null=True)
    decided_by = models.CharField(max_length=40, blank=True)
    decided_name = models.CharField(max_length=200, blank=True)
    decision_note = models.CharField(max_length=500, blank=True)

    class Meta:
        db_table = "programs_approval"
        indexes = [models.Index(fields=["club_id", "-asked_at"], name="approvals_of_a_club")]
        constraints = [
            models.UniqueConstraint(
                fields=["club_id"], condition=models.Q(state="waiting"), name="one_approval_waits"
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=["waiting", "approved", "declined", "withdrawn"]),
                name="approval_state_is_known",
            ),
            models.CheckConstraint(
                condition=~models.Q(state__in=["approved", "declined"], decided_by=models.F("asked_by")),
                name="nobody_approves_their_draft",
            ),
        ]
