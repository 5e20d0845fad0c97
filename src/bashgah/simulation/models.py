"""Tables of the simulation room."""

from __future__ import annotations

from django.db import models


class Backtest(models.Model):
    """A replay of the past: what was asked for, how it stands, and its report once it is whole."""

    id = models.UUIDField(primary_key=True)
    club_id = models.UUIDField()
    name = models.CharField(max_length=200, blank=True)
    state = models.CharField(max_length=9, default="waiting")
    since = models.DateField()
    until = models.DateField()
    permille = models.IntegerField(default=1000)
    live_number = models.IntegerField()
    tried_number = models.IntegerField(help_text="0 for the draft")
    tried_revision = models.IntegerField(default=0)
    live_document = models.JSONField()
    tried_document = models.JSONField()
    started_by = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField()
    began_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    done = models.IntegerField(default=0)
    total = models.IntegerField(default=0)
    stop_asked = models.BooleanField(default=False)
    job_id = models.BigIntegerField(null=True)
    problem = models.CharField(max_length=500, blank=True)
    report = models.JSONField(null=True)

    class Meta:
        db_table = "simulation_backtest"
        indexes = [models.Index(fields=["club_id", "-created_at"], name="backtests_of_a_club")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state__in=["waiting", "running", "done", "failed", "cancelled"]),
                name="backtest_state_is_known",
            ),
            models.CheckConstraint(
                condition=models.Q(state="done", report__isnull=False)
                | (~models.Q(state="done") & models.Q(report__isnull=True)),
                name="a_report_is_whole",
            ),
            models.CheckConstraint(
                condition=models.Q(since__lt=models.F("until")), name="backtest_has_a_period"
            ),
        ]
