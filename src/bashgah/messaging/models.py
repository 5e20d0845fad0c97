"""Tables of the messaging room: a club's own wording, and every message from the queue to its receipt."""

from __future__ import annotations

from django.db import models
from django.db.models import Q


class Template(models.Model):
    """A club's own wording of one message on one channel; without a row the house's wording is used."""

    pk = models.CompositePrimaryKey("club_id", "event", "channel")
    updated_at = models.DateTimeField()
    club_id = models.UUIDField()
    is_on = models.BooleanField()
    event = models.CharField(max_length=40)
    channel = models.CharField(max_length=20)
    subject_fa = models.CharField(max_length=200, blank=True)
    subject_en = models.CharField(max_length=200, blank=True)
    body_fa = models.TextField(blank=True)
    body_en = models.TextField(blank=True)


class Message(models.Model):
    """One message to one person on one channel.

    ``sealed`` holds the text of a secret message and ``address_sealed`` the number of somebody who is no
    member yet; both are wiped when the message is closed. Other addresses are looked up when it is sent.
    ``about_id`` is another member whom the text names.
    """

    id = models.UUIDField(primary_key=True)
    created_at = models.DateTimeField()
    next_try_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    read_at = models.DateTimeField(null=True)
    club_id = models.UUIDField()
    member_id = models.UUIDField(null=True)
    about_id = models.UUIDField(null=True)
    cause_id = models.UUIDField()
    parts = models.SmallIntegerField()
    tries = models.SmallIntegerField()
    is_secret = models.BooleanField()
    state = models.CharField(max_length=10)
    event = models.CharField(max_length=40)
    channel = models.CharField(max_length=20)
    line = models.CharField(max_length=11)
    locale = models.CharField(max_length=2)
    subject = models.CharField(max_length=300, blank=True)
    body = models.TextField(blank=True)
    sealed = models.BinaryField(null=True)
    address_sealed = models.BinaryField(null=True)
    provider_id = models.CharField(max_length=120, blank=True)
    reason = models.CharField(max_length=200, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["member_id", "id"], name="messages_of_a_member"),
            models.Index(
                fields=["about_id"], condition=Q(about_id__isnull=False), name="messages_naming_a_member"
            ),
            models.Index(fields=["club_id", "id"], name="messages_of_a_club"),
            models.Index(fields=["next_try_at"], condition=Q(state="queued"), name="messages_to_send"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["cause_id", "event", "channel"], name="one_message_per_cause"),
            models.CheckConstraint(
                condition=Q(state__in=["queued", "sending"])
                | Q(sealed__isnull=True, address_sealed__isnull=True),
                name="secrets_are_wiped_when_closed",
            ),
            models.CheckConstraint(
                condition=~Q(is_secret=True) | Q(body=""), name="a_secret_is_never_in_clear"
            ),
        ]
