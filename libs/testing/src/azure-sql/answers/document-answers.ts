import { fails, from, one, refused, row, rows, type TSqlAnswerGroup } from './tsql-answer.js';

const people =
  "(values (1, 'Ann', cast(1.5 as money), cast('20200102 10:00' as datetime)), (2, null, null, null)) p(id, name, pay, since)";

/** FOR JSON, FOR XML and JSON_MODIFY. */
export const documentAnswers: TSqlAnswerGroup = {
  title: 'documents',
  answers: [
    ...from(
      'Microsoft Learn: Format query results as JSON with FOR JSON; how FOR JSON converts data types and escapes characters',
      one(
        `select id, name from ${people} for json path`,
        '[{"id":1,"name":"Ann"},{"id":2}]',
        'nvarchar(max)',
      ),
      one(
        `select id, name from ${people} for json path, include_null_values`,
        '[{"id":1,"name":"Ann"},{"id":2,"name":null}]',
      ),
      one(`select id from ${people} for json path, root('p')`, '{"p":[{"id":1},{"id":2}]}'),
      one(
        `select top 1 id as [who.id], name as [who.name], pay from ${people} for json path, without_array_wrapper`,
        '{"who":{"id":1,"name":"Ann"},"pay":1.5000}',
      ),
      one(
        `select id, since from ${people} for json auto`,
        '[{"id":1,"since":"2020-01-02T10:00:00"},{"id":2}]',
      ),
      one(`select 'a/b"c\\' + char(9) as v for json path`, '[{"v":"a\\/b\\"c\\\\\\t"}]'),
      one(
        'select cast(1 as bit) b, 0x0102 x, cast(1.5 as float) f for json path',
        '[{"b":true,"x":"AQI=","f":1.500000000000000e+000}]',
      ),
      one(
        "select cast('2020-01-02' as date) d, cast('2020-01-02 03:04:05' as datetime2) t, cast('2020-01-02 03:04:05.1234567 +02:00' as datetimeoffset) o for json path",
        '[{"d":"2020-01-02","t":"2020-01-02T03:04:05","o":"2020-01-02T03:04:05.1234567+02:00"}]',
      ),
      one(
        'select (select 1 as a for json path) as j, (select 1 as a for json path, without_array_wrapper) as s, json_query(\'{"k":2}\') as q for json path',
        '[{"j":[{"a":1}],"s":"{\\"a\\":1}","q":{"k":2}}]',
      ),
      one(
        `declare @j nvarchar(max) = (select id from ${people} for json path); select @j`,
        '[{"id":1},{"id":2}]',
      ),
      one(`select (select id from ${people} where id > 9 for json path)`, null),
      fails('select 1 for json path', 13605),
      fails('select 1 as a for json auto', 13600),
      fails('select 1 as a, 2 as a for json path', 13601),
      fails('select 1 as [a.b], 2 as a for json path', 13601),
      fails("select 1 as a for json path, root('r'), without_array_wrapper", 13620),
      fails('create table #fj (v nvarchar(max)); insert #fj select 1 as a for json path', 13602),
      refused('select a.x, b.y from (values (1)) a(x), (values (2)) b(y) for json auto', 'FOR JSON AUTO'),
    ),
    ...from(
      'Microsoft Learn: FOR XML (SQL Server), PATH mode, RAW mode, TYPE directive',
      one(
        `select id, name from ${people} for xml path`,
        '<row><id>1</id><name>Ann</name></row><row><id>2</id></row>',
      ),
      one(
        `select id as [@id], name as [n/first] from ${people} for xml path('p'), root('ps')`,
        '<ps><p id="1"><n><first>Ann</first></n></p><p id="2"/></ps>',
      ),
      one(`select id, name from ${people} for xml raw`, '<row id="1" name="Ann"/><row id="2"/>'),
      one(
        `select id, name from ${people} for xml raw('p'), elements`,
        '<p><id>1</id><name>Ann</name></p><p><id>2</id></p>',
      ),
      one("select 'a<b>&\"c' as v for xml path('')", '<v>a&lt;b&gt;&amp;"c</v>'),
      one("select 'a<\"b' as [@v] for xml path('p')", '<p v="a&lt;&quot;b"/>'),
      one(
        "select stuff((select ',' + name from (values ('a', 1), ('b&c', 2)) t(name, o) order by o for xml path('')), 1, 1, '')",
        'a,b&amp;c',
        'nvarchar(max)',
      ),
      one(
        "select stuff((select ',' + name from (values ('a', 1), ('b&c', 2)) t(name, o) order by o for xml path(''), type).value('.', 'nvarchar(max)'), 1, 1, '')",
        'a,b&c',
        'nvarchar(max)',
      ),
      one(
        "select (select name + ';' from (values ('x'), ('x')) t(name) for xml path(''), type).value('(./text())[1]', 'varchar(10)')",
        'x;x;',
        'varchar(10)',
      ),
      one("select n as [data()] from (values (1), (2), (3)) t(n) order by n for xml path('')", '1 2 3'),
      rows(
        "select g, (select cast(v as varchar(3)) + ',' as [text()] from (values (1, 7), (1, 8), (2, 9)) i(g, v) where i.g = o.g order by v for xml path('')) from (values (1), (2)) o(g) order by g",
        [
          [1, '7,8,'],
          [2, '9,'],
        ],
      ),
      fails('select 1 as [a b] for xml path', 6850),
      fails('select 1 as a, 2 as [@b] for xml path', 6852),
      fails("select 1 as [@b] for xml path('')", 6864),
      fails('select 1 for xml raw', 6809),
      fails('create table #fx (v nvarchar(max)); insert #fx select 1 as a for xml path', 6819),
      refused('select 1 as a for xml auto', 'FOR XML AUTO'),
      refused('select 1 as tag, null as parent, 2 as [a!1!b] for xml explicit', 'FOR XML EXPLICIT'),
    ),
    ...from(
      'Microsoft Learn: JSON_MODIFY (Transact-SQL)',
      row(
        "declare @i nvarchar(100) = N'{\"name\":\"John\",\"skills\":[\"C#\",\"SQL\"]}'; select json_modify(@i, '$.name', 'Mike'), json_modify(@i, '$.surname', 'Smith'), json_modify(@i, 'strict $.name', null), json_modify(@i, 'append $.skills', 'Azure')",
        [
          '{"name":"Mike","skills":["C#","SQL"]}',
          '{"name":"John","skills":["C#","SQL"],"surname":"Smith"}',
          '{"name":null,"skills":["C#","SQL"]}',
          '{"name":"John","skills":["C#","SQL","Azure"]}',
        ],
      ),
      row(
        'declare @i nvarchar(100) = N\'{"name":"John","skills":["C#","SQL"]}\'; select json_modify(@i, \'$.skills\', \'["C#"]\'), json_modify(@i, \'$.skills\', json_query(\'["C#"]\')), json_modify(@i, \'$.name\', null)',
        [
          '{"name":"John","skills":"[\\"C#\\"]"}',
          '{"name":"John","skills":["C#"]}',
          '{"skills":["C#","SQL"]}',
        ],
      ),
      one('select json_modify(\'{"a":1, "b":[1,2]}\', \'$.b[1]\', 5)', '{"a":1, "b":[1,5]}'),
      one("select json_modify('{}', '$.b', cast(1 as bit))", '{"b":true}'),
      fails("select json_modify('{\"a\":1}', 'strict $.b', 1)", 13608),
      fails("select json_modify('x', '$.b', 1)", 13609),
      refused("select json_object('a': 1)", 'JSON_OBJECT'),
    ),
  ],
};
