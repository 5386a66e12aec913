"""What the weekly rollup is measured against: the same numbers by hand, each in one statement."""

from typing import Any

# Every figure of every initiative in one week, with the sums of each pillar and of the plan: read as of the revision at
# which the week locked, as the rollup reads it. What several figures rest on is computed once. Left out are the
# standings of indicators: nobody writes those rules in SQL, and the simulated plan has none.
ONE_WEEK = """
with i as materialized (
    select n.id, p.number as pillar, n.lifecycle, n.starts_on, n.revision, n.plan_id
    from initiatives_initiative n join pillars_pillar p on p.id = n.pillar_id where n.plan_id = %(plan)s
), week as materialized (
    select id, initiative_due_at from pillars_reportingweek where plan_id = %(plan)s and starts_on = %(monday)s
), u as materialized (
    select initiative_id, health_overall, first_submitted_at <= (select initiative_due_at from week) as in_time
    from initiatives_statusupdate where week_id = (select id from week) and workflow = 'approved'
), touched as materialized (
    select coalesce(min(number), 9223372036854775806) as rev from tracker_revision where at >= %(silent_since)s
), h as materialized (
    select i.id, i.pillar, case when lifecycle in ('met', 'met_modified') then 'met'
        when lifecycle = 'not_pursued' then lifecycle
        when lifecycle = 'not_started' then coalesce(u.health_overall, 'not_started')
        else coalesce(u.health_overall, 'no_update') end as health,
        case when lifecycle not in ('underway', 'ongoing') then 'not_owed'
        when u.in_time then 'in_time' when u.initiative_id is not null then 'late' end as reported
    from i left join u on u.initiative_id = i.id
), unsaid as materialized (
    select i.*, greatest(i.starts_on, '1900-01-01', (select (r.at at time zone p.time_zone)::date from pillars_plan p
        join public.tracker_revision r on r.number = (select max(x.to_rev) from history.initiatives_initiative x
            where x.id = i.id and x.lifecycle not in ('underway', 'ongoing') and x.to_rev <= %(revision)s)
        where p.id = i.plan_id)) as since
    from i join h on h.id = i.id where h.reported is null
), f as materialized (
    select id, pillar, case
        when not exists (select from pillars_reportingweek w where w.plan_id = unsaid.plan_id
            and w.starts_on = %(monday)s and w.ends_on >= since) then 'not_owed'
        when not (revision >= t.rev
            or exists (select from initiatives_milestone x where x.initiative_id = unsaid.id and x.revision >= t.rev)
            or exists (select from initiatives_milestonebaseline x join initiatives_milestone m on m.id = x.milestone_id
                where m.initiative_id = unsaid.id and x.revision >= t.rev)
            or exists (select from initiatives_milestoneforecast x join initiatives_milestone m on m.id = x.milestone_id
                where m.initiative_id = unsaid.id and x.revision >= t.rev)
            or exists (select from initiatives_ledgerentry x join initiatives_budgetline l on l.id = x.line_id
                where l.initiative_id = unsaid.id and x.revision >= t.rev)
            or exists (select from initiatives_observation x join initiatives_indicator n on n.id = x.indicator_id
                where n.initiative_id = unsaid.id and x.revision >= t.rev)
            or exists (select from initiatives_evidence x where x.initiative_id = unsaid.id and x.revision >= t.rev)
            or exists (select from initiatives_statusupdate x where x.initiative_id = unsaid.id and x.revision >= t.rev
                and (x.first_submitted_at is not null or x.writers <> '{}'))) then 'silent'
        when (select count(*) from pillars_reportingweek w where w.plan_id = unsaid.plan_id
            and w.starts_on <= %(monday)s and w.ends_on >= since and w.starts_on > coalesce((
                select max(y.starts_on) from initiatives_statusupdate x join pillars_reportingweek y on y.id = x.week_id
                where x.initiative_id = unsaid.id and x.workflow = 'approved' and y.starts_on <= %(monday)s),
            '1900-01-01')) >= 2 then 'stale' else 'missed' end as reported
    from unsaid, touched t
    union all select id, pillar, reported from h where reported is not null
), b as materialized (
    select milestone_id, (array_agg(date order by number))[1] as first,
        (array_agg(date order by number desc))[1] as last from initiatives_milestonebaseline group by milestone_id
), c as materialized (
    select milestone_id, (array_agg(date order by made_at, id))[1] as first,
        (array_agg(date order by made_at desc, id desc))[1] as last, count(*) - 1 as moves
    from initiatives_milestoneforecast group by milestone_id
), m as materialized (
    select m.initiative_id, i.pillar, m.weight, m.actual_on <= %(on)s as met, b.first, c.moves,
        coalesce(b.last, c.first) as planned, coalesce(c.last, b.last) as expected, m.actual_on
    from initiatives_milestone m join i on i.id = m.initiative_id join pillars_plan p on p.id = i.plan_id
    left join b on b.milestone_id = m.id left join c on c.milestone_id = m.id
    where (m.cancelled_on is null or m.cancelled_on > %(on)s)
    and (m.actual_on is null or m.actual_on >= p.announced_on)
), ms as materialized (
    select initiative_id, pillar, count(*) as milestones, count(*) filter (where met) as milestones_met,
        count(*) filter (where planned between %(monday)s and %(on)s or expected between %(monday)s and %(on)s) as due,
        count(*) filter (where met is not true and planned < %(on)s) as late,
        count(*) filter (where met is not true and expected between %(next)s and %(next)s::date + 27) as next,
        sum(weight) filter (where met) as weight_met, sum(weight) filter (where met is not true) as weight_open,
        sum(case when met then actual_on else expected end - first) as slip, sum(coalesce(moves, 0)) as moves
    from m group by initiative_id, pillar
), line as materialized (
    select e.line_id, sum(amount) filter (where stage = 'planned') as planned,
        sum(amount) filter (where stage = 'authority') as authority,
        sum(amount) filter (where stage = 'commitment') as commitment,
        sum(amount) filter (where stage = 'expenditure') as expenditure,
        sum(amount) filter (where stage = 'forecast') as forecast
    from initiatives_ledgerentry e where effective_on <= %(on)s and reverses_id is null
    and id not in (select reverses_id from initiatives_ledgerentry where reverses_id is not null) group by e.line_id
), told as materialized (
    select i.id, i.pillar, l.fiscal_year as year, o.code, s.*,
        case when l.fiscal_year + o.fund_life_years <= %(year)s then s.expenditure else coalesce(s.forecast,
            case when s.expenditure is null then s.commitment when s.commitment is null then s.expenditure
            else s.expenditure + s.commitment end) end as year_end,
        greatest(trunc(s.authority * case l.vote when 'operating' then o.carry_forward_operating
            when 'capital' then o.carry_forward_capital else 0 end / 100, 2), 0) as carried
    from line s join initiatives_budgetline l on l.id = s.line_id join i on i.id = l.initiative_id
    join tracker_organization o on o.id = l.organization_id
), cell as materialized (
    select id, pillar, year, code, sum(planned) as planned, sum(authority) as authority, sum(commitment) as commitment,
        sum(expenditure) as expenditure, sum(forecast) as forecast, sum(year_end) as year_end,
        sum(authority - coalesce(commitment, 0) - coalesce(expenditure, 0)) as free,
        sum(case when authority is null or year_end is null then null when authority <= year_end then 0
            else authority - year_end - least(authority - year_end, carried) end) as lapse,
        sum(case when expenditure is not null then greatest(expenditure - coalesce(authority, 0), 0) end) as overspent
    from told group by id, pillar, year, code
), funding as (
    select id, coalesce(sum(authority), sum(planned)) as dollars from cell group by id
), figures as (
    select 'health' as figure, health as bucket, id, pillar, 1::numeric as value from h
    union all select 'health_dollars', health, h.id, pillar, dollars from h join funding on funding.id = h.id
    union all select 'freshness', reported, id, pillar, 1 from f
    union all select v.figure, v.bucket, initiative_id, pillar, v.value from ms cross join lateral (values
        ('milestones', '', milestones), ('milestones_met', '', milestones_met), ('milestones_due_this_week', '', due),
        ('milestones_late', '', late), ('milestones_next', '', next), ('milestone_weight', 'met', weight_met),
        ('milestone_weight', 'open', weight_open), ('milestone_slip', '', slip), ('milestone_moves', '', moves)
    ) v(figure, bucket, value)
    union all select v.figure, year || '/' || code || v.stage, id, pillar, v.value from cell cross join lateral (values
        ('money_by_organization', '/planned', planned), ('money_by_organization', '/authority', authority),
        ('money_by_organization', '/commitment', commitment), ('money_by_organization', '/expenditure', expenditure),
        ('money_by_organization', '/forecast', forecast), ('free_balance', '', free),
        ('year_end_forecast', '', year_end), ('projected_lapse', '', lapse), ('overspent', '', overspent)
    ) v(figure, stage, value)
    union all select 'money', year || '/' || v.stage, id, pillar, v.value from cell cross join lateral (values
        ('planned', planned), ('authority', authority), ('commitment', commitment), ('expenditure', expenditure),
        ('forecast', forecast)) v(stage, value)
)
select figure, bucket, pillar, id, sum(value) from figures where value is not null
group by grouping sets ((figure, bucket, pillar, id), (figure, bucket, pillar), (figure, bucket))
union all
select 'announced', coalesce(o.code, 'unspecified'), null, null, sum(a.amount) from initiatives_fundingannouncement a
left join tracker_organization o on o.id = a.organization_id
where a.plan_id = %(plan)s and a.in_total and a.announced_on <= %(on)s group by o.code"""

# Health by pillar, and dollars by pillar, fiscal year and stage, of every week at once, each as known when it locked:
# no week is computed by itself. An entry counts from the first week that knows it and has its day, until the first that
# knows its reversal; initiatives count under the pillar in which they stand today.
ALL_WEEKS = """
with w as materialized (
    select id, starts_on, ends_on, lock_revision as rev, row_number() over (order by starts_on) as n
    from public.pillars_reportingweek where plan_id = %(plan)s and lock_revision is not null
), h as (
    select w.n, i.pillar_id, case when i.lifecycle in ('met', 'met_modified') then 'met'
        when i.lifecycle = 'not_pursued' then i.lifecycle
        when i.lifecycle = 'not_started' then coalesce(u.health_overall, 'not_started')
        else coalesce(u.health_overall, 'no_update') end as bucket, count(*)::numeric as value
    from w join history.initiatives_initiative i on i.plan_id = %(plan)s and i.from_rev <= w.rev and i.to_rev > w.rev
    left join history.initiatives_statusupdate u on u.initiative_id = i.id and u.week_id = w.id
        and u.workflow = 'approved' and u.from_rev <= w.rev and u.to_rev > w.rev
    group by 1, 2, 3
), e as (
    select i.pillar_id, l.fiscal_year || '/' || e.stage as bucket, e.amount,
        (select min(w.n) from w where w.rev >= e.from_rev and w.ends_on >= e.effective_on) as first,
        (select min(w.n) from w where w.rev >= x.from_rev) as until
    from history.initiatives_ledgerentry e join public.initiatives_budgetline l on l.id = e.line_id
    join public.initiatives_initiative i on i.id = l.initiative_id and i.plan_id = %(plan)s
    left join history.initiatives_ledgerentry x on x.reverses_id = e.id where e.reverses_id is null
), change as (
    select pillar_id, bucket, first as n, sum(amount) as value from e
    where first is not null and (until is null or until > first) group by 1, 2, 3
    union all select pillar_id, bucket, until, -sum(amount) from e where until > first group by 1, 2, 3
), sums as (
    select pillar_id, bucket, n, sum(sum(value)) over (partition by pillar_id, bucket order by n) as value,
        lead(n) over (partition by pillar_id, bucket order by n) as until
    from change group by 1, 2, 3
)
select 'health', n, pillar_id, bucket, value from h
union all select 'money', w.n, s.pillar_id, s.bucket, s.value from sums s
join w on w.n >= s.n and (s.until is null or w.n < s.until)"""

Rows = list[tuple[Any, ...]]
