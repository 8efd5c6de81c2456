import { column, fails, from, one, prints, refused, row, rows, type TSqlAnswerGroup } from './tsql-answer.js';

/** Transactions, errors and procedural code. */
export const procedureAnswers: TSqlAnswerGroup = {
  title: 'procedural code',
  answers: [
    ...from(
      'Microsoft Learn: BEGIN/COMMIT/ROLLBACK/SAVE TRANSACTION, @@TRANCOUNT (Transact-SQL)',
      row(
        'declare @a int, @b int; begin tran; begin tran; set @a = @@trancount; commit; set @b = @@trancount; rollback; select @a, @b, @@trancount',
        [2, 1, 0],
      ),
      one(
        'create table #t1 (x int); begin tran; insert #t1 values (1); rollback; select count(*) from #t1',
        0,
      ),
      one(
        'create table #t2 (x int); begin tran; begin tran; insert #t2 values (1); commit; rollback; select count(*) from #t2',
        0,
      ),
      one(
        'create table #t3 (x int); begin tran; insert #t3 values (1); save tran s; insert #t3 values (2); rollback tran s; commit; select sum(x) from #t3',
        1,
      ),
      fails('commit', 3902),
      fails('rollback', 3903),
      refused(
        'declare @t table (x int); begin tran; insert @t values (1); rollback; select count(*) from @t',
        'ROLLBACK',
      ),
      one('declare @x int = 1; begin tran; set @x = 2; rollback; select @x', 2),
      one('select xact_state()', 0, 'smallint'),
      one('begin tran; declare @s int = xact_state(); rollback; select @s', 1),
    ),
    ...from(
      'Microsoft Learn: SET XACT_ABORT (Transact-SQL)',
      one(
        'create table #x1 (id int primary key); set xact_abort off; begin tran; insert #x1 values (1); begin try insert #x1 values (1) end try begin catch end catch; insert #x1 values (2); commit; select count(*) from #x1',
        2,
      ),
      one(
        'create table #x2 (id int primary key); set xact_abort on; declare @s int; begin try begin tran; insert #x2 values (1); insert #x2 values (1); commit; end try begin catch set @s = xact_state(); rollback; end catch; set xact_abort off; select @s',
        -1,
      ),
      fails(
        'create table #x3 (id int primary key); insert #x3 values (1); insert #x3 values (1); select count(*) from #x3',
        2627,
      ),
    ),
    ...from(
      'Microsoft Learn: TRY...CATCH, ERROR_NUMBER and its like (Transact-SQL)',
      row(
        'begin try select 1 / 0; end try begin catch select error_number(), error_severity(), error_state(), error_message(), error_procedure() end catch',
        [8134, 16, 1, 'Divide by zero error encountered.', null],
      ),
      one('begin try\nselect 1 / 0\nend try\nbegin catch\nselect error_line()\nend catch', 2),
      one('select error_number()', null),
      one(
        "begin try declare @i int = cast('x' as int); end try begin catch select error_number() end catch",
        245,
      ),
      one(
        'begin try begin try select 1 / 0 end try begin catch throw end catch end try begin catch select error_number() end catch',
        8134,
      ),
      one('begin try select 1 end try begin catch select 2 end catch', 1),
      one(
        "begin try exec('select * from nosuch_table') end try begin catch select error_number() end catch",
        208,
      ),
      one(
        'declare @e int; begin try select 1 / 0 end try begin catch set @e = @@error end catch; select @e',
        8134,
      ),
      one(
        'create table #e1 (x int not null); begin try insert #e1 values (null) end try begin catch select error_number() end catch',
        515,
      ),
    ),
    ...from(
      'Microsoft Learn: THROW, RAISERROR (Transact-SQL)',
      fails("throw 50001, 'mine', 1", 50001),
      fails("throw 51000, 'a', 7; select 1", 51000),
      fails("throw 100, 'too small', 1", 35100),
      row(
        "begin try throw 50005, 'hello', 3 end try begin catch select error_number(), error_message(), error_severity(), error_state() end catch",
        [50005, 'hello', 16, 3],
      ),
      fails("raiserror('boom', 16, 1)", 50000),
      row(
        "begin try raiserror('n=%d s=%s', 15, 2, 42, 'x') end try begin catch select error_number(), error_message(), error_severity(), error_state() end catch",
        [50000, 'n=42 s=x', 15, 2],
      ),
      one(
        "begin try raiserror('low', 10, 1); select 'after' end try begin catch select 'caught' end catch",
        'after',
      ),
      prints("raiserror('note', 10, 1)", 'note'),
      prints("raiserror('%05d|%-4s|%x', 0, 1, 42, 'ab', 255)", '00042|ab  |ff'),
      fails('throw', 10704),
    ),
    ...from(
      'Microsoft Learn: PRINT, IF...ELSE, WHILE, BREAK, CONTINUE, RETURN, GOTO (Transact-SQL)',
      prints("print 'a'; print 1 + 1", 'a', '2'),
      prints("declare @d date = '2024-02-03'; print @d", '2024-02-03'),
      prints("if 1 = 2 print 'yes' else print 'no'", 'no'),
      prints("if null = 1 print 'yes' else print 'no'", 'no'),
      one('declare @i int = 0; while @i < 5 set @i += 1; select @i', 5),
      one('declare @i int = 0; while 1 = 1 begin set @i += 1; if @i = 3 break; end; select @i', 3),
      one(
        'declare @i int = 0, @s int = 0; while @i < 5 begin set @i += 1; if @i % 2 = 0 continue; set @s += @i; end; select @s',
        9,
      ),
      prints("print 'a'; return; print 'b'", 'a'),
      prints("if exists (select 1) begin print 'x'; print 'y' end", 'x', 'y'),
      prints("goto skip; print 'no'; skip: print 'end'", 'end'),
      prints("print concat('x', null, 'y')", 'xy'),
    ),
    ...from(
      'Microsoft Learn: DECLARE @local_variable (Transact-SQL)',
      one('declare @x int; select @x', null),
      one('if 1 = 0 declare @x int = 5; select @x', null),
      one("declare @v varchar(3) = 'abcdef'; select @v", 'abc'),
      fails('declare @x int; declare @x int', 134),
      fails('set @nosuch = 1', 137),
      one('declare @n decimal(5,2) = 1.239; select @n', '1.24', 'decimal(5,2)'),
      one('declare @b bit = 5; select @b', true),
      one("declare @d datetime = '2024-01-01'; select @d + 1", '2024-01-02 00:00:00.000'),
      fails('declare @t tinyint = 256', 220),
    ),
    ...from(
      'Microsoft Learn: @@ROWCOUNT, @@ERROR, SET NOCOUNT (Transact-SQL)',
      one('select 1 union all select 2; select @@rowcount', 2),
      one('declare @x int = 1; select @@rowcount', 1),
      one('select 1 where 1 = 0; select @@rowcount', 0),
      one("print 'x'; select @@rowcount", 0),
      one(
        'set nocount on; select 1 union all select 2; declare @n int = @@rowcount; set nocount off; select @n',
        2,
      ),
      one('select 1; select @@error', 0),
      one('select 1 union select 2; select rowcount_big()', '2', 'bigint'),
    ),
    ...from(
      'Microsoft Learn: EXECUTE, sp_executesql, CREATE PROCEDURE (Transact-SQL)',
      one("exec('select 5')", 5),
      one("declare @s varchar(50) = 'select ' + cast(2 + 3 as varchar(5)); exec(@s)", 5),
      one("exec sp_executesql N'select @a + @b', N'@a int, @b int', 2, 3", 5),
      one("declare @r int; exec sp_executesql N'set @o = 7', N'@o int output', @o = @r output; select @r", 7),
      one("declare @r int; exec sp_executesql N'set @o = 7', N'@o int output', @o = @r; select @r", null),
      fails("exec('select @x')", 137),
      one(
        "exec('create procedure dbo.answers_p1 @a int, @b int = 10 as select @a + @b'); exec dbo.answers_p1 5; drop procedure dbo.answers_p1",
        15,
      ),
      one(
        "exec('create procedure dbo.answers_p2 @o int output as begin set @o = 3; return 9 end'); declare @x int, @r int; exec @r = dbo.answers_p2 @x output; drop procedure dbo.answers_p2; select @x + @r",
        12,
      ),
      one(
        "exec('create procedure dbo.answers_p3 @a int as select @a'); begin try exec dbo.answers_p3 end try begin catch select error_number() end catch; drop procedure dbo.answers_p3",
        201,
      ),
      fails('exec nosuch_procedure', 2812),
      one(
        "exec('create function dbo.answers_f1 (@x int) returns int as begin return @x * 2 end'); declare @r int = dbo.answers_f1(21); drop function dbo.answers_f1; select @r",
        42,
      ),
      column(
        "exec('create function dbo.answers_f2 (@n int) returns table as return select value from generate_series(1, @n)'); select value into #f2 from dbo.answers_f2(3); drop function dbo.answers_f2; select value from #f2 order by value",
        [1, 2, 3],
      ),
      one(
        "exec('create view dbo.answers_v as select 1 as a union all select 2'); declare @n int = (select sum(a) from dbo.answers_v); drop view dbo.answers_v; select @n",
        3,
      ),
      one(
        "create table #x (a int); insert #x exec('select 1 union all select 2'); select sum(a) from #x; drop table #x",
        3,
      ),
    ),
    ...from(
      'Microsoft Learn: DECLARE CURSOR (Transact-SQL)',
      one(
        `declare @s int = 0, @x int; declare c cursor local fast_forward for select x from (values (1), (2), (3)) v(x);
         open c; fetch next from c into @x; while @@fetch_status = 0 begin set @s += @x; fetch next from c into @x end; close c; deallocate c; select @s`,
        6,
      ),
      fails('open nosuch_cursor', 16916),
    ),
    ...from(
      'Microsoft Learn: Temporary tables and table variables',
      one("create table #p (x int); exec('insert #p values (1)'); select count(*) from #p; drop table #p", 1),
      fails("exec('create table #q (x int)'); select * from #q", 208),
      one(
        "declare @t table (id int primary key, v varchar(5) default 'd'); insert @t (id) values (1); select v from @t",
        'd',
      ),
      fails('declare @t table (id int primary key); insert @t values (1), (1)', 2627),
      rows(
        "declare @t table (a int, b varchar(3)); insert @t values (1, 'x'), (2, 'y'); update @t set b = 'z' where a = 1; delete @t where a = 2; select * from @t",
        [[1, 'z']],
      ),
      fails('select * from @nosuch', 1087),
    ),
  ],
};
