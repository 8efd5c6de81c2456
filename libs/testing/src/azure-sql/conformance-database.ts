import { isPipelineError } from '@thalamus/contracts';
import { errorNumbers, SourceClient, type SourceOptions } from '@thalamus/mssql';
import type { EmulatorControl } from './emulator-control.js';

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
    private readonly emulator: EmulatorControl | undefined,
  ) {}

  static async open(address: AzureSqlAddress, emulator?: EmulatorControl): Promise<ConformanceDatabase> {
    const database = new ConformanceDatabase(address, await SourceClient.open(address), emulator);
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

  /** What no client can do; rows that need it are registered for an emulator only. */
  get control(): EmulatorControl {
    if (this.emulator === undefined) throw new Error('this server has no control endpoint');
    return this.emulator;
  }

  /** Another session, of another user or in another database if so wished; closed with this one. */
  async connect(
    other: Partial<Pick<AzureSqlAddress, 'user' | 'password' | 'database'>> = {},
  ): Promise<SourceClient> {
    const client = await SourceClient.open({ ...this.address, ...other });
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

  /** The errors a batch is refused with, in the order they are told, as `number/state`. */
  async told(batch: string): Promise<string[]> {
    try {
      await this.run(batch);
      return [];
    } catch (error) {
      return toldErrors(error).map(({ number, state }) => `${number}/${state ?? 0}`);
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

interface ServerError extends Error {
  readonly number?: number;
  readonly state?: number;
  readonly precedingErrors?: readonly ServerError[];
}

/** What the server told, first to last: the driver keeps the last one and lists those before it. */
function toldErrors(error: unknown): ServerError[] {
  const last = (isPipelineError(error) ? error.cause : error) as ServerError;
  return [...(last.precedingErrors ?? []), last].filter(({ number }) => number !== undefined);
}
