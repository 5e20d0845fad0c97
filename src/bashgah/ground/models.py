"""Tables of the ground floor: jobs' progress, news, audit, throttles, stored answers."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Now


class JobProgress(models.Model):
    """How far a running job says it is."""

    job_id = models.BigIntegerField(primary_key=True)
    done = models.BigIntegerField()
    total = models.BigIntegerField()

    class Meta:
        db_table = "ground_job_progress"


class NewsItem(models.Model):
    """News waiting for the relay; written in the transaction it tells of and gone once it is delivered.

    Its payload is JSON as text: the settlement writes it with every fact, and here nobody asks for parts.
    """

    id = models.UUIDField(primary_key=True)
    club_id = models.UUIDField()
    kind = models.CharField(max_length=60)
    member_id = models.UUIDField(null=True)
    payload = models.TextField()
    at = models.DateTimeField()

    class Meta:
        db_table = "ground_news"


class Delivery(models.Model):
    """One piece of news on its way to one handler; the row is gone when the handler has heard it."""

    pk = models.CompositePrimaryKey("event_id", "handler")
    event_id = models.UUIDField()
    handler = models.CharField(max_length=120)
    ordered = models.BooleanField()
    club_id = models.UUIDField()
    kind = models.CharField(max_length=60)
    member_id = models.UUIDField(null=True)
    payload = models.JSONField()
    at = models.DateTimeField()
    tries = models.SmallIntegerField(default=0)
    next_try_at = models.DateTimeField()
    is_stuck = models.BooleanField(default=False)
    error = models.TextField(default="", blank=True)

    class Meta:
        db_table = "ground_delivery"
        indexes = [
            models.Index(
                fields=["handler", "next_try_at", "event_id"],
                name="ground_delivery_due_by_handler",
                condition=models.Q(is_stuck=False),
            ),
            models.Index(
                fields=["handler", "member_id", "event_id"],
                name="ground_delivery_in_order",
                condition=models.Q(ordered=True),
            ),
        ]


class Audit(models.Model):
    """One privileged act: who, what, on what, when. INSERT and SELECT only for the app role."""

    id = models.UUIDField(primary_key=True)
    club_id = models.UUIDField(null=True)
    actor_kind = models.CharField(max_length=10)
    actor_id = models.CharField(max_length=40, blank=True)
    actor_name = models.CharField(max_length=200, blank=True)
    action = models.CharField(max_length=80)
    target = models.CharField(max_length=120, blank=True)
    details = models.JSONField()
    at = models.DateTimeField()
    recorded_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "ground_audit"
        indexes = [models.Index(fields=["club_id", "id"], name="ground_audit_of_club")]


class AuditSeal(models.Model):
    """A link of the chain over audit rows: the hash of the link before and of the row. Append-only too."""

    seq = models.BigIntegerField(primary_key=True)
    audit_id = models.UUIDField(unique=True)
    hash = models.BinaryField()
    sealed_at = models.DateTimeField()

    class Meta:
        db_table = "ground_audit_seal"


class Throttle(models.Model):
    """The latest hits on one key within one period."""

    pk = models.CompositePrimaryKey("key", "seconds")
    key = models.CharField(max_length=200)
    seconds = models.IntegerField()
    hits = ArrayField(models.DateTimeField())
    stale_at = models.DateTimeField(db_index=True)

    class Meta:
        db_table = "ground_throttle"


class Cached(models.Model):
    """A value of Django's cache, one for all processes (``ground.shared_cache``)."""

    key = models.CharField(max_length=64, primary_key=True)
    value = models.TextField()
    stale_at = models.DateTimeField(db_index=True)

    class Meta:
        db_table = "ground_cache"


class Idempotency(models.Model):
    """The answer of a write that named a key, kept encrypted in the transaction of the write itself."""

    pk = models.CompositePrimaryKey("club_id", "credential", "operation", "key")
    club_id = models.UUIDField()
    credential = models.CharField(max_length=80)
    operation = models.CharField(max_length=80)
    key = models.CharField(max_length=255)
    id = models.UUIDField()
    body_hash = models.BinaryField()
    status = models.SmallIntegerField(null=True)
    answer = models.BinaryField(null=True)
    created_at = models.DateTimeField(db_index=True)

    class Meta:
        db_table = "ground_idempotency"
