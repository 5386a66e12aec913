import django.contrib.postgres.fields
import django.core.validators
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


# Rules between rows of two tables, which a check constraint cannot see and an action alone could forget.
RULES = """
alter table initiatives_initiative add constraint initiatives_initiative_pillar_of_plan
  foreign key (pillar_id, plan_id) references pillars_pillar (id, plan_id);

create function initiatives_reversal_is_exact() returns trigger language plpgsql as $f$
begin
  if not exists (
    select from public.initiatives_ledgerentry o where o.id = new.reverses_id and o.reverses_id is null
    and o.line_id = new.line_id and o.stage = new.stage and o.effective_on = new.effective_on and o.amount = -new.amount
  ) then
    raise exception 'a reversal is the opposite of the entry that it reverses: same line, stage and day'
      using errcode = 'check_violation', constraint = 'initiatives_entry_reversal_is_exact';
  end if;
  return null;
end $f$;
create trigger initiatives_entry_reversal_is_exact after insert on initiatives_ledgerentry
  for each row when (new.reverses_id is not null) execute function initiatives_reversal_is_exact();

create function initiatives_update_within_plan() returns trigger language plpgsql as $f$
begin
  if (select plan_id from public.initiatives_initiative where id = new.initiative_id)
    is distinct from (select plan_id from public.pillars_reportingweek where id = new.week_id)
  then
    raise exception 'a status update is for a reporting week of the plan of its initiative'
      using errcode = 'check_violation', constraint = 'initiatives_update_within_plan';
  end if;
  return null;
end $f$;
create trigger initiatives_update_within_plan after insert or update of initiative_id, week_id
  on initiatives_statusupdate for each row execute function initiatives_update_within_plan();
"""
NO_RULES = """
drop trigger initiatives_update_within_plan on initiatives_statusupdate;
drop function initiatives_update_within_plan();
drop trigger initiatives_entry_reversal_is_exact on initiatives_ledgerentry;
drop function initiatives_reversal_is_exact();
alter table initiatives_initiative drop constraint initiatives_initiative_pillar_of_plan;
"""


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('pillars', '0001_initial'),
        ('tracker', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Initiative',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('revision', models.BigIntegerField(db_default=0, editable=False)),
                ('source', models.CharField(blank=True, max_length=200, verbose_name='source')),
                ('source_url', models.URLField(blank=True, max_length=500, verbose_name='source address')),
                ('official', models.BooleanField(default=False, verbose_name='official source')),
                ('french_official', models.BooleanField(default=False, verbose_name='official French')),
                ('plan', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='initiatives', to='pillars.plan')),
                ('pillar', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='initiatives', to='pillars.pillar')),
                ('code', models.CharField(max_length=24, validators=[django.core.validators.RegexValidator('^(?!\\d+$)[0-9A-Za-z][0-9A-Za-z.-]*$')], verbose_name='code')),
                ('title_en', models.CharField(max_length=300)),
                ('title_fr', models.CharField(max_length=300)),
                ('description_en', models.TextField(blank=True)),
                ('description_fr', models.TextField(blank=True)),
                ('aliases_en', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=300), blank=True, default=list, size=None)),
                ('aliases_fr', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=300), blank=True, default=list, size=None)),
                ('lead', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='led', to='tracker.organization', verbose_name='lead organization')),
                ('manager', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='managed', to=settings.AUTH_USER_MODEL)),
                ('lifecycle', models.CharField(choices=[('not_started', 'not started'), ('underway', 'underway'), ('ongoing', 'ongoing'), ('met', 'met'), ('met_modified', 'met, modified'), ('not_pursued', 'not pursued')], max_length=12, verbose_name='lifecycle')),
                ('not_pursued_reason', models.TextField(blank=True)),
                ('starts_on', models.DateField(blank=True, null=True, verbose_name='start')),
                ('announced_on', models.DateField(blank=True, null=True, verbose_name='announced')),
                ('source_text', models.TextField(blank=True, verbose_name='words of the commitment')),
                ('security_marking', models.CharField(choices=[('unclassified', 'Unclassified'), ('protected_a', 'Protected A'), ('protected_b', 'Protected B')], default='unclassified', max_length=12, verbose_name='security marking')),
            ],
            options={
                'verbose_name': 'initiative',
                'constraints': [models.UniqueConstraint(fields=('plan', 'code'), name='initiatives_initiative_code'), models.CheckConstraint(condition=models.Q(('code__regex', '^[0-9A-Za-z][0-9A-Za-z.-]*$'), models.Q(('code__regex', '^\\d+$'), _negated=True)), name='initiatives_initiative_code_format'), models.CheckConstraint(condition=models.Q(('lifecycle__in', ['not_started', 'underway', 'ongoing', 'met', 'met_modified', 'not_pursued'])), name='initiatives_initiative_lifecycle'), models.CheckConstraint(condition=models.Q(('security_marking__in', ['unclassified', 'protected_a', 'protected_b'])), name='initiatives_initiative_marking'), models.CheckConstraint(condition=models.Q(models.Q(('lifecycle', 'not_pursued'), _negated=True), models.Q(('not_pursued_reason', ''), _negated=True), _connector='OR'), name='initiatives_initiative_not_pursued_says_why')],
            },
        ),
        migrations.CreateModel(
            name='InitiativeOrganization',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('revision', models.BigIntegerField(db_default=0, editable=False)),
                ('initiative', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='organizations', to='initiatives.initiative')),
                ('organization', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tracker.organization')),
                ('role', models.CharField(choices=[('contributor', 'contributing organization')], default='contributor', max_length=12)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('initiative', 'organization'), name='initiatives_organization_once'), models.CheckConstraint(condition=models.Q(('role__in', ['contributor'])), name='initiatives_organization_role')],
            },
        ),
        migrations.CreateModel(
            name='Milestone',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('revision', models.BigIntegerField(db_default=0, editable=False)),
                ('source', models.CharField(blank=True, max_length=200, verbose_name='source')),
                ('source_url', models.URLField(blank=True, max_length=500, verbose_name='source address')),
                ('official', models.BooleanField(default=False, verbose_name='official source')),
                ('french_official', models.BooleanField(default=False, verbose_name='official French')),
                ('initiative', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='milestones', to='initiatives.initiative')),
                ('code', models.CharField(max_length=16, verbose_name='code')),
                ('title_en', models.CharField(max_length=300)),
                ('title_fr', models.CharField(max_length=300)),
                ('kind', models.CharField(choices=[('decision', 'decision'), ('legislation', 'legislation'), ('deliverable', 'deliverable'), ('deployment', 'deployment'), ('report', 'report'), ('event', 'event')], max_length=12, verbose_name='kind')),
                ('weight', models.DecimalField(decimal_places=2, default=1, max_digits=6, validators=[django.core.validators.MinValueValidator(0)], verbose_name='weight')),
                ('acceptance_criteria_en', models.TextField(blank=True)),
                ('acceptance_criteria_fr', models.TextField(blank=True)),
                ('evidence', models.URLField(blank=True, max_length=500, verbose_name='evidence')),
                ('note_en', models.TextField(blank=True)),
                ('note_fr', models.TextField(blank=True)),
                ('actual_on', models.DateField(blank=True, null=True, verbose_name='met on')),
                ('cancelled_on', models.DateField(blank=True, null=True, verbose_name='cancelled on')),
                ('cancelled_reason', models.TextField(blank=True)),
            ],
            options={
                'verbose_name': 'milestone',
                'constraints': [models.UniqueConstraint(fields=('initiative', 'code'), name='initiatives_milestone_code'), models.CheckConstraint(condition=models.Q(('kind__in', ['decision', 'legislation', 'deliverable', 'deployment', 'report', 'event'])), name='initiatives_milestone_kind'), models.CheckConstraint(condition=models.Q(('weight__gte', 0)), name='initiatives_milestone_weight'), models.CheckConstraint(condition=models.Q(('cancelled_on__isnull', True), models.Q(('actual_on__isnull', True), models.Q(('cancelled_reason', ''), _negated=True)), _connector='OR'), name='initiatives_milestone_cancelled_unmet_and_says_why')],
            },
        ),
        migrations.CreateModel(
            name='MilestoneBaseline',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('revision', models.BigIntegerField(db_default=0, editable=False)),
                ('milestone', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='baselines', to='initiatives.milestone')),
                ('number', models.PositiveSmallIntegerField(verbose_name='number')),
                ('date', models.DateField(verbose_name='date')),
                ('reason', models.TextField(blank=True, verbose_name='reason')),
                ('approved_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('approved_at', models.DateTimeField()),
            ],
            options={
                'verbose_name': 'baseline',
                'constraints': [models.UniqueConstraint(fields=('milestone', 'number'), name='initiatives_baseline_number'), models.CheckConstraint(condition=models.Q(('number', 1), models.Q(('number__gt', 1), models.Q(('reason', ''), _negated=True)), _connector='OR'), name='initiatives_baseline_change_says_why')],
            },
        ),
        migrations.CreateModel(
            name='MilestoneForecast',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('revision', models.BigIntegerField(db_default=0, editable=False)),
                ('milestone', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='forecasts', to='initiatives.milestone')),
                ('date', models.DateField(verbose_name='date')),
                ('reason', models.TextField(blank=True, verbose_name='reason')),
                ('made_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('made_at', models.DateTimeField()),
            ],
            options={
                'verbose_name': 'forecast',
            },
        ),
        migrations.CreateModel(
            name='FundingAnnouncement',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('revision', models.BigIntegerField(db_default=0, editable=False)),
                ('source', models.CharField(blank=True, max_length=200, verbose_name='source')),
                ('source_url', models.URLField(blank=True, max_length=500, verbose_name='source address')),
                ('official', models.BooleanField(default=False, verbose_name='official source')),
                ('french_official', models.BooleanField(default=False, verbose_name='official French')),
                ('plan', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='announcements', to='pillars.plan')),
                ('code', models.CharField(max_length=24, verbose_name='code')),
                ('organization', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tracker.organization')),
                ('initiative', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='announcements', to='initiatives.initiative')),
                ('amount', models.DecimalField(decimal_places=2, max_digits=16, verbose_name='dollars')),
                ('fiscal_year', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='fiscal year')),
                ('covers_en', models.CharField(blank=True, max_length=200)),
                ('covers_fr', models.CharField(blank=True, max_length=200)),
                ('announced_on', models.DateField(verbose_name='announced')),
                ('in_total', models.BooleanField(default=False, verbose_name="part of the plan's total")),
                ('note_en', models.TextField(blank=True)),
                ('note_fr', models.TextField(blank=True)),
            ],
            options={
                'verbose_name': 'funding announcement',
                'constraints': [models.UniqueConstraint(fields=('plan', 'code'), name='initiatives_announcement_code'), models.CheckConstraint(condition=models.Q(('amount__gt', 0)), name='initiatives_announcement_amount')],
            },
        ),
        migrations.CreateModel(
            name='BudgetLine',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('revision', models.BigIntegerField(db_default=0, editable=False)),
                ('initiative', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='budget_lines', to='initiatives.initiative')),
                ('organization', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tracker.organization')),
                ('fiscal_year', models.PositiveSmallIntegerField(verbose_name='fiscal year')),
                ('funding_source', models.CharField(blank=True, choices=[('new', 'new money'), ('reallocated', 'reallocated within the organization'), ('existing', 'existing base')], max_length=12, verbose_name='funding source')),
                ('vote', models.CharField(blank=True, choices=[('operating', 'operating'), ('capital', 'capital'), ('grants_contributions', 'grants and contributions'), ('statutory', 'statutory')], max_length=20, verbose_name='vote')),
            ],
            options={
                'verbose_name': 'budget line',
                'constraints': [models.UniqueConstraint(fields=('initiative', 'organization', 'fiscal_year', 'funding_source', 'vote'), name='initiatives_line_once'), models.CheckConstraint(condition=models.Q(('fiscal_year__range', (2000, 2100))), name='initiatives_line_fiscal_year'), models.CheckConstraint(condition=models.Q(('funding_source__in', ['', 'new', 'reallocated', 'existing'])), name='initiatives_line_source'), models.CheckConstraint(condition=models.Q(('vote__in', ['', 'operating', 'capital', 'grants_contributions', 'statutory'])), name='initiatives_line_vote')],
            },
        ),
        migrations.CreateModel(
            name='LedgerEntry',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('revision', models.BigIntegerField(db_default=0, editable=False)),
                ('line', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='entries', to='initiatives.budgetline')),
                ('stage', models.CharField(choices=[('planned', 'planned'), ('authority', 'authority'), ('commitment', 'commitment'), ('expenditure', 'expenditure'), ('forecast', 'forecast')], max_length=12, verbose_name='stage')),
                ('amount', models.DecimalField(decimal_places=2, max_digits=16, verbose_name='dollars')),
                ('effective_on', models.DateField(verbose_name='effective')),
                ('reference', models.CharField(blank=True, max_length=200, verbose_name='source reference')),
                ('note', models.TextField(blank=True, verbose_name='note')),
                ('reverses', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='reversed_by', to='initiatives.ledgerentry', verbose_name='reverses')),
            ],
            options={
                'verbose_name': 'ledger entry',
                'indexes': [models.Index(fields=['line', 'stage', 'effective_on'], name='initiatives_entry_sums')],
                'constraints': [models.CheckConstraint(condition=models.Q(('stage__in', ['planned', 'authority', 'commitment', 'expenditure', 'forecast'])), name='initiatives_entry_stage'), models.CheckConstraint(condition=models.Q(('amount', 0), _negated=True), name='initiatives_entry_amount')],
            },
        ),
        migrations.CreateModel(
            name='StatusUpdate',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('revision', models.BigIntegerField(db_default=0, editable=False)),
                ('initiative', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='updates', to='initiatives.initiative')),
                ('week', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='updates', to='pillars.reportingweek')),
                ('health_schedule', models.CharField(blank=True, choices=[('green', 'on track'), ('amber', 'at risk'), ('red', 'off track')], max_length=5, verbose_name='schedule')),
                ('health_cost', models.CharField(blank=True, choices=[('green', 'on track'), ('amber', 'at risk'), ('red', 'off track')], max_length=5, verbose_name='cost')),
                ('health_scope', models.CharField(blank=True, choices=[('green', 'on track'), ('amber', 'at risk'), ('red', 'off track')], max_length=5, verbose_name='scope')),
                ('health_overall', models.CharField(blank=True, choices=[('green', 'on track'), ('amber', 'at risk'), ('red', 'off track')], max_length=5, verbose_name='overall')),
                ('overall_reason', models.TextField(blank=True, verbose_name='why overall is better than the worst dimension')),
                ('headline_en', models.CharField(blank=True, max_length=200)),
                ('headline_fr', models.CharField(blank=True, max_length=200)),
                ('narrative_en', models.TextField(blank=True)),
                ('narrative_fr', models.TextField(blank=True)),
                ('path_to_green_en', models.TextField(blank=True)),
                ('path_to_green_fr', models.TextField(blank=True)),
                ('decision_needed_en', models.TextField(blank=True)),
                ('decision_needed_fr', models.TextField(blank=True)),
                ('no_change', models.BooleanField(default=False, verbose_name='reviewed, no change')),
                ('workflow', models.CharField(choices=[('draft', 'draft'), ('submitted', 'submitted'), ('returned', 'returned'), ('approved', 'approved')], default='draft', max_length=9, verbose_name='workflow')),
                ('author', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('writers', django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), blank=True, default=list, size=None)),
                ('submitted_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('first_submitted_at', models.DateTimeField(blank=True, null=True)),
                ('submitted_at', models.DateTimeField(blank=True, null=True)),
                ('decided_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('decided_at', models.DateTimeField(blank=True, null=True)),
                ('return_comment', models.TextField(blank=True)),
            ],
            options={
                'verbose_name': 'status update',
                'constraints': [models.UniqueConstraint(fields=('initiative', 'week'), name='initiatives_update_once_a_week'), models.CheckConstraint(condition=models.Q(('workflow__in', ['draft', 'submitted', 'returned', 'approved'])), name='initiatives_update_workflow'), models.CheckConstraint(condition=models.Q(('health_cost__in', ['', 'green', 'amber', 'red']), ('health_schedule__in', ['', 'green', 'amber', 'red']), ('health_overall__in', ['', 'green', 'amber', 'red']), ('health_scope__in', ['', 'green', 'amber', 'red'])), name='initiatives_update_health'), models.CheckConstraint(condition=models.Q(('workflow__in', ['draft', 'returned']), models.Q(models.Q(('health_schedule', ''), _negated=True), models.Q(('health_cost', ''), _negated=True), models.Q(('health_scope', ''), _negated=True), models.Q(('health_overall', ''), _negated=True), models.Q(models.Q(('headline_en', ''), _negated=True), models.Q(('headline_fr', ''), _negated=True), _connector='OR'), ('first_submitted_at__isnull', False), ('submitted_at__isnull', False), ('submitted_by__isnull', False)), _connector='OR'), name='initiatives_update_submitted_is_whole'), models.CheckConstraint(condition=models.Q(('workflow__in', ['draft', 'returned']), ('health_overall__in', ['', 'green']), models.Q(('path_to_green_en', ''), _negated=True), models.Q(('path_to_green_fr', ''), _negated=True), _connector='OR'), name='initiatives_update_path_to_green'), models.CheckConstraint(condition=models.Q(('workflow__in', ['draft', 'returned']), models.Q(models.Q(models.Q(('health_schedule', 'red'), ('health_cost', 'red'), ('health_scope', 'red'), _connector='OR'), ('health_overall__in', ['green', 'amber'])), models.Q(models.Q(('health_schedule', 'red'), ('health_cost', 'red'), ('health_scope', 'red'), _connector='OR', _negated=True), models.Q(('health_schedule', 'amber'), ('health_cost', 'amber'), ('health_scope', 'amber'), _connector='OR'), ('health_overall', 'green')), _connector='OR', _negated=True), models.Q(('overall_reason', ''), _negated=True), _connector='OR'), name='initiatives_update_better_than_worst_says_why'), models.CheckConstraint(condition=models.Q(('workflow__in', ['draft', 'submitted']), models.Q(('decided_at__isnull', False), ('decided_by__isnull', False), models.Q(('decided_by', models.F('author')), _negated=True), models.Q(('decided_by', models.F('submitted_by')), _negated=True), models.Q(('workflow', 'returned'), models.Q(('writers__contains', [models.F('decided_by')]), _negated=True), _connector='OR')), _connector='OR'), name='initiatives_update_decided_by_another'), models.CheckConstraint(condition=models.Q(models.Q(('workflow', 'returned'), _negated=True), models.Q(('return_comment', ''), _negated=True), _connector='OR'), name='initiatives_update_returned_says_why')],
            },
        ),
        migrations.RunSQL(RULES, NO_RULES),
    ]
