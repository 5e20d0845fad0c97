"""Tables of the ground floor."""

from __future__ import annotations

from django.db import models


class JobProgress(models.Model):
    """How far a running job says it is."""

    job_id = models.BigIntegerField(primary_key=True)
    done = models.BigIntegerField()
    total = models.BigIntegerField()

    class Meta:
        db_table = "ground_job_progress"
