/** Fields of an ErrorResponse or NoticeResponse as the wire protocol names them. */
export interface ErrorFields {
  readonly severity: string;
  readonly code: string;
  readonly message: string;
  readonly detail?: string;
  readonly hint?: string;
  /** Further fields, by their one-letter type. */
  readonly other?: Readonly<Record<string, string>>;
}

/** What {@link RedshiftError} may carry beyond its message. */
export interface ErrorDetails {
  readonly detail?: string;
  readonly hint?: string;
}

/** An error answered to the client in Redshift's shape; everything else that is thrown is a bug of the emulator. */
export class RedshiftError extends Error {
  override readonly name = 'RedshiftError';

  constructor(
    /** SQLSTATE. */
    readonly code: string,
    message: string,
    readonly details: ErrorDetails = {},
  ) {
    super(message);
  }

  /** The error as the wire protocol carries it. */
  fields(severity = 'ERROR'): ErrorFields {
    return { severity, code: this.code, message: this.message, ...this.details };
  }
}

/** A statement that Redshift itself refuses; SQLSTATE 0A000. */
export function refusedByRedshift(message: string, hint?: string): RedshiftError {
  return new RedshiftError('0A000', message, hint === undefined ? {} : { hint });
}

/** A statement that Redshift would take and this emulator does not. */
export function notSupportedByEmulator(what: string): RedshiftError {
  return new RedshiftError('0A000', `not supported by the emulator: ${what}`, {
    hint: 'docs/compatibility.md of redshift-emulator lists what is supported.',
  });
}

/** Text that is no statement; SQLSTATE 42601. */
export function syntaxError(message: string): RedshiftError {
  return new RedshiftError('42601', message);
}

/** Any thrown value as an error that the client can be told. */
export function toRedshiftError(error: unknown): RedshiftError {
  if (error instanceof RedshiftError) return error;
  const message = error instanceof Error ? error.message : String(error);
  return new RedshiftError('XX000', `emulator failure: ${message}`);
}
