import { errorNumbers, SourceClient, type SourceOptions } from '@thalamus/mssql';

/** Where a database is that nobody else writes to. The login must be its owner. */
export type AzureSqlAddress = Omit<SourceOptions, 'maxConnections'>;

/** Schema that holds whatever the suites make. */
const schema = 'conf';

/**
 * A database given up to the suites: versions count all that is committed in it, so nobody else may write to it meanwhile.
 * It must hold no tables but the suites' own, which earlier runs may have left.
 */
export class ConformanceDatabase implements AsyncDisposable {
  private readonly others: SourceClient[] = [];

  private constructor(
    readonly address: AzureSqlAddress,
    readonly client: SourceClient,
  ) {}

  static async open(address: AzureSqlAddress): Promise<ConformanceDatabase> {
    const database = new ConformanceDatabase(address, await SourceClient.open(address));
    try {
      await database.empty();
      await database.ensure(
        'select count(*) as n from sys.change_tracking_databases where database_id = DB_ID()',
        'alter database current set change_tracking = on (change_retention = 2 days, auto_cleanup = on)',
      );
      await database.ensure(
        'select count(*) as n from sys.databases where database_id = DB_ID() and snapshot_isolation_state = 1',
        'alter database current set allow_snapshot_isolation on',
      );
      await database.ensure(
        `select count(*) as n from sys.schemas where name = '${schema}'`,
        `create schema ${schema}`,
      );
      return database;
    } catch (error) {
      await database[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** Removes what an earlier run left. @throws Error when the database holds tables of somebody else */
  private async empty(): Promise<void> {
    const tables = await this.rows(
      'select s.name as schema_name, t.name as table_name from sys.tables as t join sys.schemas as s on s.schema_id = t.schema_id',
    );
    const foreign = tables.filter((table) => table['schema_name'] !== schema);
    if (foreign.length > 0)
      throw new Error(
        `${this.address.database} holds tables that are not these tests': ${JSON.stringify(foreign.slice(0, 3))}; give them an empty database`,
      );
    for (const { table_name: table } of tables) await this.run(`drop table ${schema}.[${String(table)}]`);
  }

  private async ensure(question: string, statement: string): Promise<void> {
    if (Number(await this.one(question)) === 0) await this.run(statement);
  }

  /** Another session, closed with the database. */
  async connect(): Promise<SourceClient> {
    const client = await SourceClient.open(this.address);
    this.others.push(client);
    return client;
  }

  run(batch: string): Promise<void> {
    return this.client.run(batch);
  }

  rows(query: string, parameters: Record<string, bigint | number | string> = {}) {
    return this.client.rows(query, parameters);
  }

  /** The first value of the first row. */
  async one(query: string): Promise<unknown> {
    const [row] = await this.rows(query);
    return row === undefined ? undefined : Object.values(row)[0];
  }

  /** Numbers of the errors a batch is refused with; none when it is not. An open transaction is rolled back. */
  async refusal(batch: string): Promise<number[]> {
    try {
      await this.run(batch);
      return [];
    } catch (error) {
      return errorNumbers(error);
    } finally {
      await this.run('if @@trancount > 0 rollback transaction');
    }
  }

  /** Runs statements in one transaction. */
  commit(...statements: string[]): Promise<void> {
    return this.run(['begin transaction', ...statements, 'commit transaction'].join(';\n'));
  }

  async version(): Promise<number> {
    return Number(await this.one('select CHANGE_TRACKING_CURRENT_VERSION() as v'));
  }

  /** What sys.change_tracking_tables says of a table; undefined when it is not tracked. */
  async tracked(table: string): Promise<Record<string, unknown> | undefined> {
    const [row] = await this.rows(
      `select object_id, begin_version, min_valid_version, is_track_columns_updated_on,
         CHANGE_TRACKING_MIN_VALID_VERSION(object_id) as min_valid
       from sys.change_tracking_tables where object_id = OBJECT_ID(N'${table}')`,
    );
    return row;
  }

  /** Net changes after `base` as `key:operation version creation`, versions counted from `origin`. */
  async changes(table: string, base: number | null, origin = 0, key = 'id'): Promise<string[]> {
    const rows = await this.rows(
      `select ct.${key} as k, ct.SYS_CHANGE_OPERATION as op, ct.SYS_CHANGE_VERSION as v, ct.SYS_CHANGE_CREATION_VERSION as c
       from CHANGETABLE(CHANGES ${table}, ${base ?? 'NULL'}) as ct order by ct.${key}`,
    );
    const relative = (version: unknown) => (version === null ? '-' : String(Number(version) - origin));
    return rows.map(
      (row) => `${String(row['k'])}:${String(row['op'])} ${relative(row['v'])} ${relative(row['c'])}`,
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.allSettled([...this.others, this.client].map((client) => client[Symbol.asyncDispose]()));
  }
}
