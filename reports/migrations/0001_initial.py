import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('pillars', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='WeeklyRollup',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('revision', models.BigIntegerField(db_default=0, editable=False)),
                ('plan', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='rollups', to='pillars.plan')),
                ('week', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='rollups', to='pillars.reportingweek')),
                ('edition', models.PositiveSmallIntegerField(default=1, verbose_name='edition')),
                ('code', models.CharField(max_length=48, unique=True, verbose_name='code')),
                ('on', models.DateField(verbose_name='effective date')),
                ('as_of', models.BigIntegerField(verbose_name='as of revision')),
                ('payload', models.TextField()),
                ('sha256', models.CharField(max_length=64)),
                ('previous', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='next', to='reports.weeklyrollup', verbose_name='previous')),
                ('sealed_at', models.DateTimeField(verbose_name='sealed')),
                ('late', models.BooleanField(verbose_name='sealed late')),
            ],
            options={
                'verbose_name': 'weekly rollup',
                'constraints': [models.UniqueConstraint(fields=('plan', 'week', 'edition'), name='reports_rollup_once'), models.UniqueConstraint(condition=models.Q(('previous', None)), fields=('plan',), name='reports_rollup_one_first_link'), models.CheckConstraint(condition=models.Q(('edition__gte', 1)), name='reports_rollup_edition'), models.CheckConstraint(condition=models.Q(('sha256__regex', '^[0-9a-f]{64}$')), name='reports_rollup_sha256')],
            },
        ),
    ]
