"""Tables of the tiers room: where members stand and every step they took."""

from django.db import models


class Standing(models.Model):
    """A member's place on one ladder."""

    pk = models.CompositePrimaryKey("member_id", "ladder")
    since = models.DateField(null=True)
    kept_until = models.DateField(null=True)
    granted_until = models.DateField(null=True)
    member_id = models.UUIDField()
    club_id = models.UUIDField()
    ladder = models.TextField()
    tier = models.TextField()

    class Meta:
        indexes = [models.Index(fields=["club_id", "ladder", "tier"], name="standings_of_a_club")]


class Change(models.Model):
    """One step on a ladder, with its reason. Written once."""

    pk = models.CompositePrimaryKey("member_id", "id")
    at = models.DateTimeField()
    direction = models.SmallIntegerField()
    member_id = models.UUIDField()
    id = models.UUIDField()
    club_id = models.UUIDField()
    activity_id = models.UUIDField(null=True)
    ladder = models.TextField()
    before = models.TextField()
    after = models.TextField()
    why = models.JSONField()


class Reviewed(models.Model):
    """A day whose ended periods were judged for every member of the club, and when. Written once."""

    pk = models.CompositePrimaryKey("club_id", "day")
    at = models.DateTimeField()
    day = models.DateField()
    club_id = models.UUIDField()
