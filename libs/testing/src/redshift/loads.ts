import { nullSentinel } from '@thalamus/core/load';
import { buildCsvCopy, lastCopyCount, readLoadErrors, type Session } from '@thalamus/redshift';
import { rule } from '../mark.js';
import type { ConformanceWarehouse } from './conformance-warehouse.js';

/** COPY as the loader writes it (reference/redshift, section 1). */
export function loads(warehouse: () => ConformanceWarehouse): void {
  const copyOf = (
    table: string,
    columns: readonly string[],
    manifestUrl: string,
    maxErrors?: number,
  ): string =>
    buildCsvCopy({
      ...warehouse().table(table),
      columns,
      manifestUrl,
      iamRole: warehouse().iamRole,
      nullAs: nullSentinel,
      ...(maxErrors !== undefined && { maxErrors }),
    });
  const inSession = <T>(work: (session: Session) => Promise<T>): Promise<T> =>
    warehouse().warehouse.session(work);
  const copied = async (session: Session): Promise<number> =>
    Number((await session.query<{ copied: string }>(lastCopyCount)).rows[0]?.copied);

  describe('COPY of gzip CSV by manifest', () => {
    it(rule('D', 'loads every file of the manifest and counts the rows'), async () => {
      await warehouse().run('create table s.first (id bigint not null, name varchar(20), ok boolean)');
      const url = await warehouse().stage('first', '1,"Ann, ""A""",t\n2,"two\nlines",false\n', '3,,\n');
      const count = await inSession(async (session) => {
        await session.query(copyOf('first', ['id', 'name', 'ok'], url));
        return copied(session);
      });
      expect(count).toBe(3);
      expect(await warehouse().rows('select id, name, ok from s.first order by id')).toEqual([
        ['1', 'Ann, "A"', true],
        ['2', 'two\nlines', false],
        ['3', '', null],
      ]);
    });

    it(rule('D', 'tells NULL by the sentinel; an empty field is empty text and otherwise NULL'), async () => {
      await warehouse().run('create table s.empties (id int, t varchar(20), n int, d date)');
      const nil = nullSentinel;
      const url = await warehouse().stage(
        'empties',
        `1,,,\n2,${nil},${nil},${nil}\n3,@${nil},7,2024-02-29\n4,\\N,8,\n`,
      );
      await warehouse().run(copyOf('empties', ['id', 't', 'n', 'd'], url));
      expect(
        await warehouse().rows('select id, t, n, cast(d as varchar(10)) as d from s.empties order by id'),
      ).toEqual([
        [1, '', null, null],
        [2, null, null, null],
        [3, `@${nil}`, 7, '2024-02-29'],
        [4, '\\N', 8, null],
      ]);
    });

    it(rule('D', 'keeps every type exactly as the loader writes it'), async () => {
      await warehouse().run(
        `create table s.exact (b bigint, d decimal(37,10), m decimal(20,4), f double precision, r real, day date,
           t time, ts timestamp, tz timestamptz, v varbyte(4), u varchar(36))`,
      );
      const values = [
        '-9223372036854775808',
        '-999999999999999999999999999.9999999999',
        '-922337203685477.5808',
        '1.7976931348623157e+308',
        '1.5',
        '0001-01-01',
        '23:59:59.999999',
        '9999-12-31 23:59:59.999999',
        '2026-11-20 08:15:30.123456 +05:45',
        '00ff',
        '6F9619FF-8B86-D011-B42D-00C04FC964FF',
      ];
      const url = await warehouse().stage('exact', `${values.join(',')}\n`);
      await warehouse().run(
        copyOf('exact', ['b', 'd', 'm', 'f', 'r', 'day', 't', 'ts', 'tz', 'v', 'u'], url),
      );
      const [row] = await warehouse().rows(
        `select cast(b as varchar(64)) as b, cast(d as varchar(64)) as d, cast(m as varchar(64)) as m, f, r,
           cast(day as varchar(64)) as day, cast(t as varchar(64)) as t, cast(ts as varchar(64)) as ts,
           cast(tz at time zone 'UTC' as varchar(64)) as tz, from_varbyte(v, 'hex') as v, u from s.exact`,
      );
      expect(row?.map((value) => String(value).toUpperCase())).toEqual([
        ...values.slice(0, 3),
        '1.7976931348623157E+308',
        ...values.slice(4, 8),
        '2026-11-20 02:30:30.123456',
        '00FF',
        values[10],
      ]);
    });

    it(rule('D', 'cuts the scale of a decimal and the seventh digit of a time'), async () => {
      await warehouse().run('create table s.cut (d decimal(6,2), ts timestamp)');
      const url = await warehouse().stage('cut', '20.259,2024-05-06 07:08:09.1234567\n');
      await warehouse().run(copyOf('cut', ['d', 'ts'], url));
      expect(await warehouse().rows('select d, cast(ts as varchar(30)) as ts from s.cut')).toEqual([
        ['20.25', '2024-05-06 07:08:09.123456'],
      ]);
    });

    it(rule('D', 'a mandatory file that is missing fails the whole'), async () => {
      await warehouse().stage('gone', '1,x,t\n');
      await warehouse().store.delete([`${warehouse().prefix}/gone/0.csv.gz`]);
      const url = warehouse().store.url(`${warehouse().prefix}/gone/manifest`);
      await expect(warehouse().run(copyOf('first', ['id', 'name', 'ok'], url))).rejects.toThrow();
    });

    it(rule('D', 'a bad row fails the whole, and is told by file, line, column and code'), async () => {
      await warehouse().run('create table s.strict (id int not null, n smallint, v varchar(3))');
      const url = await warehouse().stage('strict', '1,1,abc\n', '2,2,abc\n3,40000,abc\n');
      const errors = await inSession(async (session) => {
        await expect(session.query(copyOf('strict', ['id', 'n', 'v'], url))).rejects.toMatchObject({
          code: 'THAL-W004',
        });
        return { errors: await readLoadErrors(session), count: await copied(session) };
      });
      expect(errors).toMatchObject({
        errors: [
          {
            file: warehouse().store.url(`${warehouse().prefix}/strict/1.csv.gz`),
            line: 2,
            column: 'n',
            code: '1207',
          },
        ],
        count: 0,
      });
      expect(await warehouse().rows('select count(*) as n from s.strict')).toEqual([['0']]);
    });

    it.each([
      ['more columns than the table', Buffer.from('1,1,a,b\n'), '1202', ''],
      ['text longer than its bytes', Buffer.from('1,1,äbc\n'), '1204', 'v'],
      ['no digits', Buffer.from('1,x,a\n'), '1207', 'n'],
      ['nothing for NOT NULL', Buffer.from(`${nullSentinel},1,a\n`), '1213', 'id'],
      ['bytes that are no UTF-8', Buffer.from([0x31, 0x2c, 0x31, 0x2c, 0xff, 0x0a]), '1220', 'v'],
    ])('%s is refused with its code [D]', async (title, line, code, column) => {
      const url = await warehouse().stage(`code-${code}`, line);
      const errors = await inSession(async (session) => {
        await session.query(copyOf('strict', ['id', 'n', 'v'], url, 10));
        return readLoadErrors(session);
      });
      expect([title, errors.map((error) => error.code)]).toEqual([title, [code]]);
      if (column !== '') expect(errors[0]?.column).toBe(column);
    });

    it(rule('D', 'MAXERROR leaves bad rows out and loads the rest'), async () => {
      await warehouse().run('create table s.lenient (id int not null, n smallint)');
      const url = await warehouse().stage('lenient', '1,1\nx,2\n3,3\n4,99999\n5,5\n');
      const told = await inSession(async (session) => {
        await session.query(copyOf('lenient', ['id', 'n'], url, 3));
        return {
          count: await copied(session),
          lines: (await readLoadErrors(session)).map(({ line }) => line),
        };
      });
      expect(told).toEqual({ count: 3, lines: [2, 4] });
      expect(await warehouse().rows('select id from s.lenient order by id')).toEqual([[1], [3], [5]]);
    });

    it(rule('D', 'is undone with its transaction, and repeated loads what it names again'), async () => {
      await warehouse().run('create table s.again (id int)');
      const url = await warehouse().stage('again', '1\n2\n');
      await inSession(async (session) => {
        await session.query('begin');
        await session.query(copyOf('again', ['id'], url));
        await session.query('rollback');
      });
      expect(await warehouse().rows('select count(*) as n from s.again')).toEqual([['0']]);
      await warehouse().run(copyOf('again', ['id'], url), copyOf('again', ['id'], url));
      expect(await warehouse().rows('select count(*) as n from s.again')).toEqual([['4']]);
    });
  });
}
