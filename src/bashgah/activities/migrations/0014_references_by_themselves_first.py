"""References are looked up by what tells them apart: the reference first, then its source and its club.

All three name one row in whatever order; with the club first every step through the index compares three
columns, of which two are the same in nearly all rows. A fact is looked up and written once each.
"""

from django.db import migrations

KEY = "ALTER TABLE activities_reference DROP CONSTRAINT activities_reference_pkey, ADD PRIMARY KEY ({})"


class Migration(migrations.Migration):
    dependencies = [("activities", "0013_shadows_of_others")]

    operations = [
        migrations.RunSQL(
            KEY.format("reference, source, club_id"),
            KEY.format("club_id, source, reference"),
        ),
    ]
