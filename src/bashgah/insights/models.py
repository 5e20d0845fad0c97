"""What the insights room remembers: answers that took long to find."""

from __future__ import annotations

from django.db import models


class Kept(models.Model):
    """The last answer to a question about a large club; ``cost_ms`` is how long it took to find."""

    pk = models.CompositePrimaryKey("club_id", "question")
    found_at = models.DateTimeField()
    asked_at = models.DateTimeField()
    cost_ms = models.IntegerField()
    club_id = models.UUIDField()
    question = models.TextField(db_collation="C")
    answer = models.JSONField()
