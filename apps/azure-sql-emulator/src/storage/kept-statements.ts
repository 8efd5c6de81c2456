const MAX_STATEMENTS = 256;
/** A longer statement is never kept: nearly all such are data written as literals, which no one sends again. */
const MAX_CHARACTERS = 64 * 1024;
/** All of them together: PostgreSQL's plan of a statement takes many times its text, in each connection. */
const MAX_TOTAL_CHARACTERS = 512 * 1024;

/** Seen once; a name comes with the second time. */
const UNNAMED = '';

/**
 * The prepared statements of one connection, least recently used first. A text gets a name when it comes for the second
 * time: one that never comes again costs neither side anything.
 */
export class KeptStatements {
  private readonly names = new Map<string, string>();
  private characters = 0;
  private counter = 0;
  /** Names to be closed with the next pipeline. */
  private stale: string[] = [];

  /** The statement's name, empty for the unnamed one; `parse` when PostgreSQL does not have it yet. */
  use(sql: string): { readonly name: string; readonly parse: boolean } {
    const known = this.names.get(sql);
    if (known === undefined) {
      if (sql.length <= MAX_CHARACTERS) this.remember(sql);
      return { name: UNNAMED, parse: true };
    }
    const name = known === UNNAMED ? `s${++this.counter}` : known;
    this.names.delete(sql);
    this.names.set(sql, name);
    return { name, parse: known === UNNAMED };
  }

  /** PostgreSQL does not have it: its Parse failed or was skipped. */
  lost(sql: string): void {
    if (!this.names.delete(sql)) return;
    this.characters -= sql.length;
  }

  /** Names to close now. */
  takeStale(): string[] {
    const { stale } = this;
    if (stale.length > 0) this.stale = [];
    return stale;
  }

  /** Tables may look different from how they looked when the statements were prepared. */
  forget(): void {
    for (const name of this.names.values()) if (name !== UNNAMED) this.stale.push(name);
    this.names.clear();
    this.characters = 0;
  }

  private remember(sql: string): void {
    this.names.set(sql, UNNAMED);
    this.characters += sql.length;
    for (const [oldest, name] of this.names) {
      if (this.names.size <= MAX_STATEMENTS && this.characters <= MAX_TOTAL_CHARACTERS) return;
      this.lost(oldest);
      if (name !== UNNAMED) this.stale.push(name);
    }
  }
}
