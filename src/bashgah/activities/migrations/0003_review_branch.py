"""Held facts know their branch, so that a branch sees its own, their member, and who decided."""

from django.db import migrations, models
from django.db.models import Q

from bashgah.ground.migrations_support import grant_columns


class Migration(migrations.Migration):

    dependencies = [
        ('activities', '0002_review'),
    ]

    operations = [
        migrations.AddField(
            model_name='review',
            name='branch',
            field=models.TextField(blank=True, default='', db_default=''),
        ),
        migrations.AddField(
            model_name='review',
            name='decided_by',
            field=models.TextField(blank=True, default='', db_default=''),
        ),
        migrations.AddField(
            model_name='review',
            name='member_id',
            field=models.UUIDField(null=True),
        ),
        migrations.RunSQL(
            "UPDATE activities_review SET branch = coalesce(convert_from(body, 'UTF8')::json ->> 'branch', '')",
            migrations.RunSQL.noop,
        ),
        migrations.AddIndex(
            model_name='review',
            index=models.Index(fields=['club_id', 'id'], condition=Q(decided_at__isnull=True), name='review_waiting'),
        ),
        grant_columns(
            "activities_review",
            ["occurred_at", "received_at", "reason", "body", "branch", "member_id", "decided_at", "decided_by",
             "decision"],
        ),
    ]
