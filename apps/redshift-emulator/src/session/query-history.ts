import type pg from 'pg';

/** A statement that has run, as `stl_query` and `sys_query_history` tell of it. */
export interface PastStatement {
  /** Of COPY and UNLOAD, which have an id before they run. */
  readonly id: number | undefined;
  readonly userId: number;
  readonly pid: number;
  readonly database: string;
  readonly label: string;
  readonly text: string;
  readonly started: Date;
  readonly ended: Date;
  /** Why it failed; undefined when it did not. */
  readonly error: string | undefined;
}

const FLUSH_AFTER_MS = 500;
const MAX_TEXT = 4000;
/** More than this at once are written without waiting. */
const MAX_PENDING = 500;
const RELATIONS =
  /\b(stl_query|stl_querytext|stl_utilitytext|stl_ddltext|svl_qlog|svl_statementtext|sys_query_history|sys_query_text)\b/i;

const TYPES: Readonly<Record<string, string>> = {
  select: 'SELECT',
  with: 'SELECT',
  insert: 'INSERT',
  update: 'UPDATE',
  delete: 'DELETE',
  merge: 'MERGE',
  copy: 'COPY',
  unload: 'UNLOAD',
  create: 'DDL',
  alter: 'DDL',
  drop: 'DDL',
  truncate: 'DDL',
};

/** Keys and passwords, none of which are kept: those of `CREDENTIALS`, and those behind a keyword. */
const SECRETS: readonly (readonly [RegExp, string])[] = [
  [/\b(aws_secret_access_key|token|master_symmetric_key)\s*=\s*[^;'\s]+/gi, '$1='],
  [/\b((?:secret_access_key|session_token|access_key_id|password)\s+(?:as\s+)?)'(?:[^']|'')*'/gi, "$1''"],
];

/** The beginning of a statement, without the secrets in it. */
function keptText(sql: string): string {
  const masked = SECRETS.reduce((text, [secret, instead]) => text.replace(secret, instead), sql);
  return masked.slice(0, MAX_TEXT).replaceAll('\0', '');
}

function typeOf(text: string): string {
  const start = text.replace(/^(\s|--[^\n]*\n|\/\*.*?\*\/)+/s, '');
  if (/^create\s+(?:\w+\s+)*table\b.*\bas\s*\(?\s*select\b/is.test(start)) return 'CTAS';
  return TYPES[/^\w+/.exec(start)?.[0].toLowerCase() ?? ''] ?? 'UTILITY';
}

/** Writes down what statements came to, some time after they ran; before anybody reads it, all of it is there. */
export class QueryHistory {
  private pending: PastStatement[] = [];
  private writing: Promise<void> = Promise.resolve();
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly pool: pg.Pool,
    private readonly log: (line: string) => void,
  ) {}

  /** Whether a statement reads the history. */
  isReadBy(sql: string): boolean {
    return RELATIONS.test(sql);
  }

  record(statement: PastStatement): void {
    this.pending.push({ ...statement, text: keptText(statement.text) });
    if (this.pending.length >= MAX_PENDING) void this.flush();
    else this.timer ??= setTimeout(() => void this.flush(), FLUSH_AFTER_MS).unref();
  }

  /** Resolves when all statements recorded so far can be read. */
  flush(): Promise<void> {
    clearTimeout(this.timer);
    this.timer = undefined;
    const statements = this.pending;
    this.pending = [];
    if (statements.length > 0) this.writing = this.writing.then(() => this.write(statements));
    return this.writing;
  }

  private async write(statements: readonly PastStatement[]): Promise<void> {
    const rows = statements.map(({ id, userId, pid, database, label, text, started, ended, error }) => ({
      query: id ?? null,
      userid: userId,
      session: pid,
      database_name: database,
      label,
      query_type: typeOf(text),
      query_text: text,
      start_time: started,
      end_time: ended,
      error_message: error ?? null,
    }));
    try {
      await this.pool.query('select redshift_emulator.record_statements($1::jsonb)', [JSON.stringify(rows)]);
    } catch (error) {
      this.log(`the history of ${rows.length} statements is lost: ${String(error)}`);
    }
  }
}
