export interface PgAddress {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
}

/** One command of a pipeline: Parse, Bind, Execute. */
export interface PgCommand {
  readonly sql: string;
  /** Text form; null is NULL. */
  readonly params?: readonly (string | null)[];
  /** Format of each result column: 0 text, 1 binary. */
  readonly formats?: readonly number[];
  /** Keep the statement prepared on this connection. */
  readonly keep?: boolean;
  /** Called for each row with the fields as they came; the buffers are valid during the call only. */
  readonly onRow?: (fields: readonly (Buffer | null)[]) => void;
  /** In place of `onRow`: the DataRow where it lies, `at` its first field's length; the buffer is valid during the call only. */
  readonly onStoredRow?: (message: Buffer, at: number) => void;
  /** Text lines for COPY … FROM STDIN. */
  readonly copyIn?: AsyncIterable<Buffer>;
}
