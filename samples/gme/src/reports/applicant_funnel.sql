-- The report applicant_funnel, asked of the source. Definitions: reports.md.
with invited as (
  select ApplicationId, MIN(DATEDIFF(minute, '2000-01-01', SentAt)) as at_minute
  from dbo.Invitation
  group by ApplicationId
),
interviews as (
  select v.ApplicationId,
         MIN(DATEDIFF(minute, '2000-01-01', i.ScheduledAt)) as scheduled_minute,
         MIN(case when i.Status = 'completed' then DATEDIFF(minute, '2000-01-01', s.StartsAt) end) as interviewed_minute
  from dbo.Interview as i
    join dbo.Invitation as v on v.InvitationId = i.InvitationId
    join dbo.InterviewSlot as s on s.InterviewDateId = i.InterviewDateId and s.SlotNo = i.SlotNo
  group by v.ApplicationId
),
evaluated as (
  select v.ApplicationId, MIN(DATEDIFF(minute, '2000-01-01', e.SubmittedAt)) as at_minute
  from dbo.Evaluation as e
    join dbo.Interview as i on i.InterviewId = e.InterviewId
    join dbo.Invitation as v on v.InvitationId = i.InvitationId
  where i.Status = 'completed'
  group by v.ApplicationId
),
step as (
  select a.ProgramId, a.CalendarSeasonId, a.ApplicationId,
         DATEDIFF(minute, '2000-01-01', CAST(SWITCHOFFSET(a.ReceivedAt, '+00:00') as datetime2(7))) as applied_minute,
         v.at_minute as invited_minute,
         i.scheduled_minute,
         i.interviewed_minute,
         e.at_minute as evaluated_minute
  from dbo.Application as a
    left join invited as v on v.ApplicationId = a.ApplicationId
    left join interviews as i on i.ApplicationId = a.ApplicationId
    left join evaluated as e on e.ApplicationId = a.ApplicationId
),
duration as (
  select ProgramId, CalendarSeasonId, 1 as step_no,
         case when invited_minute > applied_minute then invited_minute - applied_minute else 0 end as minutes
  from step where invited_minute is not null
  union all
  select ProgramId, CalendarSeasonId, 2,
         case when scheduled_minute > invited_minute then scheduled_minute - invited_minute else 0 end
  from step where invited_minute is not null and scheduled_minute is not null
  union all
  select ProgramId, CalendarSeasonId, 3,
         case when interviewed_minute > scheduled_minute then interviewed_minute - scheduled_minute else 0 end
  from step where scheduled_minute is not null and interviewed_minute is not null
  union all
  select ProgramId, CalendarSeasonId, 4,
         case when evaluated_minute > interviewed_minute then evaluated_minute - interviewed_minute else 0 end
  from step where interviewed_minute is not null and evaluated_minute is not null
),
ranked as (
  select ProgramId, CalendarSeasonId, step_no, minutes,
         ROW_NUMBER() over (partition by ProgramId, CalendarSeasonId, step_no order by minutes) as place,
         COUNT(*) over (partition by ProgramId, CalendarSeasonId, step_no) as number_of
  from duration
),
median as (
  select ProgramId, CalendarSeasonId,
         MAX(case when step_no = 1 then minutes end) as to_invite,
         MAX(case when step_no = 2 then minutes end) as to_schedule,
         MAX(case when step_no = 3 then minutes end) as to_interview,
         MAX(case when step_no = 4 then minutes end) as to_evaluate
  from ranked
  where place = (number_of + 1) / 2
  group by ProgramId, CalendarSeasonId
),
funnel as (
  select ProgramId, CalendarSeasonId,
         COUNT(*) as applied,
         SUM(case when invited_minute is not null then 1 else 0 end) as invited,
         SUM(case when scheduled_minute is not null then 1 else 0 end) as scheduled,
         SUM(case when interviewed_minute is not null then 1 else 0 end) as interviewed,
         SUM(case when evaluated_minute is not null then 1 else 0 end) as evaluated
  from step
  group by ProgramId, CalendarSeasonId
)
select f.ProgramId as program_id,
       f.CalendarSeasonId as calendar_season_id,
       p.Name as program_name,
       t.Name as specialty_name,
       y.Name as season_name,
       f.applied,
       f.invited,
       f.scheduled,
       f.interviewed,
       f.evaluated,
       case when f.applied > 0
         then CAST(((f.invited * 20000 + f.applied) / (2 * f.applied)) * 0.0001 as decimal(9, 4)) end as invited_rate,
       case when f.invited > 0
         then CAST(((f.scheduled * 20000 + f.invited) / (2 * f.invited)) * 0.0001 as decimal(9, 4)) end as scheduled_rate,
       case when f.scheduled > 0
         then CAST(((f.interviewed * 20000 + f.scheduled) / (2 * f.scheduled)) * 0.0001 as decimal(9, 4)) end as interviewed_rate,
       case when f.interviewed > 0
         then CAST(((f.evaluated * 20000 + f.interviewed) / (2 * f.interviewed)) * 0.0001 as decimal(9, 4)) end as evaluated_rate,
       case when f.applied > 0
         then CAST(((f.evaluated * 20000 + f.applied) / (2 * f.applied)) * 0.0001 as decimal(9, 4)) end as overall_rate,
       CAST(((m.to_invite * 200 + 1440) / 2880) * 0.01 as decimal(9, 2)) as median_days_to_invite,
       CAST(((m.to_schedule * 200 + 1440) / 2880) * 0.01 as decimal(9, 2)) as median_days_to_schedule,
       CAST(((m.to_interview * 200 + 1440) / 2880) * 0.01 as decimal(9, 2)) as median_days_to_interview,
       CAST(((m.to_evaluate * 200 + 1440) / 2880) * 0.01 as decimal(9, 2)) as median_days_to_evaluate
from funnel as f
  join dbo.Program as p on p.ProgramId = f.ProgramId
  join dbo.Specialty as t on t.SpecialtyId = p.SpecialtyId
  join dbo.CalendarSeason as y on y.CalendarSeasonId = f.CalendarSeasonId
  left join median as m on m.ProgramId = f.ProgramId and m.CalendarSeasonId = f.CalendarSeasonId
order by f.ProgramId, f.CalendarSeasonId;
