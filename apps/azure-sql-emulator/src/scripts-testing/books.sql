-- A bookseller's database in the manner of pubs: alias types, CHECK … LIKE, a trigger that rolls back, messages by RAISERROR.
set nocount    on
set dateformat mdy
USE master
declare @dttm varchar(55)
select  @dttm=convert(varchar,getdate(),113)
raiserror('Beginning at %s ....',1,1,@dttm) with nowait
GO
if exists (select * from sysdatabases where name='books')
begin
  raiserror('Dropping existing database ....',0,1)
  DROP database books
end
GO
CHECKPOINT
go
raiserror('Creating database....',0,1)
go
CREATE DATABASE books
GO
CHECKPOINT
GO
USE books
GO
if db_name() <> 'books'
   raiserror('Error in script: USE failed!  Killing the SPID now.',22,127) with log
GO
if CAST(SERVERPROPERTY('ProductMajorVersion') AS INT)<12
BEGIN
  exec sp_dboption 'books','trunc. log on chkpt.','true'
END
ELSE ALTER DATABASE [books] SET RECOVERY SIMPLE WITH NO_WAIT
GO
execute sp_addtype id      ,'varchar(11)' ,'NOT NULL'
execute sp_addtype tid     ,'varchar(6)'  ,'NOT NULL'
execute sp_addtype empid   ,'char(9)'     ,'NOT NULL'
raiserror('Now at the create table section ....',0,1)
GO
CREATE TABLE writers
(
   au_id          id
         CHECK (au_id like '[0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9][0-9][0-9]')
         CONSTRAINT UPKCL_auidind PRIMARY KEY CLUSTERED,
   au_lname       varchar(40)       NOT NULL,
   phone          char(12)          NOT NULL
         DEFAULT ('UNKNOWN'),
   zip            char(5)               NULL
         CHECK (zip like '[0-9][0-9][0-9][0-9][0-9]'),
   contract       bit               NOT NULL
)
GO
CREATE TABLE titles
(
   title_id       tid
         CONSTRAINT UPKCL_titleidind PRIMARY KEY CLUSTERED,
   title          varchar(80)       NOT NULL,
   type           char(12)          NOT NULL
         DEFAULT ('UNDECIDED'),
   price          money                 NULL,
   pubdate        datetime          NOT NULL
         DEFAULT (getdate())
)
GO
CREATE TABLE titlewriter
(
   au_id          id
         REFERENCES writers(au_id),
   title_id       tid
         REFERENCES titles(title_id),
   royaltyper     int                   NULL,
   CONSTRAINT UPKCL_taind PRIMARY KEY CLUSTERED(au_id, title_id)
)
GO
CREATE TABLE jobs
(
   job_id         smallint IDENTITY(1,1) PRIMARY KEY CLUSTERED,
   job_desc       varchar(50)       NOT NULL DEFAULT 'New Position - title not formalized yet',
   min_lvl        tinyint           NOT NULL CHECK (min_lvl >= 10),
   max_lvl        tinyint           NOT NULL CHECK (max_lvl <= 250)
)
CREATE TABLE workers
(
   emp_id         empid
         CONSTRAINT PK_emp_id PRIMARY KEY NONCLUSTERED
         CONSTRAINT CK_emp_id CHECK (emp_id LIKE '[A-Z][A-Z][A-Z][1-9][0-9][0-9][0-9][0-9][FM]' or
            emp_id LIKE '[A-Z]-[A-Z][1-9][0-9][0-9][0-9][0-9][FM]'),
   job_id         smallint          NOT NULL DEFAULT 1 REFERENCES jobs(job_id),
   job_lvl        tinyint DEFAULT 10,
   hire_date      datetime          NOT NULL DEFAULT (getdate())
)
GO
raiserror('Now at the create trigger section ...',0,1)
GO
CREATE TRIGGER workers_insupd
ON workers
FOR insert, UPDATE
AS
declare @min_lvl tinyint,
   @max_lvl tinyint,
   @emp_lvl tinyint,
   @job_id smallint
select @min_lvl = min_lvl,
   @max_lvl = max_lvl,
   @emp_lvl = i.job_lvl,
   @job_id = i.job_id
from workers e, jobs j, inserted i
where e.emp_id = i.emp_id AND i.job_id = j.job_id
IF (@job_id = 1) and (@emp_lvl <> 10)
begin
   raiserror ('Job id 1 expects the default level of 10.',16,1)
   ROLLBACK TRANSACTION
end
ELSE
IF NOT (@emp_lvl BETWEEN @min_lvl AND @max_lvl)
begin
   raiserror ('The level for job_id:%d should be between %d and %d.',
      16, 1, @job_id, @min_lvl, @max_lvl)
   ROLLBACK TRANSACTION
end
GO
insert writers
   values('409-56-7008', 'B', '415 658-9932', '94705', 1)
insert writers
   values('x09-56-7008', 'B', '415 658-9932', '94705', 1)
insert titles values ('PC8888', 'Secrets of Plumbing', 'popular_comp', $20.00, '06/12/94')
insert titles (title_id, title, pubdate) values('MC3026', 'The Psychology', default)
insert titlewriter values('409-56-7008', 'PC8888', 50)
insert jobs values ('Chief', 175, 225)
insert jobs values ('Editor', 25, 100)
insert workers values ('PTC11962M', 2, 75, '11/11/89')
insert workers values ('AMD15433F', 2, 220, '07/16/91')
go
insert workers values ('AMD15433F', 1, 220, '07/16/91')
go
select emp_id, job_lvl, hire_date from workers
CREATE INDEX aunmind ON writers (au_lname)
go
CREATE VIEW titleview AS select title, price, au_lname from writers, titles, titlewriter where writers.au_id = titlewriter.au_id AND titles.title_id = titlewriter.title_id
go
CREATE PROCEDURE byroyalty @percentage int AS select au_id from titlewriter where titlewriter.royaltyper = @percentage
go
exec byroyalty 50
select * from titleview
GRANT CREATE PROCEDURE TO public
grant select on titles to public
UPDATE STATISTICS writers
declare @dttm varchar(55)
select @dttm=convert(varchar,getdate(),113)
raiserror('Ending at %s ....',1,1,@dttm) with nowait
GO
