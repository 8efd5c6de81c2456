import { startEmulator, type Emulator } from '../emulator.js';
import { ClientAgent, type Field } from './testing/client-agent.js';
import { mssqlJdbc } from './testing/foreign-clients.js';

const { command, missing } = mssqlJdbc();

/** DatabaseMetaData of mssql-jdbc, which asks the catalogue procedures and views. */
describe('mssql-jdbc', () => {
  if (missing !== undefined) {
    test.skip(`SKIPPED: ${missing}`, () => undefined);
    return;
  }

  let emulator: Emulator;
  let agent: ClientAgent;

  beforeAll(async () => {
    emulator = await startEmulator({ password: 'Password1!', databases: ['shop'] });
    agent = new ClientAgent(command, emulator.host, emulator.port);
    await agent.must('open', 'off', emulator.user, emulator.password, 'shop', '8000');
    for (const sql of [
      'CREATE SCHEMA sales',
      `CREATE TABLE sales.parent (id int IDENTITY NOT NULL CONSTRAINT pk_parent PRIMARY KEY, name nvarchar(40) NOT NULL DEFAULT N'x',
         price decimal(10,2) NULL, body varchar(max) NULL, code varchar(10) NULL CONSTRAINT u_code UNIQUE)`,
      `CREATE TABLE sales.child (a int NOT NULL, b datetime2(3) NOT NULL, parent_id int NULL CONSTRAINT fk_p REFERENCES sales.parent(id) ON DELETE CASCADE,
         v rowversion, total AS (a * 2), CONSTRAINT pk_child PRIMARY KEY (b, a))`,
      'CREATE INDEX by_parent ON sales.child (parent_id DESC)',
      'CREATE VIEW sales.names AS SELECT id, name FROM sales.parent',
      "CREATE PROCEDURE sales.put @a int, @b nvarchar(10) OUTPUT AS SET @b = N'x'",
    ])
      await agent.must('query', sql);
  });

  afterAll(async () => {
    await agent[Symbol.asyncDispose]();
    await emulator.stop();
  });

  /** Some columns of what a method of DatabaseMetaData answers. */
  async function metadata(
    method: string,
    args: readonly string[],
    columns: readonly string[],
  ): Promise<Field[][]> {
    const [set] = (await agent.must('metadata', method, ...args)).sets;
    if (set === undefined) throw new Error(`${method} answered nothing`);
    const places = columns.map((column) => set.columns.indexOf(column));
    if (places.includes(-1))
      throw new Error(`${method} lacks one of ${columns.join()}: ${set.columns.join()}`);
    return set.rows.map((row) => places.map((place) => row[place] ?? null));
  }

  it('lists tables and views', async () => {
    expect(
      await metadata('getTables', ['sales', '%'], ['TABLE_CAT', 'TABLE_SCHEM', 'TABLE_NAME', 'TABLE_TYPE']),
    ).toEqual([
      ['shop', 'sales', 'child', 'TABLE'],
      ['shop', 'sales', 'parent', 'TABLE'],
      ['shop', 'sales', 'names', 'VIEW'],
    ]);
    expect(await metadata('getTables', ['sales', 'par%'], ['TABLE_NAME'])).toEqual([['parent']]);
  });

  it('describes columns', async () => {
    expect(
      await metadata(
        'getColumns',
        ['sales', 'parent'],
        [
          'COLUMN_NAME',
          'DATA_TYPE',
          'TYPE_NAME',
          'COLUMN_SIZE',
          'DECIMAL_DIGITS',
          'IS_NULLABLE',
          'COLUMN_DEF',
          'ORDINAL_POSITION',
          'IS_AUTOINCREMENT',
        ],
      ),
    ).toEqual([
      ['id', '4', 'int identity', '10', '0', 'NO', null, '1', 'YES'],
      ['name', '-9', 'nvarchar', '40', null, 'NO', "(N'x')", '2', 'NO'],
      ['price', '3', 'decimal', '10', '2', 'YES', null, '3', 'NO'],
      ['body', '12', 'varchar', '2147483647', null, 'YES', null, '4', 'NO'],
      ['code', '12', 'varchar', '10', null, 'YES', null, '5', 'NO'],
    ]);
    expect(
      await metadata(
        'getColumns',
        ['sales', 'child'],
        ['COLUMN_NAME', 'DATA_TYPE', 'COLUMN_SIZE', 'DECIMAL_DIGITS', 'IS_GENERATEDCOLUMN'],
      ),
    ).toEqual([
      ['a', '4', '10', '0', 'NO'],
      ['b', '93', '23', '3', 'NO'],
      ['parent_id', '4', '10', '0', 'NO'],
      ['v', '-2', '8', null, 'NO'],
      ['total', '4', '10', '0', 'YES'],
    ]);
  });

  it('knows primary keys in the order of the key', async () => {
    expect(
      await metadata('getPrimaryKeys', ['sales', 'child'], ['COLUMN_NAME', 'KEY_SEQ', 'PK_NAME']),
    ).toEqual([
      ['b', '1', 'pk_child'],
      ['a', '2', 'pk_child'],
    ]);
  });

  it('knows foreign keys from either side, with their rules', async () => {
    const columns = [
      'PKTABLE_NAME',
      'PKCOLUMN_NAME',
      'FKTABLE_SCHEM',
      'FKTABLE_NAME',
      'FKCOLUMN_NAME',
      'KEY_SEQ',
      'UPDATE_RULE',
      'DELETE_RULE',
      'FK_NAME',
      'PK_NAME',
    ];
    const key = [['parent', 'id', 'sales', 'child', 'parent_id', '1', '3', '0', 'fk_p', 'pk_parent']];
    expect(await metadata('getImportedKeys', ['sales', 'child'], columns)).toEqual(key);
    expect(await metadata('getExportedKeys', ['sales', 'parent'], columns)).toEqual(key);
  });

  it('knows indexes, row identifiers and version columns', async () => {
    expect(
      await metadata(
        'getIndexInfo',
        ['sales', 'child'],
        ['NON_UNIQUE', 'INDEX_NAME', 'TYPE', 'ORDINAL_POSITION', 'COLUMN_NAME', 'ASC_OR_DESC'],
      ),
    ).toEqual([
      [null, null, '0', null, null, null],
      ['0', 'pk_child', '1', '1', 'b', 'A'],
      ['0', 'pk_child', '1', '2', 'a', 'A'],
      ['1', 'by_parent', '3', '1', 'parent_id', 'D'],
    ]);
    expect(await metadata('getBestRowIdentifier', ['sales', 'child'], ['COLUMN_NAME', 'TYPE_NAME'])).toEqual([
      ['a', 'int'],
      ['b', 'datetime2'],
    ]);
    expect(await metadata('getVersionColumns', ['sales', 'child'], ['COLUMN_NAME', 'TYPE_NAME'])).toEqual([
      ['v', 'timestamp'],
    ]);
  });

  it('lists procedures and their parameters', async () => {
    expect(
      await metadata(
        'getProcedures',
        ['sales', '%'],
        ['PROCEDURE_SCHEM', 'PROCEDURE_NAME', 'PROCEDURE_TYPE'],
      ),
    ).toEqual([['sales', 'put;1', '2']]);
    expect(
      await metadata(
        'getProcedureColumns',
        ['sales', 'put'],
        ['COLUMN_NAME', 'COLUMN_TYPE', 'DATA_TYPE', 'PRECISION'],
      ),
    ).toEqual([
      ['@RETURN_VALUE', '5', '4', '10'],
      ['@a', '1', '4', '10'],
      ['@b', '2', '-9', '10'],
    ]);
  });

  it('lists schemas, databases and types', async () => {
    expect(await metadata('getSchemas', [], ['TABLE_SCHEM'])).toContainEqual(['sales']);
    expect(await metadata('getCatalogs', [], ['TABLE_CAT'])).toContainEqual(['shop']);
    const types = await metadata(
      'getTypeInfo',
      [],
      ['TYPE_NAME', 'DATA_TYPE', 'PRECISION', 'LITERAL_PREFIX', 'MAXIMUM_SCALE'],
    );
    expect(types).toContainEqual(['decimal', '3', '38', null, '38']);
    expect(types).toContainEqual(['nvarchar', '-9', '4000', "N'", null]);
  });

  it.each([
    ['server cursors', 'cursor', 'SELECT * FROM sales.parent', 'sp_cursoropen'],
    [
      'parameters of a statement',
      'parameters',
      'SELECT * FROM sales.parent WHERE id = ?',
      'sp_describe_undeclared_parameters',
    ],
  ])('is refused %s by name, and the connection goes on', async (_what, request, sql, procedure) => {
    expect((await agent.ask(request, sql)).error).toMatchObject({
      number: 40515,
      text: expect.stringContaining(procedure) as string,
    });
    expect(await agent.rows('SELECT 1')).toEqual([['1']]);
  });
});
