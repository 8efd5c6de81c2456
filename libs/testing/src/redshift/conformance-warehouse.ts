import { randomBytes } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { ObjectStore, putManifest, type ObjectStoreAddress } from '@thalamus/object-store';
import {
  buildCreateSchema,
  sqlStateOf,
  Warehouse,
  type Row,
  type TableName,
  type WarehouseAddress,
} from '@thalamus/redshift';

/** A warehouse, and a bucket that both it and the tests reach. */
export interface RedshiftServer {
  readonly warehouse: WarehouseAddress;
  readonly store: ObjectStoreAddress;
  /** Role that lets the warehouse read and write the bucket; empty = its default role. */
  readonly iamRole: string;
}

/** What a statement was refused with. */
export interface Refusal {
  readonly code: string;
  readonly sqlState: string | undefined;
  readonly message: string;
}

/** A schema and a prefix of the suites' own, removed at the end. */
export class ConformanceWarehouse implements AsyncDisposable {
  readonly schema = `conformance_${randomBytes(4).toString('hex')}`;
  readonly prefix = `conformance/${this.schema}`;
  readonly warehouse: Warehouse;
  readonly store: ObjectStore;

  private constructor(readonly server: RedshiftServer) {
    this.warehouse = new Warehouse({ ...server.warehouse, maxConnections: 6 });
    this.store = new ObjectStore(server.store);
  }

  static async open(server: RedshiftServer): Promise<ConformanceWarehouse> {
    const opened = new ConformanceWarehouse(server);
    try {
      await opened.warehouse.query(buildCreateSchema(opened.schema));
      return opened;
    } catch (error) {
      await opened[Symbol.asyncDispose]();
      throw error;
    }
  }

  get iamRole(): string {
    return this.server.iamRole;
  }

  table(table: string): TableName {
    return { schema: this.schema, table };
  }

  /** Runs statements one after the other, each its own transaction; `s.` stands for the schema. */
  async run(...statements: string[]): Promise<void> {
    await this.warehouse.session(async (session) => {
      for (const statement of statements) await session.query(this.named(statement));
    });
  }

  /** Rows of a query as arrays of values, in the order of its columns. */
  async rows(query: string, values?: readonly unknown[]): Promise<unknown[][]> {
    const { rows } = await this.warehouse.query<Row>(this.named(query), values);
    return rows.map((row) => Object.values(row));
  }

  /** What a statement is refused with. @throws Error when it is not refused */
  async refusal(...statements: string[]): Promise<Refusal> {
    try {
      await this.run(...statements);
    } catch (error) {
      const { code, message } = error as { code: string; message: string };
      return { code, sqlState: sqlStateOf(error), message };
    }
    throw new Error(`not refused: ${statements.join('; ')}`);
  }

  /** `s.` stands for the schema of the suites. */
  named(statement: string): string {
    return statement.replaceAll(/\bs\./g, `${this.schema}.`);
  }

  /** Stores gzip CSV files and a manifest that names them. @returns the manifest's address */
  stage(folder: string, ...files: (string | Uint8Array)[]): Promise<string> {
    const stored = files.map((text, at) => ({
      key: `${this.prefix}/${folder}/${at}.csv.gz`,
      body: gzipSync(text),
    }));
    return this.putStaged(folder, stored);
  }

  private async putStaged(folder: string, stored: readonly { key: string; body: Buffer }[]): Promise<string> {
    for (const { key, body } of stored) await this.store.put(key, body);
    const entries = stored.map(({ key, body }) => ({ key, bytes: body.length }));
    return putManifest(this.store, `${this.prefix}/${folder}/manifest`, entries);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.allSettled([
      this.warehouse.query(`drop schema if exists ${this.schema} cascade`),
      this.store.deletePrefix(this.prefix),
    ]);
    await this.warehouse.close();
    this.store[Symbol.dispose]();
  }
}
