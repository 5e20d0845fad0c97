"""Tables of the programs room."""

from __future__ import annotations

from django.contrib.postgres.functions import RandomUUID
from django.db import models

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

    class Meta:
        db_table = "programs_draft"
