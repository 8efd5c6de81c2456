/** How a value is written as a T-SQL literal. */
export type LiteralKind =
  | 'integer'
  | 'decimal'
  | 'float'
  | 'bit'
  | 'text'
  | 'unicode'
  | 'date'
  | 'time'
  | 'datetime'
  | 'guid'
  | 'binary'
  | 'xml';

export interface SampleColumn {
  readonly name: string;
  readonly kind: LiteralKind;
  /** T-SQL type, as in schema.sql. */
  readonly type: string;
}

export interface SampleTable {
  readonly name: TableName;
  /** Columns that are written, in the order of schema.sql: neither computed ones nor row versions. */
  readonly columns: readonly SampleColumn[];
  readonly identity: boolean;
}

export type TableName =
  | 'Institution'
  | 'Specialty'
  | 'Program'
  | 'CalendarSeason'
  | 'Applicant'
  | 'Faculty'
  | 'Application'
  | 'InterviewDate'
  | 'InterviewSlot'
  | 'Invitation'
  | 'Interview'
  | 'Waitlist'
  | 'FacultyAvailability'
  | 'Evaluation'
  | 'Message'
  | 'Document'
  | 'AuditEntry';

const KIND_OF_TYPE: Readonly<Record<string, LiteralKind>> = {
  int: 'integer',
  bigint: 'integer',
  smallint: 'integer',
  tinyint: 'integer',
  bit: 'bit',
  decimal: 'decimal',
  numeric: 'decimal',
  money: 'decimal',
  smallmoney: 'decimal',
  float: 'float',
  real: 'float',
  char: 'text',
  varchar: 'text',
  nchar: 'unicode',
  nvarchar: 'unicode',
  date: 'date',
  time: 'time',
  datetime: 'datetime',
  smalldatetime: 'datetime',
  datetime2: 'datetime',
  datetimeoffset: 'datetime',
  uniqueidentifier: 'guid',
  binary: 'binary',
  varbinary: 'binary',
  xml: 'xml',
};

function table(name: TableName, definition: string, options: { identity?: boolean } = {}): SampleTable {
  const columns = definition
    .trim()
    .split(/\s*;\s*/)
    .map((entry) => {
      const [column = '', type = ''] = entry.split(/\s+(.*)/);
      const kind = KIND_OF_TYPE[/^\w+/.exec(type)?.[0] ?? ''];
      if (!kind) throw new TypeError(`${name}.${column}: no literal for type "${type}"`);
      return { name: column, kind, type };
    });
  return { name, columns, identity: options.identity ?? false };
}

/** The sample's tables in an order in which every foreign key finds its row. A spec holds this list to schema.sql. */
export const sampleTables: readonly SampleTable[] = [
  table(
    'Institution',
    `InstitutionId int; ParentInstitutionId int; Name nvarchar(200); City nvarchar(100); StateCode char(2);
     CountryCode nchar(2); TimeZone varchar(64); Latitude float; Longitude float; BedCount smallint; IsTeaching bit;
     FoundedOn date; CreatedAt datetime; UpdatedAt datetime2(7)`,
  ),
  table(
    'Specialty',
    `SpecialtyId smallint; Code varchar(10); Name nvarchar(100); ParentSpecialtyId smallint; DurationYears tinyint;
     MatchRate real`,
  ),
  table(
    'Program',
    `ProgramId int; InstitutionId int; SpecialtyId smallint; AccreditationCode char(10); Name nvarchar(200); Order int;
     Positions smallint; Stipend money; ApplicationFee smallmoney; IsActive bit; WebsiteUrl varchar(400);
     CreatedAt smalldatetime; UpdatedAt datetime2(7)`,
  ),
  table(
    'CalendarSeason',
    `CalendarSeasonId int; Name char(9); StartsOn date; EndsOn date; InvitationsOpenAt datetime2(0); IsCurrent bit`,
  ),
  table(
    'Applicant',
    `ApplicantId uniqueidentifier; AamcId char(8); FirstName nvarchar(100); MiddleName nvarchar(100);
     LastName nvarchar(100); Email nvarchar(254); Phone varchar(30); School nvarchar(200); GraduatedOn date;
     NeedsVisa bit; Gpa decimal(4, 3); TimeZone varchar(64); PreferredTime time(0); Photo varbinary(max);
     CreatedAt datetime2(3); UpdatedAt datetime2(7)`,
  ),
  table(
    'Faculty',
    `FacultyId int; ProgramId int; ManagerFacultyId int; Name nvarchar(200); Title nvarchar(60); Email varchar(254);
     HiredOn date; HourlyRate smallmoney; Fte numeric(3, 2); IsActive bit; UpdatedAt datetime2(7)`,
  ),
  table(
    'Application',
    `ApplicationId bigint; ApplicantId uniqueidentifier; ProgramId int; CalendarSeasonId int; Status varchar(12);
     USMLEStep1 smallint; USMLEStep2 smallint; ScreeningScore float; SignalRank tinyint; FeePaid money;
     PersonalStatement nvarchar(max); ReviewedByFacultyId int; ReceivedAt datetimeoffset(7); WithdrawnOn date;
     UpdatedAt datetime2(7)`,
  ),
  table(
    'InterviewDate',
    `InterviewDateId int; ProgramId int; CalendarSeasonId int; HeldOn date; Capacity smallint; Mode varchar(10);
     DoorsOpenAt time(7); Notes nvarchar(400); UpdatedAt datetime2(7)`,
  ),
  table(
    'InterviewSlot',
    `InterviewDateId int; SlotNo smallint; StartsAt datetime2(0); Minutes smallint; Room nvarchar(50); IsOpen bit;
     HostFacultyId int; UpdatedAt datetime2(7)`,
  ),
  table(
    'Invitation',
    `InvitationId bigint; ApplicationId bigint; ReplacesInvitationId bigint; Status varchar(12); SentAt datetime2(7);
     ExpiresAt datetime2(3); RespondedAt datetime2(3); Note nvarchar(500); UpdatedAt datetime2(7)`,
    { identity: true },
  ),
  table(
    'Interview',
    `InterviewId bigint; InvitationId bigint; InterviewDateId int; SlotNo smallint; Status varchar(12);
     RescheduledFromInterviewId bigint; ScheduledAt datetime2(7); CancelledAt datetime2(7); CancelReason nvarchar(200);
     UpdatedAt datetime2(7)`,
    { identity: true },
  ),
  table(
    'Waitlist',
    `InterviewDateId int; ApplicationId bigint; Position int; AddedAt datetime2(3); Reason nvarchar(200);
     UpdatedAt datetime2(7)`,
  ),
  table(
    'FacultyAvailability',
    `FacultyId int; InterviewDateId int; FromTime time(0); UntilTime time(3); IsRemote bit; MaxInterviews tinyint;
     Note nvarchar(200); UpdatedAt datetime2(7)`,
  ),
  table(
    'Evaluation',
    `InterviewId bigint; FacultyId int; Score decimal(5, 2); Confidence real; IsFinal bit; Comments nvarchar(max);
     Rubric xml; SubmittedAt datetime2(7); UpdatedAt datetime2(7)`,
  ),
  table(
    'Message',
    `MessageId bigint; ApplicationId bigint; Direction char(1); SenderFacultyId int; ReplyToMessageId bigint;
     Importance tinyint; Subject nvarchar(200); Body nvarchar(max); SentAt datetime2(7); ReadAt datetime2(3)`,
    { identity: true },
  ),
  table(
    'Document',
    `DocumentId uniqueidentifier; ApplicationId bigint; FileName nvarchar(260); ContentType varchar(100);
     SizeBytes bigint; Sha256 binary(32); Content varbinary(max); UploadedAt datetimeoffset(3);
     UpdatedAt datetime2(7)`,
  ),
  table(
    'AuditEntry',
    `ProgramId int; EntryNo bigint; HappenedAt datetime2(7); Actor nvarchar(128); Action varchar(40);
     Entity varchar(40); EntityKey varchar(80); Details varchar(max); DurationMs decimal(19, 4)`,
  ),
];
