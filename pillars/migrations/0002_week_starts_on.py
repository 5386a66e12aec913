from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('pillars', '0001_initial'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='reportingweek',
            index=models.Index(fields=['starts_on'], name='pillars_week_starts_on'),
        ),
    ]
