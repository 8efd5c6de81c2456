import { column, fails, from, one, row, rows, type TSqlAnswerGroup } from './tsql-answer.js';

const table = (name: string): string =>
  `create table #${name} (id int primary key, k varchar(5), n int); insert #${name} values (1, 'a', 10), (2, 'b', 20), (3, 'c', 30);`;

/** INSERT, UPDATE, DELETE, MERGE and OUTPUT; identity, defaults, computed columns, constraints. */
export const changeAnswers: TSqlAnswerGroup = {
  title: 'changes',
  answers: [
    ...from(
      'Microsoft Learn: INSERT (Transact-SQL)',
      one(`${table('i1')} insert into #i1 values (4, 'd', 40), (5, 'e', 50); select @@rowcount`, 2),
      one(
        `${table('i2')} insert into #i2 (id) select id + 10 from #i2; select count(*) from #i2 where n is null`,
        3,
      ),
      one(
        `${table('i3')} insert top (1) into #i3 (id) select 9 union all select 9; select count(*) from #i3`,
        4,
      ),
      fails(`${table('i4')} insert into #i4 (id, k) values (9)`, 109),
      fails(`${table('i5')} insert into #i5 (id) values (9, 'x')`, 110),
      fails(`${table('i6')} insert into #i6 values (9, 'x')`, 213),
      fails(`${table('i7')} insert into #i7 (id, id) values (9, 9)`, 264),
      one(
        "create table #i8 (id int identity(10, 5), v varchar(9) default 'none', c as id * 2); insert #i8 default values; insert #i8 (v) values (default); select max(c) from #i8 where v = 'none'",
        30,
      ),
      one(
        'declare @t table (x int); insert @t select value from generate_series(1, 3); select sum(x) from @t',
        6,
      ),
      rows(
        'declare @t table (id int identity, x int); insert @t (x) output inserted.id, inserted.x values (7), (8)',
        [
          [1, 7],
          [2, 8],
        ],
      ),
      one(`select * into #i9 from (values (1), (2)) v(x); select count(*) from #i9`, 2),
      fails('create table #i10 (x int); create table #i10 (x int)', 2714),
    ),
    ...from(
      'Microsoft Learn: UPDATE (Transact-SQL)',
      one(`${table('u1')} update #u1 set n = n + 1 where id < 3; select @@rowcount`, 2),
      one(`${table('u2')} update #u2 set n += 5, k = upper(k); select max(n) from #u2`, 35),
      row(
        `${table('u3')} update #u3 set n = id, id = id + 10 where id = 1; select id, n from #u3 where n = 1`,
        [11, 1],
      ),
      one(
        `${table('u4')} update t set n = v.n from #u4 t join (values (1, 111), (2, 222)) v(id, n) on v.id = t.id; select sum(n) from #u4`,
        363,
      ),
      one(
        `${table('u5')} with c as (select top (1) n from #u5 order by id desc) update c set n = 0; select n from #u5 where id = 3`,
        0,
      ),
      one(
        `${table('u6')} with c as (select id, n, row_number() over (order by n desc) as r from #u6) update c set n = r; select string_agg(n, ',') within group (order by id) from #u6`,
        '3,2,1',
      ),
      one(`${table('u7')} declare @v int; update #u7 set @v = n = n + 100 where id = 2; select @v`, 120),
      row(
        `${table('u8')} declare @old int; update #u8 set @old = n, n = 0 where id = 1; select @old, (select n from #u8 where id = 1)`,
        [10, 0],
      ),
      one(`${table('u9')} declare @s int = 0; update #u9 set @s = 7 where id = 99; select @s`, 0),
      rows(`${table('u10')} update #u10 set n = n * 2 output deleted.n, inserted.n where id > 1`, [
        [20, 40],
        [30, 60],
      ]),
      one(`${table('u11')} update top (2) #u11 set n = 0; select count(*) from #u11 where n = 0`, 2),
      one(`${table('u12')} update top (50) percent #u12 set n = 0; select count(*) from #u12 where n = 0`, 2),
      one(
        `${table('u13')} update #u13 set n = default, k = null where id = 1; select count(*) from #u13 where n is null`,
        1,
      ),
      fails(`${table('u14')} update #u14 set id = 2 where id = 1`, 2627),
      fails(`${table('u15')} update #u15 set nosuch = 1`, 207),
      one(`${table('u16')} update #u16 set n = null where id = 1; select count(n) from #u16`, 2),
      fails(`${table('u17')} update #u17 set n = 1, n = 2`, 264),
      one(
        `${table('u18')} update t set n = o.n from #u18 t left join (values (1, 5)) o(id, n) on o.id = t.id; select count(*) from #u18 where n is null`,
        2,
      ),
    ),
    ...from(
      'Microsoft Learn: DELETE, TRUNCATE TABLE (Transact-SQL)',
      one(`${table('d1')} delete from #d1 where id > 1; select @@rowcount`, 2),
      one(
        `${table('d2')} delete t from #d2 t join (values (1), (3)) v(id) on v.id = t.id; select max(id) from #d2`,
        2,
      ),
      column(`${table('d3')} delete #d3 output deleted.k where id <> 2`, ['a', 'c']),
      one(`${table('d4')} delete top (1) from #d4; select count(*) from #d4`, 2),
      one(
        `${table('d5')} with c as (select *, row_number() over (order by id desc) r from #d5) delete from c where r > 1; select id from #d5`,
        3,
      ),
      one(
        `${table('d6')} declare @t table (id int, k varchar(5)); delete #d6 output deleted.id, deleted.k into @t where id < 3; select count(*) from @t`,
        2,
      ),
      one(
        'create table #d7 (id int identity, x int); insert #d7 values (1), (2); truncate table #d7; insert #d7 values (3); select id from #d7',
        1,
      ),
      one(
        'create table #d8 (id int identity, x int); insert #d8 values (1), (2); delete #d8; insert #d8 values (3); select id from #d8',
        3,
      ),
      one(
        `${table('d9')} delete from #d9 where id not in (select id from #d9 where n > 10); select count(*) from #d9`,
        2,
      ),
    ),
    ...from(
      'Microsoft Learn: MERGE (Transact-SQL)',
      rows(
        `${table('m1')}
         merge #m1 as t using (values (2, 'x', 2), (4, 'y', 4)) as s(id, k, n) on t.id = s.id
         when matched then update set n = s.n
         when not matched by target then insert (id, k, n) values (s.id, s.k, s.n)
         when not matched by source and t.id = 1 then delete;
         select id, k, n from #m1 order by id`,
        [
          [2, 'b', 2],
          [3, 'c', 30],
          [4, 'y', 4],
        ],
      ),
      rows(
        `${table('m2')} declare @o table (a nvarchar(10), id int);
         merge #m2 t using (values (1), (9)) s(id) on t.id = s.id when matched then delete when not matched then insert (id) values (s.id)
         output $action, coalesce(inserted.id, deleted.id) into @o;
         select a, id from @o order by id`,
        [
          ['DELETE', 1],
          ['INSERT', 9],
        ],
      ),
      fails(
        `${table('m3')} merge #m3 t using (values (1, 1), (1, 2)) s(id, n) on t.id = s.id when matched then update set n = s.n;`,
        8672,
      ),
      fails(
        `${table('m4')} merge #m4 t using (values (1)) s(id) on t.id = s.id when matched then delete`,
        10713,
      ),
      one(
        `${table('m5')} merge #m5 t using (values (1)) s(id) on t.id = s.id when matched and t.n > 99 then delete when matched then update set n = 1; select @@rowcount`,
        1,
      ),
    ),
    ...from(
      'Microsoft Learn: IDENTITY property, SCOPE_IDENTITY, @@IDENTITY, IDENT_CURRENT (Transact-SQL)',
      one(
        'create table #n1 (id int identity(5, 10), x int); insert #n1 values (1), (2); select scope_identity()',
        '15',
        'decimal(38,0)',
      ),
      one(
        'create table #n2 (id int identity, x int); insert #n2 values (1); select @@identity',
        '1',
        'decimal(38,0)',
      ),
      fails('create table #n3 (id int identity, x int); insert #n3 (id, x) values (1, 1)', 544),
      one(
        'create table #n4 (id int identity, x int); set identity_insert #n4 on; insert #n4 (id, x) values (100, 1); set identity_insert #n4 off; insert #n4 values (2); select max(id) from #n4',
        101,
      ),
      fails('create table #n5 (id int identity, x int); insert #n5 values (1); update #n5 set id = 2', 8102),
      fails(
        'create table #n6 (id int identity, x int); set identity_insert #n6 on; insert #n6 (x) values (1)',
        545,
      ),
      one(
        'create table #n7 (id int identity(-1, -1), x int); insert #n7 values (1), (2); select min(id) from #n7',
        -2,
      ),
    ),
    ...from(
      'Microsoft Learn: Constraints; CREATE TABLE (Transact-SQL)',
      fails('create table #c1 (id int primary key); insert #c1 values (1), (1)', 2627),
      fails('create table #c2 (id int unique); insert #c2 values (1), (1)', 2627),
      fails('create table #c3 (id int unique); insert #c3 values (null), (null)', 2627),
      fails(
        'create table #c4 (id int); create unique index ux on #c4 (id); insert #c4 values (1), (1)',
        2601,
      ),
      fails('create table #c5 (id int not null); insert #c5 values (null)', 515),
      fails('create table #c6 (id int check (id > 0)); insert #c6 values (0)', 547),
      one('create table #c7 (id int check (id > 0)); insert #c7 values (null); select count(*) from #c7', 1),
      fails("create table #c8 (v varchar(3)); insert #c8 values ('abcd')", 2628),
      one("create table #c9 (v varchar(3)); insert #c9 values ('abc   '); select datalength(v) from #c9", 3),
      one("create table #c10 (v char(5)); insert #c10 values ('ab'); select datalength(v) from #c10", 5),
      fails("create table #c11 (k varchar(5) primary key); insert #c11 values ('a'), ('A')", 2627),
      fails("create table #c12 (k varchar(5) primary key); insert #c12 values ('a'), ('a ')", 2627),
      fails('create table #c13 (n tinyint); insert #c13 values (256)', 220),
      fails('create table #c14 (n decimal(4,2)); insert #c14 values (100)', 8115),
      one('create table #c15 (n decimal(4,2)); insert #c15 values (1.555); select n from #c15', '1.56'),
      one(
        'create table #c16 (a int, b as a * 2 persisted, c as a + 1); insert #c16 (a) values (4); select b + c from #c16',
        13,
      ),
      fails('create table #c17 (a int, b as a * 2); insert #c17 (a, b) values (1, 2)', 271),
      fails('create table #c18 (id int not null default 5, x int); insert #c18 (id) values (null)', 515),
      fails(
        `create table dbo.answers_parent (id int primary key); create table dbo.answers_child (id int references dbo.answers_parent (id));
         insert dbo.answers_child values (1);
         drop table dbo.answers_child, dbo.answers_parent`,
        547,
      ),
      fails(
        `create table dbo.answers_parent2 (id int primary key); create table dbo.answers_child2 (id int references dbo.answers_parent2 (id));
         insert dbo.answers_parent2 values (1); insert dbo.answers_child2 values (1);
         delete dbo.answers_parent2; drop table dbo.answers_child2, dbo.answers_parent2`,
        547,
      ),
      one(
        `create table dbo.answers_parent3 (id int primary key); create table dbo.answers_child3 (id int references dbo.answers_parent3 (id) on delete cascade);
         insert dbo.answers_parent3 values (1), (2); insert dbo.answers_child3 values (1), (2);
         delete dbo.answers_parent3 where id = 1; declare @n int = (select count(*) from dbo.answers_child3);
         drop table dbo.answers_child3, dbo.answers_parent3; select @n`,
        1,
      ),
      one(
        'create table #c19 (a int, b int, primary key (a, b)); insert #c19 values (1, 1), (1, 2); select count(*) from #c19',
        2,
      ),
      one(
        'create table #c20 (id int); alter table #c20 add v int not null default 7; insert #c20 (id) values (1); select v from #c20',
        7,
      ),
      fails('drop table #nosuch', 3701),
      one('drop table if exists #nosuch; select 1', 1),
    ),
    ...from(
      'Microsoft Learn: rowversion, sequences, metadata functions (Transact-SQL)',
      one(
        'create table #r1 (id int, v rowversion); insert #r1 (id) values (1); select datalength(v) from #r1',
        8,
      ),
      one(
        'create sequence dbo.answers_seq as int start with 5 increment by 5; declare @a int = next value for dbo.answers_seq, @b int; set @b = next value for dbo.answers_seq; drop sequence dbo.answers_seq; select @a + @b',
        15,
      ),
      one(
        "create table dbo.answers_meta (id int not null, v nvarchar(10)); declare @l int = col_length('dbo.answers_meta', 'v'); drop table dbo.answers_meta; select @l",
        20,
      ),
      row(
        `create table dbo.answers_meta2 (id int identity, v int null); declare @o int = object_id('dbo.answers_meta2');
         declare @a int = columnproperty(@o, 'id', 'IsIdentity'), @b int = columnproperty(@o, 'v', 'AllowsNull'), @n sysname = object_name(@o);
         drop table dbo.answers_meta2; select @a, @b, @n, object_id('dbo.answers_meta2')`,
        [1, 1, 'answers_meta2', null],
      ),
      row("select type_name(56), type_name(231), schema_name(1), schema_id('dbo')", [
        'int',
        'nvarchar',
        'dbo',
        1,
      ]),
    ),
  ],
};
