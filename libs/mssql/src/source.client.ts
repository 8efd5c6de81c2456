import sql, { type ConnectionPool } from 'mssql';
import { translateSourceError } from './mssql.errors.js';
import {
  bind,
  connectPool,
  fetchRows,
  type NamedRow,
  type Parameters,
  type SourceOptions,
} from './source-connection.js';

/** A column of an answer, as the server described it. */
export interface AnswerColumn {
  readonly name: string;
  /** Name of the T-SQL type, lower case, without arguments. */
  readonly type: string;
  readonly length?: number;
  readonly precision?: number;
  readonly scale?: number;
}

/** Last result of a batch, values by position as the driver gives them. */
export interface Answer {
  /** What the batch printed. */
  readonly messages: readonly string[];
  readonly columns: readonly AnswerColumn[];
  readonly rows: readonly (readonly unknown[])[];
}

/** A column as the driver describes it (mssql 12, lib/tedious/request.js). */
interface DriverColumn {
  readonly name: string;
  readonly type: { readonly declaration: string };
  readonly length?: number | undefined;
  readonly precision?: number | undefined;
  readonly scale?: number | undefined;
}

/**
 * One session of the source for statements of the caller's own: for tools and for tests of the server. Nothing resets the
 * session between statements, so SET options and an open transaction stay.
 */
export class SourceClient implements AsyncDisposable {
  private constructor(private readonly pool: ConnectionPool) {}

  /** @throws {PipelineError} THAL-S001, THAL-S003 */
  static async open(options: Omit<SourceOptions, 'maxConnections'>): Promise<SourceClient> {
    return new SourceClient(await connectPool({ ...options, maxConnections: 1 }));
  }

  /** Runs a batch as it stands. @throws {PipelineError} with the server's numbers, see `errorNumbers` */
  async run(batch: string): Promise<void> {
    try {
      await this.pool.request().batch(batch);
    } catch (error) {
      throw translateSourceError(error, 'running a batch');
    }
  }

  /** Rows of the first result, by column name. */
  rows(query: string, parameters: Parameters = {}): Promise<NamedRow[]> {
    return fetchRows(this.pool, query, parameters, 'running a query');
  }

  /** Last result of a batch with the types the server gives its columns. */
  async ask(batch: string, parameters: Parameters = {}): Promise<Answer> {
    try {
      const request = bind(new sql.Request(this.pool), parameters);
      request.arrayRowMode = true;
      const messages: string[] = [];
      request.on('info', (info: { message: string }) => messages.push(info.message));
      const { recordsets } = await request.batch<unknown>(batch);
      const last = Array.isArray(recordsets) ? recordsets.at(-1) : undefined;
      // In array mode the columns are a list, which the driver's types do not say.
      const columns = (last as { columns?: unknown } | undefined)?.columns as
        readonly DriverColumn[] | undefined;
      return { messages, columns: (columns ?? []).map(describeColumn), rows: (last ?? []) as unknown[][] };
    } catch (error) {
      throw translateSourceError(error, 'asking a question');
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.pool.close();
  }
}

function describeColumn({ name, type, length, precision, scale }: DriverColumn): AnswerColumn {
  return {
    name,
    type: type.declaration,
    ...(typeof length === 'number' && { length }),
    ...(typeof precision === 'number' && { precision }),
    ...(typeof scale === 'number' && { scale }),
  };
}
