import fc from 'fast-check';
import { frame } from '../protocol/messages.js';
import { wire } from './wire-client.js';

/** What a client may send in one session, message by message: loads, definitions, both protocols, a transaction. */
export const RECORDED_SESSIONS: readonly (readonly Buffer[])[] = [
  [
    wire.query("create temp table f (a int, b varchar(10)); insert into f values (1, 'x'); select * from f"),
    wire.query('select sum(a) as total, total + 1 from f'),
    wire.query(''),
    wire.query("copy f from 's3://fuzz/' iam_role 'arn:aws:iam::123456789012:role/loader' csv"),
    wire.query(
      "unload ('select * from f') to 's3://fuzz/out_' iam_role 'arn:aws:iam::123456789012:role/loader' csv allowoverwrite",
    ),
    wire.terminate(),
  ],
  [
    wire.parse('select $1::int, $2::varchar', 's1'),
    wire.describe('S', 's1'),
    wire.flush(),
    wire.bind(['1', null], 's1', 'p1'),
    wire.describe('P', 'p1'),
    wire.execute(1, 'p1'),
    wire.close('P', 'p1'),
    wire.sync(),
    wire.bind(['x', 'y'], 's1'),
    wire.execute(),
    wire.sync(),
    wire.close('S', 's1'),
    wire.sync(),
    wire.terminate(),
  ],
  [
    wire.query('begin'),
    wire.parse('create temp table g (n int) distkey (n)'),
    wire.bind(),
    wire.describe(),
    wire.execute(),
    wire.sync(),
    wire.parse('insert into g values ($1)', 'ins'),
    ...['1', '2', null].flatMap((value) => [wire.bind([value], 'ins'), wire.execute()]),
    wire.sync(),
    wire.parse('truncate g'),
    wire.bind(),
    wire.execute(),
    wire.sync(),
    wire.query('rollback'),
    wire.terminate(),
  ],
];

/** Messages out of place: copy data, a password, a function call, types no protocol has. */
const STRANGERS: readonly Buffer[] = [
  ...['d', 'c', 'f', 'p', 'F', 'Z', 'R', '\0', '!'].map((type) => frame(type, Buffer.from('abc\0'))),
  frame('Q'),
  frame('P'),
  frame('B', Buffer.from('\0\0')),
  frame('B', Buffer.from([0, 0, 0x7f, 0xff])),
  frame('D'),
  frame('E', Buffer.from([0])),
  frame('C'),
  Buffer.from([0x51, 0xff, 0xff, 0xff, 0xff]),
  Buffer.from([0x51, 0x00, 0x00, 0x00, 0x00]),
];

type Mutation = (messages: Buffer[]) => Buffer[];

const at = (place: number, length: number): number => (length === 0 ? 0 : place % length);

const mutation: fc.Arbitrary<Mutation> = fc.oneof(
  fc
    .tuple(fc.nat(), fc.nat(), fc.integer({ min: 0, max: 255 }))
    .map(([message, byte, value]): Mutation => (all) => {
      const index = at(message, all.length);
      const changed = Buffer.from(all[index] ?? Buffer.alloc(0));
      if (changed.length > 0) changed[at(byte, changed.length)] = value;
      return all.with(index, changed);
    }),
  fc.nat().map(
    (message): Mutation =>
      (all) =>
        all.toSpliced(at(message, all.length), 1),
  ),
  fc.nat().map((message): Mutation => (all) => {
    const index = at(message, all.length);
    return all.toSpliced(index, 0, all[index] ?? Buffer.alloc(0));
  }),
  fc.tuple(fc.nat(), fc.nat()).map(([one, other]): Mutation => (all) => {
    const [left, right] = [at(one, all.length), at(other, all.length)];
    return all.with(left, all[right] ?? Buffer.alloc(0)).with(right, all[left] ?? Buffer.alloc(0));
  }),
  fc.tuple(fc.nat(), fc.nat()).map(([message, length]): Mutation => (all) => {
    const index = at(message, all.length);
    const whole = all[index] ?? Buffer.alloc(0);
    return all.with(index, whole.subarray(0, at(length, whole.length)));
  }),
  fc.tuple(fc.nat(), fc.nat()).map(
    ([message, stranger]): Mutation =>
      (all) =>
        all.toSpliced(
          at(message, all.length),
          0,
          STRANGERS[at(stranger, STRANGERS.length)] ?? Buffer.alloc(0),
        ),
  ),
  fc.tuple(fc.nat(), fc.uint8Array({ maxLength: 40 })).map(
    ([message, bytes]): Mutation =>
      (all) =>
        all.toSpliced(at(message, all.length), 0, Buffer.from(bytes)),
  ),
);

/** A recorded session that went wrong, cut where a network might cut it. */
export const mutatedSession: fc.Arbitrary<readonly Buffer[]> = fc
  .tuple(
    fc.constantFrom(...RECORDED_SESSIONS),
    fc.array(mutation, { minLength: 1, maxLength: 4 }),
    fc.array(fc.nat(), { maxLength: 5 }),
  )
  .map(([session, mutations, cuts]) => {
    const bytes = Buffer.concat(mutations.reduce((messages, mutate) => mutate(messages), [...session]));
    const places = [0, ...cuts.map((cut) => at(cut, bytes.length + 1)).sort((a, b) => a - b), bytes.length];
    return places.slice(1).map((end, index) => bytes.subarray(places[index], end));
  });

const STATEMENTS: readonly string[] = [
  "select a, sum(b) over (partition by a order by c rows unbounded preceding) as total, total * 2 from (select 1 as a, 2 as b, 'x' as c) t where a in (1, 2)",
  "select top 3 decode(a, 1, 'one', 'other'), nvl2(a, 1, 2), listagg(c, ',') within group (order by c) from (select 1 as a, 'z' as c) t group by 1, 2",
  'with w as (select getdate() as now) select dateadd(day, 1, now), datediff(hour, now, sysdate), convert(varchar(10), now) from w',
  "create temp table t (a int identity(1,1) encode az64, b varchar(max) default 'x''y', c decimal(38,37) not null, primary key (a)) diststyle key distkey (a) compound sortkey (a, b)",
  "copy t (a, b) from 's3://fuzz/x' iam_role 'arn:aws:iam::1:role/r' csv delimiter '|' null as '\\\\N' dateformat 'auto' maxerror 10 ignoreheader 1 gzip",
  "unload ('select ''a'' as b') to 's3://fuzz/y' iam_role default parquet maxfilesize 5 mb cleanpath",
  'merge into t using s on t.a = s.a when matched then update set b = s.b when not matched then insert (a, b) values (s.a, s.b)',
  'alter table t alter column b type varchar(20)',
  'insert into t (b) select b from t where not exists (select 1 from t u where u.a = t.a + 1)',
  "update t set b = t2.b from t t2 where t.a = t2.a and t2.b like 'a_%' escape '_'",
  "select json_extract_path_text('{\"a\":{\"b\":1}}', 'a', 'b')::int, json_parse('[1]'), 'a'::varbyte, $$dollar$$, E'\\\\x41', /* c /* d */ */ 1 -- end",
  "set query_group to 'x'; reset query_group; show search_path; begin; lock t; truncate t; end",
  'select n.nspname, c.relname, format_type(a.atttypid, a.atttypmod) from pg_catalog.pg_class c join pg_namespace n on n.oid = c.relnamespace join pg_attribute a on a.attrelid = c.oid limit 5',
  "grant select on t to public; comment on table t is 'x'; analyze t; vacuum t; drop table if exists t cascade",
];
const TOKENS = /\s+|'(?:[^']|'')*'|"[^"]*"|\w+|[^\w\s]/g;
const WORDS = [...new Set(STATEMENTS.flatMap((sql) => sql.match(TOKENS) ?? []))].filter(
  (token) => token.trim() !== '',
);

const token = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(...WORDS) },
  { weight: 1, arbitrary: fc.string({ unit: 'grapheme', maxLength: 8 }) },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      "'",
      '"',
      '(',
      ')',
      '$$',
      '/*',
      '--',
      ';',
      '\\',
      '::',
      '[',
      ']',
      '\u0001',
      '😀',
      '1e999',
    ),
  },
);

/** A statement of the language, changed at a few of its words. */
export const mutatedStatement: fc.Arbitrary<string> = fc
  .tuple(
    fc.constantFrom(...STATEMENTS),
    fc.array(fc.tuple(fc.nat(), fc.constantFrom('replace', 'insert', 'remove', 'repeat', 'cut'), token), {
      minLength: 1,
      maxLength: 4,
    }),
  )
  .map(([sql, changes]) => {
    let tokens: string[] = sql.match(TOKENS) ?? [];
    for (const [place, change, word] of changes) {
      const index = at(place, tokens.length);
      if (change === 'replace') tokens = tokens.with(index, word);
      else if (change === 'insert') tokens = tokens.toSpliced(index, 0, ` ${word} `);
      else if (change === 'remove') tokens = tokens.toSpliced(index, 1);
      else if (change === 'repeat') tokens = tokens.toSpliced(index, 0, ...tokens.slice(index, index + 5));
      else tokens = tokens.slice(0, Math.max(index, 1));
      if (tokens.length === 0) tokens = [' '];
    }
    // A NUL ends the message's text.
    return tokens.join('').replaceAll('\0', '');
  });
