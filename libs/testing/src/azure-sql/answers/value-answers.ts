import { column, fails, from, one, refused, row, type TSqlAnswerGroup } from './tsql-answer.js';

/** Identifiers, hashes, declared lengths and the functions that stand in for values. */
export const valueAnswers: TSqlAnswerGroup = {
  title: 'values',
  answers: [
    ...from(
      'Microsoft Learn: uniqueidentifier (Transact-SQL)',
      one(
        "select cast('6f9619ff-8b86-d011-b42d-00c04fc964ff' as uniqueidentifier)",
        '6F9619FF-8B86-D011-B42D-00C04FC964FF',
        'uniqueidentifier',
      ),
      one(
        "select cast(cast('6f9619ff-8b86-d011-b42d-00c04fc964ff' as uniqueidentifier) as varchar(36))",
        '6F9619FF-8B86-D011-B42D-00C04FC964FF',
      ),
      one(
        "select cast('{6F9619FF-8B86-D011-B42D-00C04FC964FF}' as uniqueidentifier)",
        '6F9619FF-8B86-D011-B42D-00C04FC964FF',
      ),
      one(
        'select cast(0xff19966f868b11d0b42d00c04fc964ff as uniqueidentifier)',
        '6F9619FF-8B86-D011-B42D-00C04FC964FF',
      ),
      one(
        "select cast(cast('6F9619FF-8B86-D011-B42D-00C04FC964FF' as uniqueidentifier) as varbinary(16))",
        '0xFF19966F868B11D0B42D00C04FC964FF',
      ),
      fails("select cast('x' as uniqueidentifier)", 8169),
      fails('select cast(newid() as varchar(10))', 8170),
      one('select case when newid() = newid() then 1 else 0 end', 0),
    ),
    ...from(
      'Microsoft Learn: Comparing GUID and uniqueidentifier values',
      column(
        `select cast(x as varchar(36)) from (values
           (cast('00000001-0000-0000-0000-000000000000' as uniqueidentifier)),
           ('00000000-0000-0000-0000-000000000001'), ('00000000-0000-0000-0100-000000000000'),
           ('00000000-0001-0000-0000-000000000000')) v(x) order by x`,
        [
          '00000001-0000-0000-0000-000000000000',
          '00000000-0001-0000-0000-000000000000',
          '00000000-0000-0000-0100-000000000000',
          '00000000-0000-0000-0000-000000000001',
        ],
      ),
    ),
    ...from(
      'Microsoft Learn: HASHBYTES, CHECKSUM (Transact-SQL)',
      one("select hashbytes('MD5', 'abc')", '0x900150983CD24FB0D6963F7D28E17F72', 'varbinary(8000)'),
      one("select hashbytes('SHA1', 'abc')", '0xA9993E364706816ABA3E25717850C26C9CD0D89D'),
      one(
        "select hashbytes('SHA2_256', 'abc')",
        '0xBA7816BF8F01CFEA414140DE5DAE2223B00361A396177A9CB410FF61F20015AD',
      ),
      one("select case when hashbytes('SHA2_256', 'a') = hashbytes('SHA2_256', N'a') then 1 else 0 end", 0),
      refused("select checksum('a')", 'CHECKSUM'),
      refused("select binary_checksum('a')", 'BINARY_CHECKSUM'),
    ),
    ...from(
      'Microsoft Learn: char and varchar, nchar and nvarchar (Transact-SQL)',
      one("select cast('abcdef' as varchar(3))", 'abc', 'varchar(3)'),
      one("select datalength(cast(replicate('x', 50) as varchar))", 30),
      one("declare @v varchar = 'abc'; select @v", 'a', 'varchar(1)'),
      one("declare @v varchar(2) = 'abc'; select @v", 'ab', 'varchar(2)'),
      one("declare @c char(5) = 'ab'; select @c + '|'", 'ab   |'),
      one("select cast('' as char(2)) + '|'", '  |'),
    ),
    ...from(
      'Microsoft Learn: PARSENAME, ISNUMERIC, ISDATE, ISNULL (Transact-SQL)',
      row(
        "select parsename('server.db.dbo.tab', 1), parsename('server.db.dbo.tab', 4), parsename('a.b', 3)",
        ['tab', 'server', null],
      ),
      row(
        "select isnumeric('12'), isnumeric('1.5e3'), isnumeric('abc'), isnumeric('$1'), isnumeric('')",
        [1, 1, 0, 1, 0],
      ),
      row("select isnumeric('-'), isnumeric('1,000'), isnumeric(5), isnumeric(null)", [1, 1, 1, 0]),
      row(
        "select isdate('2024-02-29'), isdate('2024-02-30'), isdate('x'), isdate('20240101 10:00')",
        [1, 0, 0, 1],
      ),
      one("select isnull(cast(null as varchar(2)), 'abcd')", 'ab', 'varchar(2)'),
      one("select isnull(null, 'abcd')", 'abcd'),
      one("select coalesce(null, 'x', 'yy')", 'x', 'varchar(2)'),
      one("select coalesce(cast(null as varchar(2)), 'abcd')", 'abcd', 'varchar(4)'),
      one('select coalesce(null, 1, 2.5)', '1.0', 'decimal(11,1)'),
      fails("select coalesce(1, 'a') + coalesce(null, 'a', 1)", 245),
      fails('select coalesce(null, null)', 4127),
      one('select nullif(1, 1)', null, 'int'),
      one("select nullif('a', 'A ')", null),
      one('select nullif(1, 2)', 1, 'int'),
    ),
  ],
};
