import datetime
import django.contrib.postgres.fields
import django.core.validators
import django.db.models.deletion
import django.db.models.expressions
import django.db.models.functions.datetime
import pillars.models.plan
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('tracker', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Plan',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('revision', models.BigIntegerField(db_default=0, editable=False)),
                ('source', models.CharField(blank=True, max_length=200, verbose_name='source')),
                ('source_url', models.URLField(blank=True, max_length=500, verbose_name='source address')),
                ('official', models.BooleanField(default=False, verbose_name='official source')),
                ('french_official', models.BooleanField(default=False, verbose_name='official French')),
                ('code', models.CharField(max_length=16, unique=True, validators=[django.core.validators.RegexValidator('^[A-Z][A-Z0-9-]*$')], verbose_name='code')),
                ('title_en', models.CharField(max_length=200)),
                ('title_fr', models.CharField(max_length=200)),
                ('description_en', models.TextField(blank=True)),
                ('description_fr', models.TextField(blank=True)),
                ('coordinator', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tracker.organization')),
                ('announced_on', models.DateField(verbose_name='announced')),
                ('funding_announced', models.DecimalField(blank=True, decimal_places=2, max_digits=16, null=True, verbose_name='funding announced')),
                ('first_fiscal_year', models.PositiveSmallIntegerField(verbose_name='first fiscal year')),
                ('last_fiscal_year', models.PositiveSmallIntegerField(verbose_name='last fiscal year')),
                ('time_zone', models.CharField(default='America/Toronto', max_length=40, validators=[pillars.models.plan.check_time_zone], verbose_name='time zone')),
                ('initiative_due_day', models.PositiveSmallIntegerField(default=3)),
                ('initiative_due_time', models.TimeField(default=datetime.time(17, 0))),
                ('pillar_due_day', models.PositiveSmallIntegerField(default=4)),
                ('pillar_due_time', models.TimeField(default=datetime.time(12, 0))),
                ('lock_day', models.PositiveSmallIntegerField(default=7)),
                ('lock_time', models.TimeField(default=datetime.time(6, 0))),
                ('simulated', models.BooleanField(default=False, verbose_name='simulated')),
            ],
            options={
                'verbose_name': 'plan',
                'constraints': [models.CheckConstraint(condition=models.Q(('last_fiscal_year__gte', models.F('first_fiscal_year')), ('first_fiscal_year__range', (2000, 2100))), name='pillars_plan_fiscal_years'), models.CheckConstraint(condition=models.Q(('funding_announced__isnull', True), ('funding_announced__gte', 0), _connector='OR'), name='pillars_plan_funding'), models.CheckConstraint(condition=models.Q(('code__regex', '^[A-Z][A-Z0-9-]*$')), name='pillars_plan_code_format'), models.CheckConstraint(condition=models.Q(models.Q(('initiative_due_day__gt', 0), ('initiative_due_time__gt', datetime.time(0, 0)), _connector='OR'), models.Q(('initiative_due_day__lt', models.F('pillar_due_day')), models.Q(('initiative_due_day', models.F('pillar_due_day')), ('initiative_due_time__lte', models.F('pillar_due_time'))), _connector='OR'), models.Q(('pillar_due_day__lt', models.F('lock_day')), models.Q(('pillar_due_day', models.F('lock_day')), ('pillar_due_time__lte', models.F('lock_time'))), _connector='OR'), ('lock_day__lte', 13)), name='pillars_plan_deadlines_in_order')],
            },
        ),
        migrations.CreateModel(
            name='Pillar',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('revision', models.BigIntegerField(db_default=0, editable=False)),
                ('source', models.CharField(blank=True, max_length=200, verbose_name='source')),
                ('source_url', models.URLField(blank=True, max_length=500, verbose_name='source address')),
                ('official', models.BooleanField(default=False, verbose_name='official source')),
                ('french_official', models.BooleanField(default=False, verbose_name='official French')),
                ('plan', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='pillars', to='pillars.plan')),
                ('number', models.PositiveSmallIntegerField(verbose_name='number')),
                ('title_en', models.CharField(max_length=300)),
                ('title_fr', models.CharField(max_length=300)),
                ('aliases_en', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=300), blank=True, default=list, size=None)),
                ('aliases_fr', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=300), blank=True, default=list, size=None)),
                ('sponsor', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tracker.organization')),
            ],
            options={
                'verbose_name': 'pillar',
                'constraints': [models.UniqueConstraint(fields=('plan', 'number'), name='pillars_pillar_number'), models.CheckConstraint(condition=models.Q(('number__gte', 1)), name='pillars_pillar_number_from_one'), models.UniqueConstraint(fields=('id', 'plan'), name='pillars_pillar_of_plan')],
            },
        ),
        migrations.CreateModel(
            name='ReportingWeek',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('revision', models.BigIntegerField(db_default=0, editable=False)),
                ('plan', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='weeks', to='pillars.plan')),
                ('year', models.PositiveSmallIntegerField(verbose_name='ISO year')),
                ('number', models.PositiveSmallIntegerField(verbose_name='ISO week')),
                ('starts_on', models.DateField(verbose_name='from')),
                ('ends_on', models.DateField(verbose_name='to')),
                ('opens_at', models.DateTimeField(verbose_name='opens')),
                ('initiative_due_at', models.DateTimeField(verbose_name='updates due')),
                ('pillar_due_at', models.DateTimeField(verbose_name='reviews due')),
                ('locks_at', models.DateTimeField(verbose_name='locks')),
                ('locked_at', models.DateTimeField(blank=True, null=True, verbose_name='locked')),
                ('lock_revision', models.BigIntegerField(blank=True, null=True, verbose_name='locked at revision')),
            ],
            options={
                'verbose_name': 'reporting week',
                'constraints': [models.UniqueConstraint(fields=('plan', 'starts_on'), name='pillars_week_once'), models.CheckConstraint(condition=models.Q(('starts_on__iso_week_day', 1)), name='pillars_week_starts_on_monday'), models.CheckConstraint(condition=models.Q(('ends_on', django.db.models.expressions.CombinedExpression(models.F('starts_on'), '+', models.Value(datetime.timedelta(days=6))))), name='pillars_week_is_seven_days'), models.CheckConstraint(condition=models.Q(('number', django.db.models.functions.datetime.ExtractWeek('starts_on')), ('year', django.db.models.functions.datetime.ExtractIsoYear('starts_on'))), name='pillars_week_number_by_iso_8601'), models.CheckConstraint(condition=models.Q(('opens_at__lt', models.F('initiative_due_at')), ('initiative_due_at__lte', models.F('pillar_due_at')), ('pillar_due_at__lte', models.F('locks_at'))), name='pillars_week_deadlines_in_order'), models.CheckConstraint(condition=models.Q(models.Q(('lock_revision__isnull', True), ('locked_at__isnull', True)), models.Q(('lock_revision__isnull', False), ('locked_at__isnull', False)), _connector='OR'), name='pillars_week_locked_at_a_revision')],
            },
        ),
    ]
