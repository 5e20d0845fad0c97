"""A captured redemption may be cancelled, once."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('redemption', '0001_initial'),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='redemption',
            name='redemption_is_closed_once',
        ),
        migrations.AddField(
            model_name='redemption',
            name='cancel_reason',
            field=models.TextField(blank=True, default=''),
        ),
        migrations.AddField(
            model_name='redemption',
            name='cancelled_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AlterField(
            model_name='redemption',
            name='state',
            field=models.CharField(max_length=10),
        ),
        migrations.AddConstraint(
            model_name='redemption',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('closed_at__isnull', True), ('state', 'open')), models.Q(('closed_at__isnull', False), ('state__in', ['captured', 'released', 'cancelled'])), _connector='OR'), name='redemption_is_closed_once'),
        ),
        migrations.AddConstraint(
            model_name='redemption',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('cancelled_at__isnull', False), ('state', 'cancelled')), models.Q(models.Q(('state', 'cancelled'), _negated=True), ('cancelled_at__isnull', True)), _connector='OR'), name='a_cancelled_redemption_says_when'),
        ),
    ]
