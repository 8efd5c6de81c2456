import { Catalog } from '../catalog/catalog.js';
import type { Query, Statement } from '../language/ast.js';
import { parseBatch } from '../language/parser/batch-parser.js';
import type { AliasTypes } from '../language/parser/type-parser.js';
import type { PgConnection } from '../storage/pg-connection.js';
import { BatchCache } from './batch-cache.js';

/** What all sessions of one database share: its catalogue, parsed batches, and which objects DDL touched when. */
export class Database {
  private catalog: Promise<Catalog> | undefined;
  /** The committed catalogue, while it has been read and nothing has changed since. */
  loadedCatalog: Catalog | undefined;
  private readonly batches = new BatchCache();
  private readonly views = new Map<string, { query: Query; columns: readonly string[] | undefined }>();
  private readonly touched = new Map<number, number>();
  /** Counts committed DDL statements and truncations. */
  ddlCounter = 0;
  /** ALTER DATABASE … SET OFFLINE. */
  offline = false;
  /** Types of CREATE TYPE, as of the catalogue read last. */
  aliasTypes: AliasTypes = new Map();

  constructor(
    /** As T-SQL spells it. */
    readonly name: string,
    /** PostgreSQL's name. */
    readonly pgName: string,
  ) {}

  /** The committed catalogue; read again after somebody's DDL was committed. */
  committedCatalog(connection: PgConnection): Promise<Catalog> {
    this.catalog ??= this.load(connection);
    return this.catalog;
  }

  private load(connection: PgConnection): Promise<Catalog> {
    const loading: Promise<Catalog> = Catalog.load(connection).then(
      (catalog) => {
        if (this.catalog === loading) this.loadedCatalog = catalog;
        return catalog;
      },
      (error: unknown) => {
        this.catalog = undefined;
        throw error;
      },
    );
    return loading;
  }

  /** DDL was committed: sessions read the catalogue again, and snapshots older than this may not see the objects. */
  changed(objectIds: Iterable<number>): void {
    this.catalog = undefined;
    this.loadedCatalog = undefined;
    this.ddlCounter++;
    for (const id of objectIds) this.touched.set(id, this.ddlCounter);
  }

  /** What a restore touches: every object there is, and those that were. */
  get everything(): Iterable<number> {
    return [0, ...this.touched.keys()];
  }

  changedAfter(objectId: number, counter: number): boolean {
    return (this.touched.get(objectId) ?? 0) > counter;
  }

  /** Parsed once per text and context; the nodes also carry their bound plans. */
  parse(sql: string, context: string, quotedIdentifier: boolean): readonly Statement[] {
    const key = `${context}\0${quotedIdentifier ? 1 : 0}\0${sql}`;
    const cached = this.batches.get(key);
    if (cached) return cached;
    const statements = parseBatch(sql, quotedIdentifier, this.aliasTypes);
    this.batches.add(key, statements);
    return statements;
  }

  /** Texts are read anew: types came or went. */
  useAliasTypes(types: AliasTypes): void {
    this.aliasTypes = types;
    this.batches.clear();
  }

  viewQuery(text: string): { query: Query; columns: readonly string[] | undefined } {
    let view = this.views.get(text);
    if (!view) {
      const [statement] = parseBatch(text, true, this.aliasTypes);
      if (statement?.kind !== 'createView')
        throw new Error('the catalogue keeps a view without its CREATE VIEW statement');
      view = { query: statement.query, columns: statement.columns };
      this.views.set(text, view);
    }
    return view;
  }
}
