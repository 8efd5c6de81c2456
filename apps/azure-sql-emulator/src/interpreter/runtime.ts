import { quote } from '../catalog/naming.js';
import type { LoginRequest, ResultSink, SqlType, SqlValue } from '../engine.js';
import type { Catalog } from '../catalog/catalog.js';
import type { ObjectDef, TableDef } from '../catalog/model.js';
import type { BindEnvironment, ParameterSource } from '../language/binder/environment.js';
import type { Statement } from '../language/ast.js';
import { SqlError } from '../language/errors.js';
import { encodeValue } from '../storage/value-codec.js';
import type { Database } from './database.js';
import type { Databases, HostedSession } from './databases.js';
import { Access } from './access.js';
import { bindInline } from './inline-function.js';
import type { SessionLink } from './session-link.js';
import { sessionValues } from './session-values.js';
import { defaultOptions, newFrame, type Cursor, type Frame, type SessionOptions } from './session-state.js';

/** The request was cancelled: it ends without an ERROR message. */
export class Cancelled extends Error {}

/** By name, through a synonym. */
const resolved = (catalog: Catalog, schema: string | undefined, name: string): ObjectDef | undefined => {
  const found = catalog.find(schema, name);
  return found?.kind === 'synonym'
    ? catalog.find(found.target.at(-2) || undefined, found.target.at(-1) ?? '')
    : found;
};

/** Where a session's databases and connections come from. */
export interface Server {
  readonly databases: Databases;
  open(pgName: string): SessionLink;
}

/** One session's state and the questions its statements ask of it. */
export class Runtime {
  options: SessionOptions = defaultOptions();
  frame: Frame = newFrame();
  temporaries = new Map<string, TableDef>();
  rowCount = 0;
  lastError = 0;
  identity: Frame['identity'];
  cancelled = false;
  nesting = 0;
  /** GLOBAL cursors. */
  readonly cursors = new Map<string, Cursor>();
  cursorRows = 0;
  fetchStatus = 0;
  insertingFromExec = false;
  link: SessionLink;
  /** The session this is the state of. */
  host: HostedSession | undefined;
  /** Objects changed by DDL in the open transaction, announced at its commit. */
  readonly changedObjects = new Set<number>();
  private ownCatalog: Catalog | undefined;
  private lastCatalog: Catalog | undefined;
  /** DDL counter of the database when the snapshot transaction began. */
  snapshotCounter = 0;

  constructor(
    readonly id: number,
    readonly user: string,
    readonly login: Pick<LoginRequest, 'hostName' | 'applicationName' | 'readOnlyIntent'>,
    public database: Database,
    private readonly server: Server,
    /** One of the emulator's own logins, to whom everything is allowed. */
    readonly isAdministrator = true,
  ) {
    this.link = server.open(database.pgName);
  }

  get databases(): Databases {
    return this.server.databases;
  }

  /** USE: the session goes on in another database, on a connection of its own there. */
  async moveTo(database: Database): Promise<void> {
    const before = this.link;
    this.database = database;
    this.link = this.server.open(database.pgName);
    this.ownCatalog = undefined;
    this.lastCatalog = undefined;
    this.identity = undefined;
    this.options.identityInsert = undefined;
    await before.close();
    if (this.options.lockTimeoutMs >= 0) await this.applyLockTimeout();
    if (this.options.dateFirst !== 7) await this.applyDateFirst();
  }

  /** A runtime of the same user in another database, for one statement about it. */
  in(database: Database): Runtime {
    return new Runtime(this.id, this.user, this.login, database, this.server, this.isAdministrator);
  }

  private settingsChanged = false;

  /** Brings PostgreSQL's settings back to the options, after a rollback or the end of a procedure. */
  async restoreSettings(): Promise<void> {
    if (!this.settingsChanged) return;
    await this.applyDateFirst();
    await this.applyLockTimeout();
  }

  async applyDateFirst(): Promise<void> {
    this.settingsChanged = true;
    const connection = await this.link.connection();
    await connection.query("select set_config('emu.datefirst', $1, false)", [String(this.options.dateFirst)]);
  }

  /** On a read-only replica; a database may be read-only besides. */
  get onReplica(): boolean {
    const { replica } = this.databases;
    return replica === 'all' || (replica === 'intent' && this.login.readOnlyIntent);
  }

  async isReadOnly(): Promise<boolean> {
    return this.onReplica || (await this.catalog()).setting('read_only') === 'on';
  }

  /** May create and alter, as members of db_ddladmin do. */
  async mayDefine(): Promise<boolean> {
    return this.isAdministrator || new Access(await this.catalog(), this.user).mayDefine;
  }

  /** @throws {SqlError} 3906 on a read-only replica and in a read-only database. */
  async checkWritable(line: number): Promise<void> {
    if (!(await this.isReadOnly())) return;
    throw new SqlError(
      3906,
      `Failed to update database "${this.database.name}" because the database is read-only.`,
      line,
    );
  }

  async applyLockTimeout(): Promise<void> {
    this.settingsChanged = true;
    const { lockTimeoutMs } = this.options;
    const connection = await this.link.connection();
    const limit = lockTimeoutMs < 0 ? '0' : String(Math.max(1, lockTimeoutMs));
    await connection.query("select set_config('lock_timeout', $1, false)", [limit]);
  }

  get transaction() {
    return this.link.transaction;
  }

  catalog(): Promise<Catalog> {
    const known = this.ownCatalog ?? this.database.loadedCatalog;
    if (known !== undefined && known === this.lastCatalog) return Promise.resolve(known);
    return this.readCatalog();
  }

  private async readCatalog(): Promise<Catalog> {
    const connection = await this.link.connection();
    const catalog = this.ownCatalog ?? (await this.database.committedCatalog(connection));
    // Somebody's DDL may have changed what prepared statements return.
    if (this.lastCatalog !== catalog && this.lastCatalog) connection.forgetPrepared();
    this.lastCatalog = catalog;
    return catalog;
  }

  setOwnCatalog(catalog: Catalog | undefined): void {
    this.ownCatalog = catalog;
  }

  /** Parses a batch; types that it does not know are looked for in the catalogue. */
  async parse(
    sql: string,
    context = '',
    quoted = this.options.quotedIdentifier,
  ): Promise<readonly Statement[]> {
    const { database } = this;
    try {
      return database.parse(sql, context, quoted);
    } catch (error) {
      if (!(error instanceof SqlError) || error.number !== 2715) throw error;
      const { aliasTypes } = await this.catalog();
      if (aliasTypes.size === 0 || aliasTypes === database.aliasTypes) throw error;
      database.useAliasTypes(aliasTypes);
      return database.parse(sql, context, quoted);
    }
  }

  /** Table variables whose changes PostgreSQL rolled back, which SQL Server would have kept. */
  private readonly lostVariables = new Set<number>();
  private readonly changedVariables = new WeakMap<object, Set<number>>();

  /** Remembers the table variables that a statement of the transaction changes. */
  noteTableVariables(sql: string): void {
    const { transaction } = this;
    if (!transaction) return;
    const changed = this.changedVariables.get(transaction) ?? new Set<number>();
    for (const table of this.frame.tableVariables.values()) {
      const name = `pg_temp.${quote(table.pgName)}`;
      if (['into', 'update', 'delete from'].some((verb) => sql.includes(`${verb} ${name}`)))
        changed.add(table.id);
    }
    this.changedVariables.set(transaction, changed);
  }

  /** After a rollback: a table variable that it emptied is not read any more, rather than read wrongly. */
  loseTableVariables(): void {
    const { transaction } = this;
    for (const id of (transaction && this.changedVariables.get(transaction)) ?? [])
      this.lostVariables.add(id);
  }

  environment(catalog: Catalog): BindEnvironment {
    const { database } = this;
    return {
      database: database.name,
      find: (schema, name): ObjectDef | undefined =>
        this.triggerTable(schema, name) ??
        (name.startsWith('#') ? this.temporaries.get(name.toLowerCase()) : resolved(catalog, schema, name)),
      tableById: (id) => catalog.table(id),
      viewQuery: (text) => database.viewQuery(text),
      inlineFunction: (definition) => bindInline(definition, this.environment(catalog)),
      variable: (name) => this.frame.variables.get(name)?.type,
      tableVariable: (name) => this.frame.tableVariables.get(name),
      isLost: (table) => this.lostVariables.has(table.id),
      tracked: true,
      identityInsert: this.options.identityInsert,
    };
  }

  variable(name: string, line: number): { readonly type: SqlType; value: SqlValue } {
    const found = this.frame.variables.get(name);
    if (!found) throw new SqlError(137, `Must declare the scalar variable "${name}".`, line, 15, 2);
    return found;
  }

  /** `inserted` and `deleted` within a trigger. */
  private triggerTable(schema: string | undefined, name: string): TableDef | undefined {
    const { trigger } = this.frame;
    if (!trigger || schema !== undefined) return undefined;
    const lower = name.toLowerCase();
    return lower === 'inserted' ? trigger.inserted : lower === 'deleted' ? trigger.deleted : undefined;
  }

  async parameters(sources: readonly ParameterSource[]): Promise<(string | null)[]> {
    const values: (string | null)[] = [];
    for (const source of sources) values.push(await this.parameter(source));
    return values;
  }

  private async parameter({ name, type }: ParameterSource): Promise<string | null> {
    const variable = this.frame.variables.get(name);
    if (variable) {
      if (typeof variable.value === 'string' && variable.value.includes('\0')) {
        throw new SqlError(40515, 'not supported by the emulator: U+0000 in character data', 0);
      }
      return encodeValue(variable.type, variable.value);
    }
    if (name === 'scope_identity') return this.identityValue(this.frame.identity);
    if (name === '@@identity') return this.identityValue(this.identity);
    if (name === 'updateability') return (await this.isReadOnly()) ? 'READ_ONLY' : 'READ_WRITE';
    const value = this.sessionValue(name);
    return value === null ? null : encodeValue(type, value);
  }

  private async identityValue(source: Frame['identity']): Promise<string | null> {
    if (!source) return null;
    if (source.value === undefined) {
      const connection = await this.link.connection();
      const [row] = await connection.query(`select currval(${source.sequence})`);
      source.value = row?.[0] ?? undefined;
    }
    return source.value ?? null;
  }

  private sessionValue(name: string): SqlValue {
    if (name.startsWith('update('))
      return this.frame.trigger?.columns.has(name.slice('update('.length, -1)) ?? false;
    const fixed = sessionValues(this);
    if (!Object.hasOwn(fixed, name))
      throw new SqlError(40515, `not supported by the emulator: ${name.toUpperCase()}`, 0);
    return fixed[name] ?? null;
  }

  done(
    sink: ResultSink,
    command: Parameters<ResultSink['done']>[0]['command'],
    rowCount?: number,
    failed = false,
  ): void {
    const counted = rowCount === undefined || this.options.nocount ? {} : { rowCount };
    sink.done({ command, ...counted, ...(failed ? { failed } : {}) });
  }

  info(sink: ResultSink, message: string, line: number, number = 0, severity = 0, state = 1): void {
    const procedure = this.frame.procedure;
    sink.message({ number, severity, state, message, line, ...(procedure ? { procedure } : {}) });
  }
}
