"""What carts were promised."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('activities', '0008_pooled'),
    ]

    operations = [
        migrations.CreateModel(
            name='Quote',
            fields=[
                ('pk', models.CompositePrimaryKey('member_id', 'id', blank=True, editable=False, primary_key=True, serialize=False)),
                ('made_at', models.DateTimeField()),
                ('valid_until', models.DateTimeField()),
                ('committed_at', models.DateTimeField(null=True)),
                ('program', models.IntegerField()),
                ('member_id', models.UUIDField()),
                ('id', models.UUIDField()),
                ('club_id', models.UUIDField()),
                ('activity_id', models.UUIDField(null=True)),
                ('fact', models.BinaryField()),
                ('promise', models.BinaryField()),
            ],
            options={
                'indexes': [models.Index(fields=['club_id', 'id'], name='activities_quotes_of_a_club'), models.Index(condition=models.Q(('activity_id__isnull', False)), fields=['activity_id'], name='activities_quotes_taken'), models.Index(condition=models.Q(('activity_id__isnull', True)), fields=['valid_until'], name='activities_quotes_open')],
            },
        ),
    ]
