import type { EngineSession } from '../engine.js';
import { plainText } from '../storage/value-codec.js';
import { TestEngine, call, must } from '../testing/test-engine.js';

describe('results of FOR JSON and FOR XML', () => {
  let engine: TestEngine;
  let session: EngineSession;
  beforeAll(async () => {
    engine = await TestEngine.start();
    session = await engine.login();
  }, 60_000);
  afterAll(() => engine?.stop());

  it('come in rows of 2,033 characters, surrogate pairs whole', async () => {
    const { sets } = await must(
      session,
      "select replicate('x', 3000) as v for json path; select N'a' + replicate(cast(N'😀' as nvarchar(max)), 1500) as v for xml path('')",
    );
    const [json, xml] = sets.map(({ rows }) => rows.map(([text]) => plainText(text)));
    expect(json?.map(({ length }) => length)).toEqual([2033, 3010 - 2033]);
    expect(xml?.every((part) => part.length <= 2033 && !/[\uD800-\uDBFF]$/.test(part))).toBe(true);
    expect(xml?.join('')).toBe(`<v>a${'😀'.repeat(1500)}</v>`);
  });

  it('are called as SQL Server calls them, and have no row for no rows', async () => {
    const { sets } = await must(
      session,
      'select 1 as a where 1 = 0 for json path; select 1 as a for xml raw',
    );
    expect(sets.map(({ columns }) => columns[0]?.name)).toEqual([
      'JSON_F52E2B61-18A1-11d1-B105-00805F49916B',
      'XML_F52E2B61-18A1-11d1-B105-00805F49916B',
    ]);
    expect(sets[0]?.rows).toEqual([]);
  });
});

describe('a procedure that a client calls', () => {
  let engine: TestEngine;
  let session: EngineSession;
  beforeAll(async () => {
    engine = await TestEngine.start();
    session = await engine.login();
    await must(
      session,
      'create procedure dbo.opens @x int output as begin transaction; set @x = 5; return 3',
    );
  }, 60_000);
  afterAll(() => engine?.stop());

  it('is told of a transaction that it leaves open, 266, and answers all the same', async () => {
    const { errors, outputs, status } = await call(session, 'dbo.opens', [
      { name: '@x', type: { name: 'int' }, value: null, output: true },
    ]);
    expect(errors.map(({ number, procedure }) => ({ number, procedure }))).toEqual([
      { number: 266, procedure: 'opens' },
    ]);
    expect(outputs).toMatchObject([{ name: '@x', value: 5 }]);
    expect(status).toBe(3);
    await must(session, 'rollback');
  });
});
