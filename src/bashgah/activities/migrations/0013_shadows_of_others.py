"""What rules that count would have given otherwise is found by its day, without all that shadows gave."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('activities', '0012_kept'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='shadow',
            index=models.Index(condition=models.Q(('kind', 1)), fields=['club_id', 'business_date'], name='shadows_of_others'),
        ),
    ]
