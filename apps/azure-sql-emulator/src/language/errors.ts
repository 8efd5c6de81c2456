/** An error of the language, in SQL Server's numbers; becomes an ERROR message of the session. */
export class SqlError extends Error {
  constructor(
    readonly number: number,
    message: string,
    readonly line: number,
    readonly severity = 16,
    readonly state = 1,
  ) {
    super(message);
    this.name = 'SqlError';
  }

  /** Procedure in which the error was raised, if any. */
  procedure: string | undefined;
  /** Ends the batch even where SQL Server's number alone would not say so. */
  endsBatch = false;
  /** Constraint errors and the like are followed by 3621, "The statement has been terminated." */
  terminatesStatement = false;
  /** The batch or procedure whose statement could not be compiled: no TRY of its own catches that. */
  compiledIn: object | undefined;
  /** SET XACT_ABORT was ON where it happened. */
  underXactAbort = false;
  /** Told right behind it, as what came of it; TRY catches this one in its place. */
  consequence: SqlError | undefined;

  /** This error, with another one behind it. */
  followedBy(number: number, message: string, state = 1): this {
    this.consequence = new SqlError(number, message, this.line, 16, state);
    return this;
  }
}

/** What the emulator knows by name and does not carry out: refused, never guessed. */
export const unsupported = (construct: string, line: number): SqlError => {
  const error = new SqlError(40515, `not supported by the emulator: ${construct}`, line, 16, 1);
  error.endsBatch = true;
  return error;
};

/** ALTER DATABASE tells its cause first, and then this. */
export const alterDatabaseFailed = (cause: SqlError): SqlError =>
  cause.followedBy(5069, 'ALTER DATABASE statement failed.');

export const syntaxNear = (token: string, line: number): SqlError =>
  new SqlError(102, `Incorrect syntax near '${token}'.`, line, 15, 1);

export const syntaxNearKeyword = (word: string, line: number): SqlError =>
  new SqlError(156, `Incorrect syntax near the keyword '${word}'.`, line, 15, 1);

export const invalidColumn = (name: string, line: number): SqlError =>
  new SqlError(207, `Invalid column name '${name}'.`, line);

export const invalidObject = (name: string, line: number): SqlError =>
  new SqlError(208, `Invalid object name '${name}'.`, line);

export const undeclared = (name: string, line: number): SqlError =>
  new SqlError(137, `Must declare the scalar variable "${name}".`, line, 15, 2);
