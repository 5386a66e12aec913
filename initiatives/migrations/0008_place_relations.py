"""Places know what happens there: names for the ways from a place. Changes no column."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("initiatives", "0007_search")]

    operations = [
        migrations.AlterField(
            model_name="initiativeplace",
            name="place",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="initiative_places", to="tracker.place"
            ),
        ),
        migrations.AlterField(
            model_name="observation",
            name="place",
            field=models.ForeignKey(
                blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="observations",
                to="tracker.place",
            ),
        ),
    ]
