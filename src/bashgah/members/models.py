"""Tables of the members room; ids of other rooms and other members are plain columns (no foreign keys)."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import ExtractDay, ExtractMonth


class State(models.Model):
    """The row that is locked before anything is written about a member; small, and changed in place."""

    member_id = models.UUIDField(primary_key=True)
    club_id = models.UUIDField()
    status = models.CharField(max_length=7)
    merged_into = models.UUIDField(null=True)
    kind = models.CharField(max_length=6)
    group_id = models.UUIDField(null=True)

    class Meta:
        db_table = "members_state"
        indexes = [
            models.Index(
                fields=["club_id", "status"], condition=~Q(status="active"), name="state_not_active"
            ),
            models.Index(fields=["merged_into"], condition=Q(merged_into__isnull=False), name="state_alias"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(status__in=["active", "blocked", "left"]), name="status_is_known"
            ),
            models.CheckConstraint(condition=Q(kind__in=["person", "group"]), name="member_kind_is_known"),
            models.CheckConstraint(condition=~Q(merged_into=F("member_id")), name="nobody_is_own_alias"),
        ]


class Member(models.Model):
    """A member's profile in clear."""

    id = models.UUIDField(primary_key=True)
    club_id = models.UUIDField()
    number = models.CharField(max_length=16)
    first_name = models.CharField(max_length=100, blank=True)
    last_name = models.CharField(max_length=100, blank=True)
    nickname = models.CharField(max_length=100, blank=True)
    name_key = models.CharField(max_length=310, blank=True)
    sort_key = models.CharField(max_length=310, blank=True, db_collation="C")
    city = models.CharField(max_length=100, blank=True)
    gender = models.CharField(max_length=6, blank=True)
    birth_date = models.DateField(null=True)
    favourite_branch_id = models.UUIDField(null=True)
    source = models.CharField(max_length=60, blank=True)
    channel = models.CharField(max_length=10)
    branch_id = models.UUIDField(null=True)
    staff_id = models.UUIDField(null=True)
    tags = ArrayField(models.CharField(max_length=60), default=list)
    attributes = models.JSONField(default=dict)
    locale = models.CharField(max_length=2, blank=True)
    referrer_id = models.UUIDField(null=True)
    external_id = models.CharField(max_length=100, blank=True)
    enrolled_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    class Meta:
        db_table = "members_member"
        indexes = [
            models.Index(fields=["club_id", "enrolled_at", "id"], name="member_by_enrolment"),
            models.Index(fields=["club_id", "sort_key", "id"], name="member_by_name"),
            models.Index(fields=["club_id", "city", "enrolled_at", "id"], name="member_by_city"),
            models.Index(fields=["club_id", "branch_id", "enrolled_at", "id"], name="member_by_branch"),
            models.Index(
                fields=["club_id", "favourite_branch_id", "enrolled_at", "id"],
                condition=Q(favourite_branch_id__isnull=False),
                name="member_by_favourite",
            ),
            models.Index(
                fields=["club_id", "source", "enrolled_at", "id"],
                condition=~Q(source=""),
                name="member_by_source",
            ),
            # month and day of birth, as ``selectors.birthdays`` asks for them
            models.Index(
                F("club_id"),
                ExtractMonth("birth_date") * 100 + ExtractDay("birth_date"),
                condition=Q(birth_date__isnull=False),
                name="member_by_birthday",
            ),
            GinIndex(
                fields=["attributes"],
                opclasses=["jsonb_path_ops"],
                condition=~Q(attributes={}),
                name="member_by_attribute",
            ),
            GinIndex(fields=["name_key"], opclasses=["gin_trgm_ops"], name="member_name_words"),
            GinIndex(fields=["tags"], name="member_by_tag"),
            models.Index(fields=["club_id", "enrolled_at"], condition=~Q(tags=[]), name="member_tagged"),
        ]


class Person(models.Model):
    """A member's personal data, sealed (``ground.secrets``)."""

    member_id = models.UUIDField(primary_key=True)
    club_id = models.UUIDField()
    mobile = models.BinaryField(null=True)
    email = models.BinaryField(null=True)
    national_id = models.BinaryField(null=True)
    address = models.BinaryField(null=True)
    notes = models.BinaryField(null=True)
    erased_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "members_person"


class Erasure(models.Model):
    """A wish to have a person's data erased, waiting until its day, and what became of it.

    ``reason`` is one of the house's own (``services.erasing.REASONS``), never words of a person.
    """

    id = models.UUIDField(primary_key=True)
    club_id = models.UUIDField()
    member_id = models.UUIDField()
    asked_at = models.DateTimeField()
    due_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    state = models.CharField(max_length=9)
    reason = models.CharField(max_length=9)
    asked_kind = models.CharField(max_length=6)

    class Meta:
        db_table = "members_erasure"
        indexes = [
            models.Index(fields=["club_id", "id"], name="erasures_of_a_club"),
            models.Index(fields=["due_at"], condition=Q(state="waiting"), name="erasures_waiting"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["member_id"], condition=Q(state__in=["waiting", "done"]), name="erased_once"
            ),
            models.CheckConstraint(
                condition=Q(state="waiting", closed_at__isnull=True)
                | Q(state__in=["done", "withdrawn"], closed_at__isnull=False),
                name="erasure_is_closed_once",
            ),
        ]


class Identifier(models.Model):
    """Whose an identifier is; the key is what makes two members with one mobile impossible."""

    pk = models.CompositePrimaryKey("club_id", "kind", "digest")
    club_id = models.UUIDField()
    kind = models.CharField(max_length=11)
    digest = models.BinaryField(max_length=32)
    member_id = models.UUIDField()

    class Meta:
        db_table = "members_identifier"
        indexes = [models.Index(fields=["member_id"], name="identifiers_of_member")]


class Consent(models.Model):
    """A consent as it was given or withdrawn; the latest of a channel and purpose counts. Append-only.

    ``void_at`` is when a word that came by a merge lost its meaning, because the merge was undone.
    """

    pk = models.CompositePrimaryKey("member_id", "id")
    member_id = models.UUIDField()
    id = models.UUIDField()
    club_id = models.UUIDField()
    channel = models.CharField(max_length=5)
    purpose = models.CharField(max_length=9)
    granted = models.BooleanField()
    text_version = models.CharField(max_length=40)
    source = models.CharField(max_length=40)
    proof = models.JSONField()
    at = models.DateTimeField()
    void_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "members_consent"


class Change(models.Model):
    """A step of a member's status. Append-only."""

    pk = models.CompositePrimaryKey("member_id", "id")
    member_id = models.UUIDField()
    id = models.UUIDField()
    club_id = models.UUIDField()
    before = models.CharField(max_length=7)
    after = models.CharField(max_length=7)
    reason = models.CharField(max_length=500)
    actor_kind = models.CharField(max_length=6)
    actor_name = models.CharField(max_length=200, blank=True)
    at = models.DateTimeField()

    class Meta:
        db_table = "members_status_change"


class Group(models.Model):
    """What a member of kind group is: a household or a company, and which share of earnings it gets."""

    member_id = models.UUIDField(primary_key=True)
    club_id = models.UUIDField()
    type = models.CharField(max_length=9)
    share = models.SmallIntegerField()
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "members_group"
        indexes = [models.Index(fields=["club_id", "opened_at", "member_id"], name="groups_of_a_club")]
        constraints = [
            models.CheckConstraint(
                condition=Q(type__in=["household", "company"]), name="group_type_is_known"
            ),
            models.CheckConstraint(condition=Q(share__range=(0, 100)), name="group_share_is_a_percentage"),
        ]


class Belonging(models.Model):
    """One person's time in a group; it ends and stays. ``taken_from`` is the merged member it came from."""

    id = models.UUIDField(primary_key=True)
    club_id = models.UUIDField()
    group_id = models.UUIDField()
    member_id = models.UUIDField()
    role = models.CharField(max_length=6)
    monthly_limit = models.BigIntegerField(null=True)
    joined_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    ended_by = models.CharField(max_length=7, blank=True)
    taken_from = models.UUIDField(null=True)

    class Meta:
        db_table = "members_belonging"
        indexes = [models.Index(fields=["group_id"], name="belongings_of_a_group")]
        constraints = [
            models.UniqueConstraint(
                fields=["member_id"], condition=Q(ended_at__isnull=True), name="one_group_at_a_time"
            ),
            models.CheckConstraint(
                condition=Q(role__in=["head", "adult", "junior"]), name="group_role_is_known"
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, ended_by="")
                | Q(ended_at__isnull=False, ended_by__in=["left", "removed", "closed", "merged", "parted"]),
                name="belonging_ends_for_a_reason",
            ),
            models.CheckConstraint(
                condition=Q(monthly_limit__isnull=True) | Q(monthly_limit__gte=0),
                name="monthly_limit_is_not_negative",
            ),
        ]


class GroupSpend(models.Model):
    """What one person spent of one wallet of a group in one month of the club's calendar."""

    pk = models.CompositePrimaryKey("group_id", "member_id", "unit", "month")
    spent = models.BigIntegerField()
    month = models.DateField()
    group_id = models.UUIDField()
    member_id = models.UUIDField()
    club_id = models.UUIDField()
    unit = models.CharField(max_length=40)

    class Meta:
        db_table = "members_groupspend"
        constraints = [
            models.CheckConstraint(condition=Q(spent__gte=0), name="nobody_spends_less_than_nothing")
        ]


class GroupInvitation(models.Model):
    """An invitation into a group, as the hash of its one-time code; for one member alone if it names one."""

    id = models.UUIDField(primary_key=True)
    club_id = models.UUIDField()
    group_id = models.UUIDField()
    member_id = models.UUIDField(null=True)
    digest = models.BinaryField()
    role = models.CharField(max_length=6)
    monthly_limit = models.BigIntegerField(null=True)
    state = models.CharField(max_length=9)
    made_by = models.CharField(max_length=40, blank=True)
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "members_groupinvitation"
        indexes = [
            models.Index(fields=["group_id"], condition=Q(state="open"), name="invitations_of_a_group"),
            models.Index(fields=["member_id"], condition=Q(state="open"), name="invitations_of_a_member"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["club_id", "digest"], name="one_invitation_per_code"),
            models.CheckConstraint(
                condition=Q(state__in=["open", "accepted", "declined", "withdrawn"]),
                name="group_invitation_state_is_known",
            ),
        ]


class Attribute(models.Model):
    """An attribute a club declared for its members."""

    pk = models.CompositePrimaryKey("club_id", "key")
    club_id = models.UUIDField()
    key = models.CharField(max_length=40)
    label_fa = models.CharField(max_length=100, blank=True)
    label_en = models.CharField(max_length=100, blank=True)
    type = models.CharField(max_length=7)
    choices = models.JSONField()
    is_active = models.BooleanField()

    class Meta:
        db_table = "members_attribute"


class Ranged(models.Model):
    """A number or a day that stands in a member's attributes, again where ranges are looked up.

    A day is its ordinal. Rows follow ``Member.attributes`` in the same transaction and are never asked for a
    value, only for whose value lies between two others (docs/decisions/0042).
    """

    pk = models.CompositePrimaryKey("member_id", "key")
    member_id = models.UUIDField()
    club_id = models.UUIDField()
    value = models.FloatField()
    key = models.CharField(max_length=40)

    class Meta:
        db_table = "members_ranged"
        indexes = [models.Index(fields=["club_id", "key", "value", "member_id"], name="members_by_range")]


class Code(models.Model):
    """A one-time code, as a salted hash bound to its request; the contact is sealed and wiped after use."""

    id = models.UUIDField(primary_key=True)
    club_id = models.UUIDField()
    purpose = models.CharField(max_length=7)
    member_id = models.UUIDField(null=True)
    subject = models.CharField(max_length=100, blank=True)
    contact = models.BinaryField(null=True)
    salt = models.BinaryField()
    hash = models.BinaryField()
    tries = models.SmallIntegerField()
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "members_code"
        indexes = [models.Index(fields=["expires_at"], name="code_by_expiry")]
        constraints = [models.CheckConstraint(condition=Q(tries__lte=5), name="five_tries_at_most")]
