from django.db import migrations

# Values are append-only, so what they are values of stays too.
RULES = """
create function initiatives_indicator_keeps_its_meaning() returns trigger language plpgsql as $f$
begin
  if (old.measure, old.accumulation, old.calendar) is distinct from (new.measure, new.accumulation, new.calendar)
    and exists (select from public.initiatives_observation where indicator_id = new.id)
  then
    raise exception 'values are recorded by the measure, accumulation and calendar of their indicator'
      using errcode = 'check_violation', constraint = 'initiatives_indicator_keeps_its_meaning';
  end if;
  return null;
end $f$;
create trigger initiatives_indicator_keeps_its_meaning after update of measure, accumulation, calendar
  on initiatives_indicator for each row execute function initiatives_indicator_keeps_its_meaning();
"""
NO_RULES = """
drop trigger initiatives_indicator_keeps_its_meaning on initiatives_indicator;
drop function initiatives_indicator_keeps_its_meaning();
"""


class Migration(migrations.Migration):
    dependencies = [("initiatives", "0004_facts_rules")]

    operations = [migrations.RunSQL(RULES, NO_RULES)]
