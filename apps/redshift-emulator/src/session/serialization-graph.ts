/** A transaction in the graph: what it read and wrote, by table. */
export interface GraphTransaction {
  readonly id: number;
  readonly pid: number;
  readonly started: number;
  ended: number | undefined;
  readonly reads: Set<number>;
  /** When each table was first written. */
  readonly writes: Map<number, number>;
}

/** A cycle: no order of these transactions, one after the other, gives what they read. */
export interface SerializationViolation {
  readonly table: number;
  readonly transactions: readonly number[];
}

/**
 * Redshift's serializable isolation: it knows which tables transactions read and wrote, not which rows, and ends the
 * transaction whose statement would make a serial order impossible. One graph for a whole cluster; time is a counter.
 */
export class SerializationGraph {
  private clock = 0;
  private lastId = 1000;
  private known: GraphTransaction[] = [];

  /** A transaction begins with its first statement, as its snapshot does. */
  begin(pid: number): GraphTransaction {
    this.lastId += 1;
    this.clock += 1;
    const transaction: GraphTransaction = {
      id: this.lastId,
      pid,
      started: this.clock,
      ended: undefined,
      reads: new Set(),
      writes: new Map(),
    };
    this.known.push(transaction);
    return transaction;
  }

  /** Notes what a statement reads and writes, and tells the cycle it closes. A written table's lock is held by now. */
  access(
    transaction: GraphTransaction,
    reads: readonly number[],
    writes: readonly number[],
  ): SerializationViolation | undefined {
    this.clock += 1;
    for (const table of reads) transaction.reads.add(table);
    for (const table of writes) {
      if (!transaction.writes.has(table)) transaction.writes.set(table, this.clock);
    }
    const cycle = this.cycleFrom(transaction);
    if (cycle === undefined) return undefined;
    const table = [...writes, ...reads][0] ?? 0;
    return { table, transactions: cycle.map(({ id }) => id).sort((left, right) => left - right) };
  }

  commit(transaction: GraphTransaction): void {
    this.clock += 1;
    transaction.ended = this.clock;
    this.forget();
  }

  abort(transaction: GraphTransaction): void {
    this.known = this.known.filter((other) => other !== transaction);
    this.forget();
  }

  /** A transaction that ended before all open ones began can be in no new cycle. */
  private forget(): void {
    const open = this.known.filter(({ ended }) => ended === undefined);
    const oldest = Math.min(...open.map(({ started }) => started));
    this.known = this.known.filter(({ ended }) => ended === undefined || ended > oldest);
  }

  private cycleFrom(start: GraphTransaction): GraphTransaction[] | undefined {
    const visited = new Set<GraphTransaction>();
    const walk = (from: GraphTransaction): GraphTransaction[] | undefined => {
      for (const to of this.known) {
        if (to === from || !precedes(from, to)) continue;
        if (to === start) return [from];
        if (visited.has(to)) continue;
        visited.add(to);
        const rest = walk(to);
        if (rest !== undefined) return [from, ...rest];
      }
      return undefined;
    };
    return walk(start);
  }
}

/** Whether `a` must come before `b` in any serial order. */
function precedes(a: GraphTransaction, b: GraphTransaction): boolean {
  const sees = a.ended !== undefined && a.ended < b.started;
  const seen = b.ended !== undefined && b.ended < a.started;
  if (seen) return false;
  for (const [table, writtenByB] of b.writes) {
    // a read the table as it was before b wrote it, or wrote it first.
    if (a.reads.has(table)) return true;
    if ((a.writes.get(table) ?? Infinity) < writtenByB) return true;
  }
  if (!sees) return false;
  for (const table of a.writes.keys()) if (b.reads.has(table)) return true;
  return false;
}
