import { column, fails, from, one, prints, refused, row, rows, type TSqlAnswerGroup } from './tsql-answer.js';

const quoted = (text: string): string => `exec('${text.replaceAll("'", "''")}');`;

const staff = (name: string): string =>
  `create table #${name} (id int primary key, name varchar(10)); insert #${name} values (1, 'Ann'), (2, 'Bob'), (3, 'Cy');`;

/** Functions of statements, table types, INSTEAD OF triggers, GOTO, variables that go through rows. */
export const routineAnswers: TSqlAnswerGroup = {
  title: 'routines',
  answers: [
    ...from(
      'Microsoft Learn: CREATE FUNCTION (Transact-SQL), multi-statement table-valued functions',
      rows(
        `${quoted('create or alter function dbo.ra_split(@s varchar(100), @d char(1)) returns @t table (n int identity(1, 1), v varchar(50)) as begin declare @p int; while len(@s) > 0 begin set @p = charindex(@d, @s); if @p = 0 begin insert @t (v) values (@s); break end; insert @t (v) values (left(@s, @p - 1)); set @s = substring(@s, @p + 1, 100) end; return end')} select n, v from dbo.ra_split('a,b,c', ',') order by n`,
        [
          [1, 'a'],
          [2, 'b'],
          [3, 'c'],
        ],
        ['int', 'varchar(50)'],
      ),
      rows(
        `${quoted('create or alter function dbo.ra_down(@n int) returns @t table (x int primary key) as begin insert @t values (@n); while @@rowcount > 0 insert @t select min(x) - 1 from @t having min(x) > 1; return end')} select o.n, f.x from (values (1), (3)) o(n) cross apply dbo.ra_down(o.n) f order by 1, 2`,
        [
          [1, 1],
          [3, 1],
          [3, 2],
          [3, 3],
        ],
      ),
      one(
        `${quoted('create or alter function dbo.ra_sum(@n int) returns int as begin declare @t table (x int); insert @t select value from generate_series(1, @n); delete @t where x = 1; return (select sum(x) from @t) end')} exec('select dbo.ra_sum(4)')`,
        9,
        'int',
      ),
      one(
        `${quoted('create or alter function dbo.ra_one() returns @t table (x int) as begin insert @t values (1); return end')} select type_desc from sys.objects where name = 'ra_one'`,
        'SQL_TABLE_VALUED_FUNCTION',
      ),
      fails(
        quoted(
          'create function dbo.ra_bad() returns @t table (x int) as begin insert dbo.nothing_there values (1); return end',
        ),
        208,
      ),
      fails(
        quoted('create function dbo.ra_bad() returns @t table (x int) as begin insert @t values (1) end'),
        455,
      ),
      fails(
        `${quoted('create or alter function dbo.ra_dup() returns @t table (x int primary key) as begin insert @t values (1), (1); return end')} select * from dbo.ra_dup()`,
        2627,
      ),
    ),
    ...from(
      'Microsoft Learn: Use table-valued parameters; CREATE TYPE (Transact-SQL)',
      rows(
        `if type_id('dbo.ra_names') is null ${quoted("create type dbo.ra_names as table (id int primary key, name varchar(10) default 'none', check (id > 0))")} ${quoted("declare @n dbo.ra_names, @i int = 2; insert @n (id) values (1); insert @n values (@i, 'b'); select * from @n order by id")}`,
        [
          [1, 'none'],
          [2, 'b'],
        ],
      ),
      row(
        `if type_id('dbo.ra_ids') is null ${quoted('create type dbo.ra_ids as table (id int)')} ${quoted('create or alter procedure dbo.ra_count @n dbo.ra_ids readonly, @more int = 1 as select count(*), sum(id), @more from @n')} ${quoted('declare @n dbo.ra_ids; insert @n values (3), (4); exec dbo.ra_count @n, @more = 5')}`,
        [2, 7, 5],
      ),
      row(`${quoted('exec dbo.ra_count')}`, [0, null, 1]),
      fails(
        `${quoted('create or alter procedure dbo.ra_write @n dbo.ra_ids readonly as insert @n values (1)')} ${quoted('declare @n dbo.ra_ids; exec dbo.ra_write @n')}`,
        10700,
      ),
      fails(quoted('create procedure dbo.ra_bad @n dbo.ra_ids as select 1'), 352),
      fails(quoted('create procedure dbo.ra_bad @n int readonly as select 1'), 346),
      fails('exec dbo.ra_count 5', 206),
      one(
        quoted(
          "declare @n dbo.ra_ids; insert @n values (6); exec sp_executesql N'select max(id) from @x', N'@x dbo.ra_ids readonly', @n",
        ),
        6,
      ),
    ),
    ...from(
      'Microsoft Learn: table (Transact-SQL), DECLARE @local_variable (Transact-SQL): a table variable lives in its batch or procedure',
      one(
        'declare @i int = 0; while @i < 3 begin declare @w table (x int); insert @w values (@i); set @i += 1 end; select count(*) from @w',
        3,
      ),
      column(
        `${quoted('create or alter procedure dbo.ra_own as declare @t table (x int); insert @t values (100)')} declare @t table (x int); insert @t values (1), (2); exec dbo.ra_own; select x from @t order by x`,
        [1, 2],
      ),
      row(
        `${quoted('create or alter procedure dbo.ra_deep @n int as declare @t table (x int); insert @t values (@n); if @n > 0 begin declare @m int = @n - 1; exec dbo.ra_deep @m end; if @n = 2 select count(*), max(x) from @t')} exec dbo.ra_deep 2`,
        [1, 2],
      ),
    ),
    ...from(
      'Microsoft Learn: CREATE TRIGGER (Transact-SQL), INSTEAD OF; Use the inserted and deleted tables',
      rows(
        `begin tran; create table ra_a (id int identity primary key, n varchar(10)); ${quoted('create view ra_v as select id, n from ra_a')} ${quoted('create trigger ra_vi on ra_v instead of insert as insert ra_a (n) select upper(n) from inserted')} ${quoted('create trigger ra_vu on ra_v instead of update as update a set n = d.n + i.n from ra_a a join inserted i on i.id = a.id join deleted d on d.id = a.id')} exec('insert ra_v (n) values (''x''), (''y''); update ra_v set n = ''!'' where id = 2'); select * from ra_a order by id; rollback`,
        [
          [1, 'X'],
          [2, 'Y!'],
        ],
      ),
      one(
        `begin tran; create table ra_k (id int); insert ra_k values (1), (2); ${quoted('create trigger ra_kd on ra_k instead of delete as set nocount on')} exec('delete ra_k'); select count(*) from ra_k; rollback`,
        2,
      ),
      fails(
        `begin tran; create table ra_k (id int); ${quoted('create trigger ra_k1 on ra_k instead of delete as set nocount on')} ${quoted('create trigger ra_k2 on ra_k instead of delete as set nocount on')}`,
        2111,
      ),
      fails(
        `begin tran; ${quoted('create view ra_v as select 1 as x')} ${quoted('create trigger ra_va on ra_v after insert as set nocount on')}`,
        8197,
      ),
    ),
    ...from(
      'Microsoft Learn: GOTO (Transact-SQL)',
      one('declare @i int = 0; again: set @i += 1; if @i < 5 goto again; select @i', 5),
      one(
        'declare @n int = 0; while 1 = 1 begin set @n += 1; if @n = 3 goto done end; set @n = 99; done: select @n',
        3,
      ),
      one(
        "declare @s varchar(9) = 'a'; begin try select 1 / 0 end try begin catch goto failed end catch; set @s = 'b'; failed: select @s",
        'a',
      ),
      fails('goto nowhere', 133),
      fails('a: print 1; a: print 2', 132),
      fails('goto t; begin try t: select 1 end try begin catch select 2 end catch', 1026),
      refused('goto inside; if 1 = 0 begin inside: select 1 end', 'GOTO inside'),
    ),
    ...from(
      'Microsoft Learn: SELECT @local_variable (Transact-SQL); nvarchar concatenation in aggregate queries as in its examples',
      one(
        `${staff('staff1')} declare @s varchar(100) = ''; select @s = @s + name + ',' from #staff1 order by id; select @s`,
        'Ann,Bob,Cy,',
      ),
      one(
        `${staff('staff2')} declare @s varchar(100); select @s = coalesce(@s + ';', '') + name from #staff2 order by id desc; select @s`,
        'Cy;Bob;Ann',
      ),
      row(
        `${staff('staff3')} declare @n int = 0, @t int = 10; select @n += 1, @t = @t + id from #staff3 where id > 1; select @n, @t, @@rowcount`,
        [2, 15, 2],
      ),
      one(`${staff('staff4')} declare @t int = 10; select @t = @t + sum(id) from #staff4; select @t`, 16),
      one(
        `${staff('staff5')} declare @t int = 10; select @t = @t + id from #staff5 where id > 9; select @t`,
        10,
      ),
      row('declare @a int = 5, @b int; select @a = 1, @b = @a; select @a, @b', [1, 1]),
      refused(
        `${staff('staff6')} declare @s varchar(9) = ''; select distinct @s = @s + name from #staff6`,
        'DISTINCT',
      ),
    ),
    ...from(
      'Microsoft Learn: SET DATEFIRST (Transact-SQL); SET statements: options of a procedure end with it, and no rollback undoes them',
      row(
        "begin tran; set datefirst 1; rollback; declare @d int = datepart(weekday, '2023-03-05'), @f int = @@datefirst; set datefirst 7; select @f, @d",
        [1, 7],
      ),
      row("exec('set datefirst 3'); select @@datefirst, datepart(weekday, '2023-03-05')", [7, 1]),
    ),
    ...from(
      'Microsoft Learn: BREAK, CONTINUE, RETURN (Transact-SQL); SQL Server database engine errors 135, 136, 178',
      fails('break', 135),
      fails('begin continue end', 136),
      fails('return 5', 178),
      fails("exec('return 5')", 178),
      one('declare @x int = 5; select @@rowcount', 1),
    ),
    ...from(
      'Microsoft Learn: RAISERROR (Transact-SQL); SQL Server database engine errors 2748, 2786, 2787',
      fails("raiserror('%5.2f', 16, 1, 1)", 2787),
      fails("raiserror('%s', 16, 1, 5)", 2786),
      fails("raiserror('%d', 16, 1, 'x')", 2786),
      fails("declare @d date = '2020-01-01'; raiserror('%s', 16, 1, @d)", 2748),
      prints("raiserror('%d %s %s', 0, 1, 5, null, N'x')", '5 (null) x'),
    ),
    ...from(
      'Microsoft Learn: sys.default_constraints (Transact-SQL); column defaults as they are kept',
      rows(
        "begin tran; create table ra_d (a int default 5, b int default ((5)), c int default -1, d varchar(5) default 'q', e datetime default (GETDATE())); select column_name, column_default from information_schema.columns where table_name = 'ra_d' order by ordinal_position; rollback",
        [
          ['a', '((5))'],
          ['b', '((5))'],
          ['c', '((-1))'],
          ['d', "('q')"],
          ['e', '(getdate())'],
        ],
      ),
    ),
    ...from(
      'Microsoft Learn: CREATE VIEW (Transact-SQL), updatable views',
      rows(
        `begin tran; create table ra_b (id int identity primary key, n varchar(9) not null default 'd', q int); insert ra_b (n, q) values ('a', 1), ('b', 5); ${quoted('create view ra_u(k, name, q) as select id, n, q from ra_b where q < 3')} exec('update ra_u set q += 1, name = name + ''!''; insert ra_u (q) values (9); insert ra_u values (''z'', 2); delete ra_u where name = ''z'''); select n, q from ra_b order by id; rollback`,
        [
          ['a!', 2],
          ['b', 5],
          ['d', 9],
        ],
      ),
      fails(
        `begin tran; create table ra_b (id int, q int); ${quoted('create view ra_u as select id, q * 2 as twice from ra_b')} exec('update ra_u set twice = 1')`,
        4406,
      ),
      refused(
        `begin tran; create table ra_b (id int, q int); ${quoted('create view ra_u as select id, q from ra_b where q > 1 with check option')} exec('update ra_u set q = 0')`,
        'CHECK OPTION',
      ),
    ),
    ...from(
      'Microsoft Learn: sp_executesql (Transact-SQL)',
      one(
        "declare @o int; exec sp_executesql N'set @o = @i * 2', N'@i int, @o int output', 21, @o output; select @o",
        42,
      ),
      one(
        "declare @o int; exec sp_executesql N'set @o = @i * 2', N'@o int output, @i int', @i = 4, @o = @o output; select @o",
        8,
      ),
      fails("exec sp_executesql 'select 1'", 214),
      fails("exec sp_executesql N'select @i', '@i int', 1", 214),
    ),
    ...from(
      'Microsoft Learn: CREATE PROCEDURE (Transact-SQL), deferred name resolution; CREATE INDEX (Transact-SQL), key columns; TOP (Transact-SQL)',
      fails(
        `create table #cp (a int); ${quoted('create procedure dbo.ra_bad as select nosuch from sys.objects')}`,
        207,
      ),
      fails(quoted('create procedure dbo.ra_bad @a int as select @b'), 137),
      one(
        `${quoted('create or alter procedure dbo.ra_later as select * from dbo.ra_not_there')} select 1`,
        1,
      ),
      fails('create table #ix (a varchar(max)); create index ix on #ix (a)', 1919),
      fails('create table #pk (a varchar(max) primary key)', 1919),
      column(
        'select top (select count(*) - 1 from (values (1), (2)) w(y)) x from (values (1), (2)) v(x) order by x',
        [1],
      ),
    ),
    ...from(
      'Microsoft Learn: IDENT_SEED, IDENT_INCR, TYPE_ID, STRING_ESCAPE, CURRENT_TIMEZONE_ID (Transact-SQL)',
      row(
        "begin tran; create table ra_i (id int identity(10, 5)); exec('select ident_seed(''ra_i''), ident_incr(''ra_i''), ident_seed(''ra_none'')'); rollback",
        [10, 5, null],
        ['decimal(38,0)', 'decimal(38,0)', 'decimal(38,0)'],
      ),
      row("select type_id('int'), type_id('dbo.ra_none')", [56, null]),
      one(`select string_escape('a/b"' + char(10), 'json')`, 'a\\/b\\"\\n'),
      one('select current_timezone_id()', 'UTC'),
      refused("select compress('x')", 'COMPRESS'),
    ),
  ],
};
