"""Messages say which other member their text names, so that an erasure finds them."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('messaging', '0001_initial'),
    ]

    operations = [
        migrations.AddField(
            model_name='message',
            name='about_id',
            field=models.UUIDField(null=True),
        ),
        migrations.AddIndex(
            model_name='message',
            index=models.Index(condition=models.Q(('about_id__isnull', False)), fields=['about_id'], name='messages_naming_a_member'),
        ),
    ]
