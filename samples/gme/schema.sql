-- Interview scheduling for graduate medical education: the sample source.
-- Plain T-SQL for Azure SQL Database and SQL Server 2016 or later; batches are separated by GO. drop.sql takes it all away again.

if not exists (select 1 from sys.change_tracking_databases where database_id = DB_ID())
  alter database current set change_tracking = on (change_retention = 2 days, auto_cleanup = on);
GO

-- On by default in Azure SQL Database, off by default in SQL Server. Capture reads its consistent cuts by it.
if exists (select 1 from sys.databases where database_id = DB_ID() and snapshot_isolation_state = 0)
  alter database current set allow_snapshot_isolation on;
GO

create table dbo.Institution (
  InstitutionId int not null,
  ParentInstitutionId int null,
  Name nvarchar(200) not null,
  City nvarchar(100) not null,
  StateCode char(2) null,
  CountryCode nchar(2) not null constraint DF_Institution_CountryCode default (N'US'),
  TimeZone varchar(64) not null,
  Latitude float null,
  Longitude float null,
  BedCount smallint null,
  IsTeaching bit not null constraint DF_Institution_IsTeaching default (1),
  FoundedOn date null,
  CreatedAt datetime not null constraint DF_Institution_CreatedAt default (getutcdate()),
  UpdatedAt datetime2(7) not null constraint DF_Institution_UpdatedAt default (sysutcdatetime()),
  constraint PK_Institution primary key (InstitutionId),
  constraint FK_Institution_Parent foreign key (ParentInstitutionId) references dbo.Institution (InstitutionId)
);
GO

create table dbo.Specialty (
  SpecialtyId smallint not null,
  Code varchar(10) not null,
  Name nvarchar(100) not null,
  ParentSpecialtyId smallint null,
  DurationYears tinyint not null,
  MatchRate real null,
  constraint PK_Specialty primary key (SpecialtyId),
  constraint UQ_Specialty_Code unique (Code),
  constraint FK_Specialty_Parent foreign key (ParentSpecialtyId) references dbo.Specialty (SpecialtyId),
  constraint CK_Specialty_DurationYears check (DurationYears between 1 and 8)
);
GO

create table dbo.Program (
  ProgramId int not null,
  InstitutionId int not null,
  SpecialtyId smallint not null,
  AccreditationCode char(10) not null,
  Name nvarchar(200) not null,
  [Order] int not null,
  Positions smallint not null,
  Stipend money not null,
  ApplicationFee smallmoney null,
  IsActive bit not null constraint DF_Program_IsActive default (1),
  WebsiteUrl varchar(400) null,
  CreatedAt smalldatetime not null,
  UpdatedAt datetime2(7) not null constraint DF_Program_UpdatedAt default (sysutcdatetime()),
  constraint PK_Program primary key (ProgramId),
  constraint UQ_Program_AccreditationCode unique (AccreditationCode),
  constraint FK_Program_Institution foreign key (InstitutionId) references dbo.Institution (InstitutionId),
  constraint FK_Program_Specialty foreign key (SpecialtyId) references dbo.Specialty (SpecialtyId),
  constraint CK_Program_Positions check (Positions > 0)
);
GO
create index IX_Program_Specialty on dbo.Program (SpecialtyId, InstitutionId);
GO

create table dbo.CalendarSeason (
  CalendarSeasonId int not null,
  Name char(9) not null,
  StartsOn date not null,
  EndsOn date not null,
  InvitationsOpenAt datetime2(0) null,
  IsCurrent bit not null constraint DF_CalendarSeason_IsCurrent default (0),
  constraint PK_CalendarSeason primary key (CalendarSeasonId),
  constraint UQ_CalendarSeason_Name unique (Name),
  constraint CK_CalendarSeason_Days check (EndsOn > StartsOn)
);
GO

create table dbo.Applicant (
  ApplicantId uniqueidentifier not null,
  AamcId char(8) not null,
  FirstName nvarchar(100) not null,
  MiddleName nvarchar(100) null,
  LastName nvarchar(100) not null,
  FullName as (FirstName + N' ' + LastName),
  Email nvarchar(254) not null,
  Phone varchar(30) null,
  School nvarchar(200) not null,
  GraduatedOn date null,
  NeedsVisa bit null,
  Gpa decimal(4, 3) null,
  TimeZone varchar(64) not null,
  PreferredTime time(0) null,
  Photo varbinary(max) null,
  CreatedAt datetime2(3) not null,
  UpdatedAt datetime2(7) not null constraint DF_Applicant_UpdatedAt default (sysutcdatetime()),
  Version rowversion not null,
  constraint PK_Applicant primary key (ApplicantId),
  constraint UQ_Applicant_AamcId unique (AamcId)
);
GO

create table dbo.Faculty (
  FacultyId int not null,
  ProgramId int not null,
  ManagerFacultyId int null,
  Name nvarchar(200) not null,
  Title nvarchar(60) null,
  Email varchar(254) not null,
  HiredOn date null,
  HourlyRate smallmoney null,
  Fte numeric(3, 2) not null,
  IsActive bit not null,
  UpdatedAt datetime2(7) not null constraint DF_Faculty_UpdatedAt default (sysutcdatetime()),
  constraint PK_Faculty primary key (FacultyId),
  constraint FK_Faculty_Program foreign key (ProgramId) references dbo.Program (ProgramId),
  constraint FK_Faculty_Manager foreign key (ManagerFacultyId) references dbo.Faculty (FacultyId),
  constraint CK_Faculty_Fte check (Fte >= 0 and Fte <= 1)
);
GO
create index IX_Faculty_Program on dbo.Faculty (ProgramId);
GO

create table dbo.Application (
  ApplicationId bigint not null,
  ApplicantId uniqueidentifier not null,
  ProgramId int not null,
  CalendarSeasonId int not null,
  Status varchar(12) not null,
  USMLEStep1 smallint null,
  USMLEStep2 smallint null,
  ScreeningScore float null,
  SignalRank tinyint null,
  FeePaid money not null constraint DF_Application_FeePaid default (0),
  PersonalStatement nvarchar(max) null,
  ReviewedByFacultyId int null,
  ReceivedAt datetimeoffset(7) not null,
  WithdrawnOn date null,
  UpdatedAt datetime2(7) not null constraint DF_Application_UpdatedAt default (sysutcdatetime()),
  Version rowversion not null,
  constraint PK_Application primary key (ApplicationId),
  constraint UQ_Application unique (ApplicantId, ProgramId, CalendarSeasonId),
  constraint FK_Application_Applicant foreign key (ApplicantId) references dbo.Applicant (ApplicantId),
  constraint FK_Application_Program foreign key (ProgramId) references dbo.Program (ProgramId),
  constraint FK_Application_CalendarSeason foreign key (CalendarSeasonId) references dbo.CalendarSeason (CalendarSeasonId),
  constraint FK_Application_ReviewedBy foreign key (ReviewedByFacultyId) references dbo.Faculty (FacultyId),
  constraint CK_Application_Status check (Status in ('received', 'reviewed', 'invited', 'scheduled', 'interviewed', 'rejected', 'withdrawn'))
);
GO
create index IX_Application_Program on dbo.Application (ProgramId, CalendarSeasonId);
GO

create table dbo.InterviewDate (
  InterviewDateId int not null,
  ProgramId int not null,
  CalendarSeasonId int not null,
  HeldOn date not null,
  Capacity smallint not null,
  Mode varchar(10) not null constraint DF_InterviewDate_Mode default ('virtual'),
  DoorsOpenAt time(7) null,
  Notes nvarchar(400) null,
  UpdatedAt datetime2(7) not null constraint DF_InterviewDate_UpdatedAt default (sysutcdatetime()),
  constraint PK_InterviewDate primary key (InterviewDateId),
  constraint FK_InterviewDate_Program foreign key (ProgramId) references dbo.Program (ProgramId),
  constraint FK_InterviewDate_CalendarSeason foreign key (CalendarSeasonId) references dbo.CalendarSeason (CalendarSeasonId),
  constraint CK_InterviewDate_Mode check (Mode in ('virtual', 'onsite')),
  constraint CK_InterviewDate_Capacity check (Capacity >= 0)
);
GO
create index IX_InterviewDate_Program on dbo.InterviewDate (ProgramId, CalendarSeasonId, HeldOn);
GO

create table dbo.InterviewSlot (
  InterviewDateId int not null,
  SlotNo smallint not null,
  StartsAt datetime2(0) not null,
  Minutes smallint not null,
  EndsAt as (dateadd(minute, Minutes, StartsAt)),
  Room nvarchar(50) null,
  IsOpen bit not null constraint DF_InterviewSlot_IsOpen default (1),
  HostFacultyId int null,
  UpdatedAt datetime2(7) not null constraint DF_InterviewSlot_UpdatedAt default (sysutcdatetime()),
  constraint PK_InterviewSlot primary key (InterviewDateId, SlotNo),
  constraint FK_InterviewSlot_InterviewDate foreign key (InterviewDateId) references dbo.InterviewDate (InterviewDateId),
  constraint FK_InterviewSlot_HostFaculty foreign key (HostFacultyId) references dbo.Faculty (FacultyId),
  constraint CK_InterviewSlot_Minutes check (Minutes between 5 and 480)
);
GO

create table dbo.Invitation (
  InvitationId bigint identity(1, 1) not null,
  ApplicationId bigint not null,
  ReplacesInvitationId bigint null,
  Status varchar(12) not null constraint DF_Invitation_Status default ('pending'),
  SentAt datetime2(7) not null,
  ExpiresAt datetime2(3) not null,
  RespondedAt datetime2(3) null,
  Note nvarchar(500) null,
  UpdatedAt datetime2(7) not null constraint DF_Invitation_UpdatedAt default (sysutcdatetime()),
  constraint PK_Invitation primary key (InvitationId),
  constraint FK_Invitation_Application foreign key (ApplicationId) references dbo.Application (ApplicationId),
  constraint FK_Invitation_Replaces foreign key (ReplacesInvitationId) references dbo.Invitation (InvitationId),
  constraint CK_Invitation_Status check (Status in ('pending', 'accepted', 'declined', 'expired', 'withdrawn'))
);
GO
create index IX_Invitation_Application on dbo.Invitation (ApplicationId);
GO

create table dbo.Interview (
  InterviewId bigint identity(1, 1) not null,
  InvitationId bigint not null,
  InterviewDateId int not null,
  SlotNo smallint not null,
  Status varchar(12) not null constraint DF_Interview_Status default ('scheduled'),
  RescheduledFromInterviewId bigint null,
  ScheduledAt datetime2(7) not null,
  CancelledAt datetime2(7) null,
  CancelReason nvarchar(200) null,
  UpdatedAt datetime2(7) not null constraint DF_Interview_UpdatedAt default (sysutcdatetime()),
  constraint PK_Interview primary key (InterviewId),
  constraint FK_Interview_Invitation foreign key (InvitationId) references dbo.Invitation (InvitationId),
  constraint FK_Interview_InterviewSlot foreign key (InterviewDateId, SlotNo) references dbo.InterviewSlot (InterviewDateId, SlotNo),
  constraint FK_Interview_RescheduledFrom foreign key (RescheduledFromInterviewId) references dbo.Interview (InterviewId),
  constraint CK_Interview_Status check (Status in ('scheduled', 'cancelled', 'completed', 'no-show'))
);
GO
create index IX_Interview_Invitation on dbo.Interview (InvitationId);
GO
-- A slot is never booked twice: the rule that the pipeline must not seem to break in the warehouse either.
create unique index UX_Interview_Slot on dbo.Interview (InterviewDateId, SlotNo) where Status = 'scheduled';
GO

create table dbo.Waitlist (
  InterviewDateId int not null,
  ApplicationId bigint not null,
  Position int not null,
  AddedAt datetime2(3) not null,
  Reason nvarchar(200) null,
  UpdatedAt datetime2(7) not null constraint DF_Waitlist_UpdatedAt default (sysutcdatetime()),
  constraint PK_Waitlist primary key (InterviewDateId, ApplicationId),
  constraint FK_Waitlist_InterviewDate foreign key (InterviewDateId) references dbo.InterviewDate (InterviewDateId),
  constraint FK_Waitlist_Application foreign key (ApplicationId) references dbo.Application (ApplicationId),
  constraint CK_Waitlist_Position check (Position >= 1)
);
GO

create table dbo.FacultyAvailability (
  FacultyId int not null,
  InterviewDateId int not null,
  FromTime time(0) not null,
  UntilTime time(3) not null,
  IsRemote bit not null,
  MaxInterviews tinyint null,
  Note nvarchar(200) null,
  UpdatedAt datetime2(7) not null constraint DF_FacultyAvailability_UpdatedAt default (sysutcdatetime()),
  constraint PK_FacultyAvailability primary key (FacultyId, InterviewDateId),
  constraint FK_FacultyAvailability_Faculty foreign key (FacultyId) references dbo.Faculty (FacultyId),
  constraint FK_FacultyAvailability_InterviewDate foreign key (InterviewDateId) references dbo.InterviewDate (InterviewDateId),
  constraint CK_FacultyAvailability_Times check (UntilTime > FromTime)
);
GO

create table dbo.Evaluation (
  InterviewId bigint not null,
  FacultyId int not null,
  Score decimal(5, 2) null,
  Confidence real null,
  IsFinal bit not null,
  Comments nvarchar(max) null,
  Rubric xml null,
  SubmittedAt datetime2(7) not null,
  UpdatedAt datetime2(7) not null constraint DF_Evaluation_UpdatedAt default (sysutcdatetime()),
  constraint PK_Evaluation primary key (InterviewId, FacultyId),
  constraint FK_Evaluation_Interview foreign key (InterviewId) references dbo.Interview (InterviewId),
  constraint FK_Evaluation_Faculty foreign key (FacultyId) references dbo.Faculty (FacultyId),
  constraint CK_Evaluation_Score check (Score >= 0 and Score <= 100)
);
GO

create table dbo.Message (
  MessageId bigint identity(1, 1) not null,
  ApplicationId bigint not null,
  Direction char(1) not null,
  SenderFacultyId int null,
  ReplyToMessageId bigint null,
  Importance tinyint not null constraint DF_Message_Importance default (0),
  Subject nvarchar(200) not null,
  Body nvarchar(max) null,
  SentAt datetime2(7) not null,
  ReadAt datetime2(3) null,
  constraint PK_Message primary key (MessageId),
  constraint FK_Message_Application foreign key (ApplicationId) references dbo.Application (ApplicationId),
  constraint FK_Message_SenderFaculty foreign key (SenderFacultyId) references dbo.Faculty (FacultyId),
  constraint FK_Message_ReplyTo foreign key (ReplyToMessageId) references dbo.Message (MessageId),
  constraint CK_Message_Direction check (Direction in ('A', 'P'))
);
GO
create index IX_Message_Application on dbo.Message (ApplicationId, SentAt);
GO
create index IX_Message_ReplyTo on dbo.Message (ReplyToMessageId);
GO

create table dbo.Document (
  DocumentId uniqueidentifier not null constraint DF_Document_DocumentId default (newid()),
  ApplicationId bigint not null,
  FileName nvarchar(260) not null,
  ContentType varchar(100) not null,
  SizeBytes bigint not null,
  Sha256 binary(32) null,
  Content varbinary(max) null,
  UploadedAt datetimeoffset(3) not null,
  UpdatedAt datetime2(7) not null constraint DF_Document_UpdatedAt default (sysutcdatetime()),
  constraint PK_Document primary key (DocumentId),
  constraint FK_Document_Application foreign key (ApplicationId) references dbo.Application (ApplicationId)
);
GO

create table dbo.AuditEntry (
  ProgramId int not null,
  EntryNo bigint not null,
  HappenedAt datetime2(7) not null,
  Actor nvarchar(128) not null,
  Action varchar(40) not null,
  Entity varchar(40) not null,
  EntityKey varchar(80) not null,
  Details varchar(max) null,
  DurationMs decimal(19, 4) null,
  constraint PK_AuditEntry primary key (ProgramId, EntryNo),
  constraint FK_AuditEntry_Program foreign key (ProgramId) references dbo.Program (ProgramId)
);
GO

alter table dbo.Institution enable change_tracking with (track_columns_updated = off);
GO
alter table dbo.Specialty enable change_tracking with (track_columns_updated = off);
GO
alter table dbo.Program enable change_tracking with (track_columns_updated = off);
GO
alter table dbo.CalendarSeason enable change_tracking with (track_columns_updated = off);
GO
alter table dbo.Applicant enable change_tracking with (track_columns_updated = off);
GO
alter table dbo.Faculty enable change_tracking with (track_columns_updated = off);
GO
alter table dbo.Application enable change_tracking with (track_columns_updated = off);
GO
alter table dbo.InterviewDate enable change_tracking with (track_columns_updated = off);
GO
alter table dbo.InterviewSlot enable change_tracking with (track_columns_updated = off);
GO
alter table dbo.Invitation enable change_tracking with (track_columns_updated = off);
GO
alter table dbo.Interview enable change_tracking with (track_columns_updated = off);
GO
alter table dbo.Waitlist enable change_tracking with (track_columns_updated = off);
GO
alter table dbo.FacultyAvailability enable change_tracking with (track_columns_updated = off);
GO
alter table dbo.Evaluation enable change_tracking with (track_columns_updated = off);
GO
alter table dbo.Message enable change_tracking with (track_columns_updated = off);
GO
alter table dbo.Document enable change_tracking with (track_columns_updated = off);
GO
alter table dbo.AuditEntry enable change_tracking with (track_columns_updated = off);
GO
