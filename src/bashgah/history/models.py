"""Tables of the history room: sums, days and used limits of each member, and the club's days."""

from django.db import models


class Sums(models.Model):
    """Everything a member did, summed up; kept in the settlement, no changing column indexed."""

    member_id = models.UUIDField(primary_key=True)
    spend = models.BigIntegerField()
    gross = models.BigIntegerField()
    qualifying = models.BigIntegerField()
    first_at = models.DateTimeField(null=True)
    last_purchase_at = models.DateTimeField(null=True)
    last_activity_at = models.DateTimeField(null=True)
    purchases = models.IntegerField()
    visits = models.IntegerField()
    returns = models.IntegerField()
    club_id = models.UUIDField()


class Day(models.Model):
    """What a member did on one local day: the ground of rolling and calendar windows.

    ``spend`` is net of returns, ``qualifying`` the status units earned less those taken back; a return counts
    on the day of its purchase.
    """

    pk = models.CompositePrimaryKey("member_id", "day")
    spend = models.BigIntegerField()
    qualifying = models.BigIntegerField()
    day = models.DateField()
    purchases = models.IntegerField()
    visits = models.IntegerField()
    member_id = models.UUIDField()
    club_id = models.UUIDField()


class Used(models.Model):
    """Units a member already got under one limit in the window that starts on ``window_start``."""

    pk = models.CompositePrimaryKey("member_id", "limit_key", "window_start")
    used = models.BigIntegerField()
    window_start = models.DateField()
    member_id = models.UUIDField()
    club_id = models.UUIDField()
    limit_key = models.TextField()


class ClubDay(models.Model):
    """A club's day at one branch, members and anonymous buyers apart; kept by a handler, not by settling."""

    pk = models.CompositePrimaryKey("club_id", "day", "branch", "is_anonymous")
    gross = models.BigIntegerField()
    spend = models.BigIntegerField()
    discount = models.BigIntegerField()
    returned = models.BigIntegerField()
    points_issued = models.BigIntegerField()
    points_back = models.BigIntegerField()
    day = models.DateField()
    purchases = models.IntegerField()
    returns = models.IntegerField()
    visits = models.IntegerField()
    is_anonymous = models.BooleanField()
    club_id = models.UUIDField()
    branch = models.TextField()
