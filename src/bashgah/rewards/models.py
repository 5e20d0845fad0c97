"""Tables of the rewards room: how rewards look, what is in stock, who took what, coupons and their codes."""

from __future__ import annotations

from django.db import models
from django.db.models import Q


class Reward(models.Model):
    """How a reward looks; its price and conditions are terms of the program under the same key."""

    pk = models.CompositePrimaryKey("club_id", "key")
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    club_id = models.UUIDField()
    sort = models.IntegerField()
    is_visible = models.BooleanField()
    key = models.CharField(max_length=40)
    name_fa = models.CharField(max_length=200, blank=True)
    name_en = models.CharField(max_length=200, blank=True)
    description_fa = models.TextField(blank=True)
    description_en = models.TextField(blank=True)
    conditions_fa = models.TextField(blank=True)
    conditions_en = models.TextField(blank=True)
    picture = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(name_fa="", name_en=""), name="reward_has_a_name"),
        ]


class Stock(models.Model):
    """How many are left to give; no row means that the reward never runs out. Locked after the member."""

    pk = models.CompositePrimaryKey("club_id", "reward")
    remaining = models.IntegerField()
    club_id = models.UUIDField()
    reward = models.CharField(max_length=40)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(remaining__gte=0), name="stock_never_below_zero"),
        ]


class Claim(models.Model):
    """One reward set aside for a member: it counts against stock and limits until it is given back.

    A gift (of a rule) comes out of the stock and counts against nothing the member may buy.
    """

    pk = models.CompositePrimaryKey("member_id", "id")
    taken_at = models.DateTimeField()
    returned_at = models.DateTimeField(null=True)
    member_id = models.UUIDField()
    id = models.UUIDField()
    club_id = models.UUIDField()
    from_stock = models.BooleanField()
    is_gift = models.BooleanField(default=False, db_default=False)
    reward = models.CharField(max_length=40)


class Coupon(models.Model):
    """Something a member may use once at the till; ``code_sealed`` opens for its owner alone."""

    pk = models.CompositePrimaryKey("member_id", "id")
    issued_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    member_id = models.UUIDField()
    id = models.UUIDField()
    club_id = models.UUIDField()
    state = models.CharField(max_length=6)
    reward = models.CharField(max_length=40)
    kind = models.CharField(max_length=40)
    value = models.JSONField()
    code_sealed = models.BinaryField()
    code_end = models.CharField(max_length=6)
    used_by_kind = models.CharField(max_length=10, blank=True)
    used_by_id = models.CharField(max_length=40, blank=True)
    used_branch = models.CharField(max_length=40, blank=True)
    used_reference = models.CharField(max_length=160, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state="issued", closed_at__isnull=True)
                | Q(state__in=["used", "void"], closed_at__isnull=False),
                name="coupon_is_closed_once",
            ),
        ]


class Code(models.Model):
    """Finds a coupon by the keyed digest of its code; the code itself is nowhere in clear."""

    pk = models.CompositePrimaryKey("club_id", "digest")
    club_id = models.UUIDField()
    member_id = models.UUIDField()
    coupon_id = models.UUIDField()
    digest = models.BinaryField()
