# ruff: noqa: S608 - names come from the models and the catalogue, never from a request
"""The SQL that keeps history. Pure text: what is run when is `install`'s business."""

from collections.abc import Mapping
from dataclasses import dataclass

from tracker.timemachine.tracked import Tracking

FOREVER = 9223372036854775807  # to_rev of a version that is still current: the greatest bigint
TURN = "7201, 1"  # the advisory lock that writers queue for, one in each database

CORE = f"""
create schema if not exists history;
create schema if not exists timemachine;

-- Writers take turns. Waiting longer than ten seconds is an answer ("busy"), not a hang.
create or replace function history.wait_turn() returns void language plpgsql set lock_timeout = '10s' as $f$
begin perform pg_advisory_xact_lock({TURN}); end $f$;

-- Who writes, and why, for the rest of this transaction. The settings carry the transaction's id, so what another
-- transaction or a `set` by hand left on the connection counts for nothing.
create or replace function history.enter(actor text, actor_name text, reason text, channel text, at text)
returns void language plpgsql as $f$
begin
  perform history.wait_turn();
  perform set_config('tracker.turn', pg_current_xact_id()::text, true), set_config('tracker.opened', '', true),
    set_config('tracker.actor', actor, true), set_config('tracker.actor_name', actor_name, true),
    set_config('tracker.reason', reason, true), set_config('tracker.channel', channel, true),
    set_config('tracker.at', at, true);
end $f$;

create or replace function history.leave() returns void language plpgsql as $f$
begin perform set_config('tracker.turn', '', true), set_config('tracker.opened', '', true); end $f$;

-- The revision that this transaction has opened; null before its first change.
create or replace function history.opened() returns bigint language sql stable as $f$
  select case when split_part(current_setting('tracker.opened', true), ':', 1) = pg_current_xact_id_if_assigned()::text
    then split_part(current_setting('tracker.opened', true), ':', 2)::bigint end
$f$;

-- The revision that the views of the past show. Its cost lets the planner ask it once for an index, not twice a row.
create or replace function history.shown() returns bigint language plpgsql stable parallel safe cost 30 as $f$
begin return current_setting('tracker.revision')::bigint; end $f$;

-- Before each statement: the turn, then the number that a change would get. Nobody else can take that number now.
create or replace function history.take_turn() returns trigger language plpgsql as $f$
begin
  perform history.wait_turn();
  perform set_config('tracker.number', coalesce(
    history.opened(), (select coalesce(max(number), 0) + 1 from public.tracker_revision))::text, true);
  return null;
end $f$;

-- The first change of a transaction takes the next number; numbers have no gap, for they are taken under the turn.
create or replace function history.open_revision() returns bigint language plpgsql as $f$
declare
  opened bigint := history.opened();
  named boolean;
  given timestamptz;
  last_at timestamptz;
begin
  if opened is not null then return opened; end if;
  perform history.wait_turn();
  named := current_setting('tracker.turn', true) is not distinct from pg_current_xact_id()::text;
  given := case when named then nullif(current_setting('tracker.at'), '')::timestamptz end;
  select number, at into opened, last_at from public.tracker_revision order by number desc limit 1;
  if given <= last_at or given > clock_timestamp() then
    raise exception 'a replayed revision must lie after the last one (%) and not in the future: %', last_at, given
      using errcode = 'check_violation';
  end if;
  opened := coalesce(opened, 0) + 1;
  perform set_config('tracker.opened', pg_current_xact_id()::text || ':' || opened, true);
  -- Under an isolation level that reads an old snapshot the number may be taken; `on conflict` then makes PostgreSQL
  -- report a serialization failure, which says what to do: try again.
  insert into public.tracker_revision (number, at, actor_id, actor_name, reason, channel, attributed, replayed)
  values (
    opened,
    coalesce(given, greatest(clock_timestamp(), coalesce(last_at, '-infinity') + interval '1 microsecond')),
    case when named then nullif(current_setting('tracker.actor'), '')::bigint end,
    case when named then current_setting('tracker.actor_name') else '' end,
    case when named then current_setting('tracker.reason') else '' end,
    case when named then current_setting('tracker.channel') else 'shell' end,
    named,
    given is not null
  ) on conflict (number) do nothing;
  return opened;
end $f$;

create or replace function history.refuse() returns trigger language plpgsql as $f$
begin
  raise exception 'history is kept: % of % is refused', lower(tg_op), tg_table_name using errcode = 'check_violation';
end $f$;

-- Revisions are written by `open_revision` alone. An account may go: its revisions keep its name and number.
create or replace function history.keep_revision() returns trigger language plpgsql as $f$
begin
  if tg_op = 'INSERT' and new.number is not distinct from history.opened() then return new; end if;
  if tg_op = 'UPDATE' and new.actor_id is null then
    new.actor_id := old.actor_id;
    if new *= old then return null; end if;
  end if;
  raise exception 'history is kept: % of tracker_revision is refused', lower(tg_op) using errcode = 'check_violation';
end $f$;

-- Only the keepers below write history; they run inside a trigger, so this one is then at least the second.
create or replace function history.only_keepers() returns trigger language plpgsql as $f$
begin
  if pg_trigger_depth() < 2 then
    raise exception 'history is kept: % of history.% is refused', lower(tg_op), tg_table_name
      using errcode = 'check_violation';
  end if;
  return case when tg_op = 'DELETE' then old else new end;
end $f$;

create or replace trigger kept before insert or update or delete on public.tracker_revision
  for each row execute function history.keep_revision();
create or replace trigger kept_whole before truncate on public.tracker_revision
  for each statement execute function history.refuse();

drop view if exists timemachine.tracker_revision;
create view timemachine.tracker_revision as
  select * from public.tracker_revision where number <= history.shown();
"""


@dataclass(frozen=True)
class Column:
    """A column as PostgreSQL's catalogue knows it. `number` never changes and is never used again in its table."""

    number: int
    kind: str
    generated: bool


Columns = Mapping[str, Column]


def quoted(names: Columns, prefix: str = "") -> str:
    """`"a", "b"` or `new."a", new."b"`."""
    return ", ".join(f'{prefix}"{name}"' for name in names)


def keeper(table: str, key: str, columns: Columns) -> str:
    """Triggers that number, stamp and keep every change of `table`; the same row twice in a revision is kept once."""
    names, values = quoted(columns), quoted(columns, "new.")
    computed = "".join(f' new."{name}" := old."{name}";' for name, column in columns.items() if column.generated)
    return f"""
-- Indexes of history end with (to_rev, from_rev). Not told otherwise, PostgreSQL would cost a look-up in the past as a
-- skip over every value of to_rev, and shun the index: 40 times slower on millions of versions.
alter table history.{table} alter column to_rev set (n_distinct = 2);
analyze history.{table};

-- A write that changes nothing keeps its revision, and so makes no history. Compared byte for byte (*=), for what
-- reads differently is a change, even where its type calls it equal. Generated columns are not computed yet.
create or replace function history.stamp_{table}() returns trigger language plpgsql as $f$
begin
  if tg_op = 'UPDATE' then
    new.revision := old.revision;{computed}
    if new *= old then return new; end if;
  end if;
  new.revision := current_setting('tracker.number')::bigint;
  return new;
end $f$;
create or replace function history.keep_{table}() returns trigger language plpgsql as $f$
declare r bigint := history.open_revision();
begin
  if tg_op = 'UPDATE' and new."{key}" is distinct from old."{key}" then
    raise exception 'history is kept: the key of a row of {table} cannot change' using errcode = 'check_violation';
  end if;
  if tg_op <> 'INSERT' and old.revision = r then
    if tg_op = 'UPDATE' then
      update history.{table} set ({names}) = row({values})
        where "{key}" = old."{key}" and to_rev = {FOREVER} and from_rev = r;
    else
      delete from history.{table} where "{key}" = old."{key}" and to_rev = {FOREVER} and from_rev = r;
    end if;
    if found then return null; end if;
  end if;
  if tg_op <> 'INSERT' then
    update history.{table} set to_rev = r where "{key}" = old."{key}" and to_rev = {FOREVER};
  end if;
  if tg_op <> 'DELETE' then
    insert into history.{table} (from_rev, to_rev, {names}) values (r, {FOREVER}, {values});
  end if;
  return null;
end $f$;
create or replace trigger a_turn before insert or update or delete on public.{table}
  for each statement execute function history.take_turn();
create or replace trigger b_stamp before insert or update on public.{table}
  for each row execute function history.stamp_{table}();
create or replace trigger z_keep after insert or delete on public.{table}
  for each row execute function history.keep_{table}();
create or replace trigger z_keep_changes after update on public.{table}
  for each row when (old *<> new) execute function history.keep_{table}();
create or replace trigger kept_whole before truncate on public.{table}
  for each statement execute function history.refuse();
create or replace trigger only_keepers before insert or update or delete on history.{table}
  for each row execute function history.only_keepers();
create or replace trigger kept_whole before truncate on history.{table}
  for each statement execute function history.refuse();
"""


def guard(tracking: Tracking) -> str:
    """The trigger that refuses what the model's declaration rules out; empty when it rules out nothing.

    The conditions stand in the function and not in the trigger, where they would forbid to retype a column.
    """
    table = tracking.model._meta.db_table
    refusals = []
    if tracking.append_only:
        refusals.append(_refusal("true", "rows are only added; correct one by a new row"))
    if tracking.sealed_when:
        refusals.append(_refusal(tracking.sealed_when, "the row is sealed"))
    renewed = ""
    if number := tracking.renewed_by:
        refusals.append(_refusal(f'tg_op = \'UPDATE\' and new."{number}" < old."{number}"', f"{number} never falls"))
        renewed = f' and not (new."{number}" > old."{number}" and new."{{column}}" is null)'
    refusals += [
        _refusal(
            f'tg_op = \'UPDATE\' and old."{column}" is not null and new."{column}" is distinct from old."{column}"'
            + renewed.format(column=column),
            f"{column} is written once",
        )
        for column in tracking.write_once
    ]
    if not refusals:
        return ""
    return f"""
create or replace function history.guard_{table}() returns trigger language plpgsql as $f$
declare reason text;
begin
  {" els".join(refusals)} end if;
  if reason is null then return case when tg_op = 'DELETE' then old else new end; end if;
  raise exception 'history is kept: % of % is refused (%)', lower(tg_op), tg_table_name, reason
    using errcode = 'check_violation';
end $f$;
create or replace trigger c_guard before update or delete on public.{table}
  for each row execute function history.guard_{table}();
"""


def _refusal(condition: str, reason: str) -> str:
    return f"if {condition} then reason := '{reason}';"


def past_view(table: str, columns: Columns) -> str:
    """The table under its own name, as the revision in `tracker.revision` left it."""
    return f"""
drop view if exists timemachine.{table};
create view timemachine.{table} as select {quoted(columns)} from history.{table}
  where from_rev <= history.shown() and to_rev > history.shown();
"""
