from django.db import migrations

# Rules between rows, which a check constraint cannot see and an action alone could forget.
RULES = """
create function initiatives_dependency_acyclic() returns trigger language plpgsql as $f$
begin
  if exists (
    with recursive needed(id) as (
      select new.needs_id
      union select d.needs_id from public.initiatives_milestonedependency d join needed on d.milestone_id = needed.id
    ) select from needed where id = new.milestone_id
  ) then
    raise exception 'a milestone cannot wait for one that waits for it'
      using errcode = 'check_violation', constraint = 'initiatives_dependency_acyclic';
  end if;
  return null;
end $f$;
create trigger initiatives_dependency_acyclic after insert or update of milestone_id, needs_id
  on initiatives_milestonedependency for each row execute function initiatives_dependency_acyclic();

create function initiatives_baseline_as_approved() returns trigger language plpgsql as $f$
begin
  if not exists (
    select from public.initiatives_changerequest r where r.id = new.request_id and r.milestone_id = new.milestone_id
    and r.date = new.date and r.decision = 'approved' and r.decided_by_id = new.approved_by_id
  ) then
    raise exception 'a baseline is what an approved change request asks for its milestone'
      using errcode = 'check_violation', constraint = 'initiatives_baseline_as_approved';
  end if;
  return null;
end $f$;
create trigger initiatives_baseline_as_approved after insert on initiatives_milestonebaseline
  for each row when (new.request_id is not null) execute function initiatives_baseline_as_approved();

create function initiatives_transfer_sums_to_zero() returns trigger language plpgsql as $f$
begin
  if (select sum(amount) from public.initiatives_ledgerentry where transfer_id = new.transfer_id) <> 0 then
    raise exception 'the entries of a transfer sum to zero'
      using errcode = 'check_violation', constraint = 'initiatives_transfer_sums_to_zero';
  end if;
  if exists (
    select from public.initiatives_transfer t join public.initiatives_budgetline l on l.id = new.line_id
    where t.id = new.transfer_id and (l.initiative_id <> t.initiative_id or new.effective_on <> t.effective_on)
  ) then
    raise exception 'a transfer moves dollars of one initiative on one day'
      using errcode = 'check_violation', constraint = 'initiatives_transfer_of_one_initiative';
  end if;
  return null;
end $f$;
create constraint trigger initiatives_transfer_sums_to_zero after insert on initiatives_ledgerentry
  deferrable initially deferred for each row when (new.transfer_id is not null)
  execute function initiatives_transfer_sums_to_zero();

create function initiatives_entry_undone_whole() returns trigger language plpgsql as $f$
begin
  if new.reverses_id is not null and exists (
    select from public.initiatives_ledgerentry o
    where o.id = new.reverses_id and o.transfer_id is distinct from new.transfer_id
  ) then
    raise exception 'the reversal of an entry of a transfer belongs to that transfer'
      using errcode = 'check_violation', constraint = 'initiatives_entry_reversal_in_transfer';
  end if;
  if new.corrects_id is not null and not exists (
    select from public.initiatives_ledgerentry r
    join public.initiatives_ledgerentry o on o.id = r.reverses_id
    join public.initiatives_budgetline was on was.id = o.line_id
    join public.initiatives_budgetline now on now.id = new.line_id
    where o.id = new.corrects_id and was.initiative_id = now.initiative_id
  ) then
    raise exception 'a correction follows the reversal of what it corrects, in the same initiative'
      using errcode = 'check_violation', constraint = 'initiatives_entry_correction_of_reversed';
  end if;
  return null;
end $f$;
create trigger initiatives_entry_undone_whole after insert on initiatives_ledgerentry for each row
  when (new.reverses_id is not null or new.corrects_id is not null) execute function initiatives_entry_undone_whole();

create function initiatives_observation_supersedes_its_like() returns trigger language plpgsql as $f$
begin
  if not exists (
    select from public.initiatives_observation o where o.id = new.supersedes_id
    and o.indicator_id = new.indicator_id and o.place_id is not distinct from new.place_id
    and o.period_start is not distinct from new.period_start and o.period_end is not distinct from new.period_end
  ) then
    raise exception 'an observation supersedes one of the same indicator, period and place'
      using errcode = 'check_violation', constraint = 'initiatives_observation_supersedes_its_like';
  end if;
  return null;
end $f$;
create trigger initiatives_observation_supersedes_its_like after insert on initiatives_observation
  for each row when (new.supersedes_id is not null) execute function initiatives_observation_supersedes_its_like();

create function initiatives_observation_of_its_measure() returns trigger language plpgsql as $f$
begin
  if new.availability = 'reported' and (new.value is null) is distinct from
    ((select measure from public.initiatives_indicator where id = new.indicator_id) = 'ratio')
  then
    raise exception 'a ratio is recorded by numerator and denominator, a number by its value'
      using errcode = 'check_violation', constraint = 'initiatives_observation_of_its_measure';
  end if;
  return null;
end $f$;
create trigger initiatives_observation_of_its_measure after insert on initiatives_observation
  for each row execute function initiatives_observation_of_its_measure();

create function initiatives_indicator_within_plan() returns trigger language plpgsql as $f$
begin
  if (new.initiative_id is not null and new.plan_id <>
      (select plan_id from public.initiatives_initiative where id = new.initiative_id))
    or (new.pillar_id is not null and new.plan_id <>
      (select plan_id from public.pillars_pillar where id = new.pillar_id))
  then
    raise exception 'an indicator is of a pillar or initiative of its own plan'
      using errcode = 'check_violation', constraint = 'initiatives_indicator_within_plan';
  end if;
  return null;
end $f$;
create trigger initiatives_indicator_within_plan after insert or update of plan_id, pillar_id, initiative_id
  on initiatives_indicator for each row execute function initiatives_indicator_within_plan();

create function initiatives_evidence_of_its_initiative() returns trigger language plpgsql as $f$
begin
  if new.initiative_id is distinct from coalesce(
      (select initiative_id from public.initiatives_milestone where id = new.milestone_id),
      (select l.initiative_id from public.initiatives_ledgerentry e
        join public.initiatives_budgetline l on l.id = e.line_id where e.id = new.entry_id),
      (select coalesce(i.initiative_id, new.initiative_id) from public.initiatives_observation o
        join public.initiatives_indicator i on i.id = o.indicator_id where o.id = new.observation_id),
      new.initiative_id)
    or (new.sha256 <> '' and not exists (select from public.initiatives_evidencefile where sha256 = new.sha256))
  then
    raise exception 'evidence bears out a fact of its own initiative, and its file is kept'
      using errcode = 'check_violation', constraint = 'initiatives_evidence_of_its_initiative';
  end if;
  return null;
end $f$;
create trigger initiatives_evidence_of_its_initiative after insert or update on initiatives_evidence
  for each row execute function initiatives_evidence_of_its_initiative();

create function initiatives_file_is_kept() returns trigger language plpgsql as $f$
begin
  raise exception 'files of evidence are never changed nor deleted'
    using errcode = 'check_violation', constraint = 'initiatives_file_is_kept';
end $f$;
create trigger initiatives_file_is_kept before update or delete on initiatives_evidencefile
  for each row execute function initiatives_file_is_kept();
"""
NO_RULES = """
drop trigger initiatives_file_is_kept on initiatives_evidencefile;
drop function initiatives_file_is_kept();
drop trigger initiatives_evidence_of_its_initiative on initiatives_evidence;
drop function initiatives_evidence_of_its_initiative();
drop trigger initiatives_indicator_within_plan on initiatives_indicator;
drop function initiatives_indicator_within_plan();
drop trigger initiatives_observation_of_its_measure on initiatives_observation;
drop function initiatives_observation_of_its_measure();
drop trigger initiatives_observation_supersedes_its_like on initiatives_observation;
drop function initiatives_observation_supersedes_its_like();
drop trigger initiatives_entry_undone_whole on initiatives_ledgerentry;
drop function initiatives_entry_undone_whole();
drop trigger initiatives_transfer_sums_to_zero on initiatives_ledgerentry;
drop function initiatives_transfer_sums_to_zero();
drop trigger initiatives_baseline_as_approved on initiatives_milestonebaseline;
drop function initiatives_baseline_as_approved();
drop trigger initiatives_dependency_acyclic on initiatives_milestonedependency;
drop function initiatives_dependency_acyclic();
"""


class Migration(migrations.Migration):
    dependencies = [("initiatives", "0003_facts")]

    operations = [migrations.RunSQL(RULES, NO_RULES)]
