import { DuckDBInstance } from '@duckdb/node-api';

/** DuckDB, for Parquet in and out: one in-memory database for each use. */
export class ParquetEngine implements AsyncDisposable {
  private constructor(
    private readonly instance: DuckDBInstance,
    private readonly connection: Awaited<ReturnType<DuckDBInstance['connect']>>,
  ) {}

  /** @param directory where what does not fit in memory goes */
  static async open(directory: string): Promise<ParquetEngine> {
    const instance = await DuckDBInstance.create(':memory:', {
      threads: '2',
      memory_limit: '512MB',
      temp_directory: directory,
      autoinstall_known_extensions: 'false',
      autoload_known_extensions: 'false',
    });
    return new ParquetEngine(instance, await instance.connect());
  }

  /** Runs a statement; rows as arrays of plain values. */
  async run(sql: string): Promise<unknown[][]> {
    const reader = await this.connection.runAndReadAll(sql);
    return reader.getRowsJS();
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.connection.closeSync();
    this.instance.closeSync();
    return Promise.resolve();
  }
}
