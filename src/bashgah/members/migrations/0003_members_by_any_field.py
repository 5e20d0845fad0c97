"""Indexes for finding members by any field: favourite branch, acquaintance source, birthday, attributes."""

import django.contrib.postgres.indexes
import django.db.models.expressions
import django.db.models.functions.datetime
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('members', '0002_tagged_members'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='member',
            index=models.Index(condition=models.Q(('favourite_branch_id__isnull', False)), fields=['club_id', 'favourite_branch_id', 'enrolled_at', 'id'], name='member_by_favourite'),
        ),
        migrations.AddIndex(
            model_name='member',
            index=models.Index(condition=models.Q(('source', ''), _negated=True), fields=['club_id', 'source', 'enrolled_at', 'id'], name='member_by_source'),
        ),
        migrations.AddIndex(
            model_name='member',
            index=models.Index(models.F('club_id'), django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(django.db.models.functions.datetime.ExtractMonth('birth_date'), '*', models.Value(100)), '+', django.db.models.functions.datetime.ExtractDay('birth_date')), condition=models.Q(('birth_date__isnull', False)), name='member_by_birthday'),
        ),
        migrations.AddIndex(
            model_name='member',
            index=django.contrib.postgres.indexes.GinIndex(condition=models.Q(('attributes', {}), _negated=True), fields=['attributes'], name='member_by_attribute', opclasses=['jsonb_path_ops']),
        ),
    ]
