"""Staff who sign in to console and till."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.db import models

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
