"""Tables of the access room: staff, roles, invitations, keys, clients, second factors, parts put away."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from bashgah.ground import clock, ids


class StaffManager(BaseUserManager["Staff"]):
    """Finds staff by the address they sign in with."""

    def create_user(self, email: str, password: str | None = None, **fields: object) -> Staff:
        """Make a member of staff; without a password they cannot sign in until one is set."""
        staff = self.model(email=self.normalize_email(email).lower(), **fields)
        staff.set_password(password)
        staff.save(using=self._db)
        return staff


class Staff(AbstractBaseUser):
    """One person who works for a club; the same person may work for several."""

    id = models.UUIDField(primary_key=True, default=ids.fresh, editable=False)
    email = models.EmailField(unique=True)
    name = models.CharField(max_length=120)
    locale = models.CharField(max_length=2, default="fa")
    is_active = models.BooleanField(default=True)
    is_staff = models.BooleanField(default=False)
    created_at = models.DateTimeField(default=clock.now)

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]

    objects = StaffManager()

    class Meta:
        db_table = "access_staff"

    def __str__(self) -> str:
        return self.name or self.email


class RoleGrant(models.Model):
    """A role held in a club; taken back by a date, never deleted, so that the past stays readable."""

    id = models.UUIDField(primary_key=True, default=ids.fresh, editable=False)
    staff = models.ForeignKey(Staff, models.PROTECT, related_name="grants")
    club_id = models.UUIDField()
    role = models.CharField(max_length=32)
    branches = ArrayField(models.UUIDField(), default=list)
    limits = models.JSONField(default=dict)
    granted_by = models.CharField(max_length=40, default="")
    granted_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "access_role_grant"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["staff", "club_id", "role"],
                condition=Q(revoked_at__isnull=True),
                name="one_role_once_in_a_club",
            )
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["club_id"], condition=Q(revoked_at__isnull=True), name="grants_in_force"),
        ]


class Invitation(models.Model):
    """A role offered to an e-mail address; only the digest of its token is kept."""

    id = models.UUIDField(primary_key=True, default=ids.fresh, editable=False)
    club_id = models.UUIDField(db_index=True)
    email = models.EmailField()
    name = models.CharField(max_length=120)
    locale = models.CharField(max_length=2, default="fa")
    role = models.CharField(max_length=32)
    branches = ArrayField(models.UUIDField(), default=list)
    digest = models.BinaryField(unique=True)
    invited_by = models.CharField(max_length=40, default="")
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "access_invitation"


class ApiKey(models.Model):
    """A machine's key to one club: visible prefix, SHA-256 of the whole, scopes."""

    id = models.UUIDField(primary_key=True, default=ids.fresh, editable=False)
    club_id = models.UUIDField(db_index=True)
    name = models.CharField(max_length=120)
    prefix = models.CharField(max_length=12, unique=True)
    digest = models.BinaryField(unique=True)
    scopes = ArrayField(models.CharField(max_length=40))
    limit_per_minute = models.IntegerField(default=0)
    created_by = models.CharField(max_length=40, default="")
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)
    last_used_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "access_key"


class OAuthClient(models.Model):
    """Binds an OAuth2 application (client credentials) to one club and its scopes."""

    id = models.UUIDField(primary_key=True, default=ids.fresh, editable=False)
    club_id = models.UUIDField(db_index=True)
    application = models.OneToOneField(
        "oauth2_provider.Application", models.PROTECT, related_name="club_client"
    )
    scopes = ArrayField(models.CharField(max_length=40))
    limit_per_minute = models.IntegerField(default=0)
    created_by = models.CharField(max_length=40, default="")
    created_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "access_client"


class FactorPolicy(models.Model):
    """Roles that a club lets in only with a second factor."""

    club_id = models.UUIDField(primary_key=True)
    roles = ArrayField(models.CharField(max_length=32), default=list)

    class Meta:
        db_table = "access_factor_policy"


class PutAway(models.Model):
    """A part of the console that somebody put away in a club; brought back by removing the row."""

    id = models.UUIDField(primary_key=True, default=ids.fresh, editable=False)
    staff = models.ForeignKey(Staff, models.CASCADE, related_name="put_away")
    club_id = models.UUIDField()
    part = models.CharField(max_length=40)
    at = models.DateTimeField()

    class Meta:
        db_table = "access_put_away"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["staff", "club_id", "part"], name="one_part_put_away_once"),
        ]
