-- The report interview_fill_rate, asked of the source. Definitions: reports.md.
with booking as (
  select i.InterviewDateId, i.Status,
         DATEDIFF(minute, i.ScheduledAt, s.StartsAt) as lead_minutes,
         ROW_NUMBER() over (
           partition by i.InterviewDateId
           order by case when i.Status = 'cancelled' then 1 else 0 end,
                    DATEDIFF(minute, '2000-01-01', i.ScheduledAt) desc, i.InterviewId desc) as latest
  from dbo.Interview as i
    join dbo.InterviewSlot as s on s.InterviewDateId = i.InterviewDateId and s.SlotNo = i.SlotNo
),
counted as (
  select InterviewDateId,
         SUM(case when Status <> 'cancelled' then 1 else 0 end) as booked,
         SUM(case when Status = 'cancelled' then 1 else 0 end) as cancelled,
         SUM(case when Status = 'no-show' then 1 else 0 end) as no_shows,
         MAX(case when latest = 1 and Status <> 'cancelled' then lead_minutes end) as last_booking_lead_minutes
  from booking
  group by InterviewDateId
),
waiting as (
  select InterviewDateId, COUNT(*) as wait_list_length from dbo.Waitlist group by InterviewDateId
),
figures as (
  select d.ProgramId, d.CalendarSeasonId, d.InterviewDateId, d.HeldOn, d.Mode,
         CAST(d.Capacity as int) as capacity,
         COALESCE(c.booked, 0) as booked,
         COALESCE(c.cancelled, 0) as cancelled,
         COALESCE(c.no_shows, 0) as no_shows,
         COALESCE(w.wait_list_length, 0) as wait_list_length,
         c.last_booking_lead_minutes
  from dbo.InterviewDate as d
    left join counted as c on c.InterviewDateId = d.InterviewDateId
    left join waiting as w on w.InterviewDateId = d.InterviewDateId
)
select f.ProgramId as program_id,
       f.CalendarSeasonId as calendar_season_id,
       f.InterviewDateId as interview_date_id,
       p.Name as program_name,
       n.Name as institution_name,
       y.Name as season_name,
       f.HeldOn as held_on,
       f.Mode as mode,
       f.capacity,
       f.booked,
       f.cancelled,
       f.no_shows,
       case when f.capacity > f.booked then f.capacity - f.booked else 0 end as free,
       case when f.capacity > 0
         then CAST(((f.booked * 20000 + f.capacity) / (2 * f.capacity)) * 0.0001 as decimal(9, 4)) end as fill_rate,
       f.wait_list_length,
       f.last_booking_lead_minutes
from figures as f
  join dbo.Program as p on p.ProgramId = f.ProgramId
  join dbo.Institution as n on n.InstitutionId = p.InstitutionId
  join dbo.CalendarSeason as y on y.CalendarSeasonId = f.CalendarSeasonId
order by f.ProgramId, f.CalendarSeasonId, f.InterviewDateId;
