-- Takes the sample's tables away. Change tracking of the database stays on: other tables may use it.
drop table if exists dbo.AuditEntry;
drop table if exists dbo.Document;
drop table if exists dbo.Message;
drop table if exists dbo.Evaluation;
drop table if exists dbo.FacultyAvailability;
drop table if exists dbo.Waitlist;
drop table if exists dbo.Interview;
drop table if exists dbo.Invitation;
drop table if exists dbo.InterviewSlot;
drop table if exists dbo.InterviewDate;
drop table if exists dbo.Application;
drop table if exists dbo.Faculty;
drop table if exists dbo.Applicant;
drop table if exists dbo.CalendarSeason;
drop table if exists dbo.Program;
drop table if exists dbo.Specialty;
drop table if exists dbo.Institution;
GO
