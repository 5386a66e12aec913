"""What was touched of late is found by its revision: silence is asked of every initiative at once."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("initiatives", "0008_place_relations")]

    operations = [
        migrations.AddIndex(
            model_name="milestone", index=models.Index(fields=["revision"], name="initiatives_milestone_touched")
        ),
        migrations.AddIndex(
            model_name="milestonebaseline", index=models.Index(fields=["revision"], name="initiatives_baseline_touched")
        ),
        migrations.AddIndex(
            model_name="milestoneforecast", index=models.Index(fields=["revision"], name="initiatives_forecast_touched")
        ),
        migrations.AddIndex(
            model_name="ledgerentry", index=models.Index(fields=["revision"], name="initiatives_entry_touched")
        ),
        migrations.AddIndex(
            model_name="observation", index=models.Index(fields=["revision"], name="initiatives_observed_touched")
        ),
        migrations.AddIndex(
            model_name="evidence", index=models.Index(fields=["revision"], name="initiatives_evidence_touched")
        ),
    ]
