"""Tables of the accounting room; what is set later stands beside what was, and is never changed."""

from django.db import models
from django.db.models import Q


class Outstanding(models.Model):
    """Units members held at the end of a closed day, by tier, branch and age.

    Every unit is there twice: under the branch that gave it and under the branch that enrolled its member
    (``basis``).
    """

    pk = models.CompositePrimaryKey("club_id", "day", "unit", "basis", "tier", "branch", "age")
    units = models.BigIntegerField()
    lots = models.BigIntegerField()
    day = models.DateField()
    basis = models.SmallIntegerField()
    age = models.SmallIntegerField()
    club_id = models.UUIDField()
    unit = models.TextField()
    tier = models.TextField()
    branch = models.TextField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(units__gt=0, lots__gt=0), name="something_is_outstanding")
        ]


class UnitCost(models.Model):
    """What a thousand units of a wallet cost from a day on; of two for one day the later word counts."""

    id = models.UUIDField(primary_key=True)
    per_thousand = models.BigIntegerField()
    set_at = models.DateTimeField()
    since = models.DateField()
    club_id = models.UUIDField()
    unit = models.TextField()
    set_by = models.TextField()

    class Meta:
        indexes = [models.Index(fields=["club_id", "unit", "since"], name="costs_of_a_club")]
        constraints = [
            models.CheckConstraint(condition=Q(per_thousand__gte=0), name="a_unit_costs_nothing_or_more")
        ]


class BookAccount(models.Model):
    """Under which code and name the company books one side of the journal, from a day on."""

    id = models.UUIDField(primary_key=True)
    set_at = models.DateTimeField()
    since = models.DateField()
    club_id = models.UUIDField()
    key = models.TextField()
    code = models.TextField()
    name = models.TextField()

    class Meta:
        indexes = [models.Index(fields=["club_id", "key", "since"], name="book_accounts_of_a_club")]


class Proof(models.Model):
    """A proof of the books that somebody asked for, and what it found."""

    id = models.UUIDField(primary_key=True)
    job = models.BigIntegerField(null=True)
    asked_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True)
    club_id = models.UUIDField()
    asked_by = models.TextField()
    findings = models.JSONField(default=list)

    class Meta:
        indexes = [models.Index(fields=["club_id", "id"], name="proofs_of_a_club")]
