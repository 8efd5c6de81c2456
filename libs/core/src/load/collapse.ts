/** The newest record of every key, in the order in which each key was last seen. */
export class LastByKey<T> {
  private readonly rows = new Map<string, T>();

  /** @returns the value it replaces, if any. */
  put(key: string, row: T): T | undefined {
    const replaced = this.rows.get(key);
    // Re-inserting keeps the map in the order of offsets, as the file promises.
    if (replaced !== undefined) this.rows.delete(key);
    this.rows.set(key, row);
    return replaced;
  }

  get size(): number {
    return this.rows.size;
  }

  values(): IterableIterator<T> {
    return this.rows.values();
  }
}
