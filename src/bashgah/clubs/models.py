"""Tables of the clubs room."""

from __future__ import annotations

from django.db import models


class Club(models.Model):
    """A company's club; its settings and theme are documents that the services validate."""

    id = models.UUIDField(primary_key=True)
    slug = models.CharField(max_length=60, unique=True)
    name_fa = models.CharField(max_length=200, blank=True)
    name_en = models.CharField(max_length=200, blank=True)
    currency = models.CharField(max_length=3)
    money_display = models.CharField(max_length=5)
    calendar = models.CharField(max_length=9)
    timezone = models.CharField(max_length=64)
    week_start = models.SmallIntegerField()
    locale = models.CharField(max_length=2)
    domain = models.CharField(max_length=253, null=True, unique=True)
    theme = models.JSONField()
    settings = models.JSONField()
    is_demo = models.BooleanField()
    kind = models.CharField(max_length=7)
    revision = models.UUIDField()
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    class Meta:
        db_table = "clubs_club"
        constraints = [
            models.CheckConstraint(condition=~models.Q(name_fa="", name_en=""), name="club_has_a_name"),
            models.CheckConstraint(
                condition=models.Q(money_display__in=["toman", "rial"]),
                name="money_is_shown_in_toman_or_rial",
            ),
            models.CheckConstraint(
                condition=models.Q(calendar__in=["jalali", "gregorian"]), name="calendar_is_known"
            ),
            models.CheckConstraint(
                condition=models.Q(kind__in=["live", "sandbox"]), name="club_kind_is_known"
            ),
            models.CheckConstraint(condition=models.Q(week_start__range=(0, 6)), name="week_starts_on_a_day"),
        ]


class Branch(models.Model):
    """A shop of a club, known to tills and integrations by its code."""

    id = models.UUIDField(primary_key=True)
    club = models.ForeignKey(Club, on_delete=models.PROTECT, related_name="branches")
    code = models.CharField(max_length=40)
    name_fa = models.CharField(max_length=200, blank=True)
    name_en = models.CharField(max_length=200, blank=True)
    city = models.CharField(max_length=100, blank=True)
    region = models.CharField(max_length=100, blank=True)
    timezone = models.CharField(max_length=64, blank=True)
    is_active = models.BooleanField()
    franchise = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField()

    class Meta:
        db_table = "clubs_branch"
        constraints = [
            models.UniqueConstraint(fields=["club", "code"], name="one_branch_per_code"),
            models.CheckConstraint(condition=~models.Q(name_fa="", name_en=""), name="branch_has_a_name"),
        ]
