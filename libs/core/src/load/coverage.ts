/** A half-open range of offsets. */
export interface Range {
  readonly from: number;
  readonly to: number;
}

/**
 * Which offsets of which partitions are staged. Ranges may overlap, repeat and arrive in any order; they are kept merged,
 * so memory follows the number of gaps, not of files.
 */
export class Coverage {
  private readonly partitions = new Map<string, Range[]>();

  add(topic: string, partition: number, range: Range): void {
    if (range.to <= range.from) return;
    const key = partitionKey(topic, partition);
    this.partitions.set(key, insertRange(this.partitions.get(key) ?? [], range));
  }

  /** End of the offsets that are covered without a gap from `base` on; `base` itself when its offset is not. */
  coveredTo(topic: string, partition: number, base: number): number {
    for (const { from, to } of this.partitions.get(partitionKey(topic, partition)) ?? [])
      if (from <= base && base < to) return to;
    return base;
  }

  /** Where coverage starts again beyond `base`, if it does. */
  nextFrom(topic: string, partition: number, base: number): number | undefined {
    return this.partitions.get(partitionKey(topic, partition))?.find(({ from }) => from > base)?.from;
  }

  /** Forgets what lies below `base`: it is applied. */
  forget(topic: string, partition: number, base: number): void {
    const key = partitionKey(topic, partition);
    const kept = (this.partitions.get(key) ?? [])
      .filter(({ to }) => to > base)
      .map(({ from, to }) => ({ from: Math.max(from, base), to }));
    if (kept.length === 0) this.partitions.delete(key);
    else this.partitions.set(key, kept);
  }
}

export function partitionKey(topic: string, partition: number): string {
  return `${topic}/${partition}`;
}

/** Inserts into sorted, disjoint, non-touching ranges. The common case, extending the last one, costs no copy. */
function insertRange(ranges: Range[], range: Range): Range[] {
  const last = ranges.at(-1);
  if (last === undefined || range.from > last.to) {
    ranges.push(range);
    return ranges;
  }
  if (range.from >= last.from) {
    if (range.to > last.to) ranges[ranges.length - 1] = { from: last.from, to: range.to };
    return ranges;
  }
  const before = ranges.filter(({ to }) => to < range.from);
  const after = ranges.filter(({ from }) => from > range.to);
  const touching = ranges.slice(before.length, ranges.length - after.length);
  const merged = {
    from: Math.min(range.from, touching[0]?.from ?? range.from),
    to: Math.max(range.to, touching.at(-1)?.to ?? range.to),
  };
  return [...before, merged, ...after];
}

/**
 * The fewest of `segments` that cover the same offsets: files staged again after a crash are not loaded twice where
 * they can be left out. Order of the result: by start.
 */
export function leastCover<T extends Range>(segments: readonly T[]): T[] {
  const sorted = segments.filter(({ from, to }) => to > from).sort((a, b) => a.from - b.from || b.to - a.to);
  const chosen: T[] = [];
  let reached = Number.NEGATIVE_INFINITY;
  let at = 0;
  while (at < sorted.length) {
    // Of all that begin within what is reached (or at the next start after a gap), take the one that reaches furthest.
    const start = Math.max(reached, sorted[at]?.from ?? reached);
    let best: T | undefined;
    while (at < sorted.length && (sorted[at]?.from ?? Infinity) <= start) {
      const candidate = sorted[at++];
      if (candidate && candidate.to > reached && candidate.to > (best?.to ?? Number.NEGATIVE_INFINITY))
        best = candidate;
    }
    if (best === undefined) continue;
    chosen.push(best);
    reached = best.to;
  }
  return chosen;
}
