import type { Statement } from '../language/ast.js';

const MAX_BATCHES = 512;
/** A longer text is hardly sent again, and its nodes take some forty bytes for each of its characters. */
const MAX_CHARACTERS = 64 * 1024;
const MAX_TOTAL_CHARACTERS = 1024 * 1024;

/** Parsed batches by text, least recently used first; bounded by what they take, not by their number alone. */
export class BatchCache {
  private readonly batches = new Map<string, readonly Statement[]>();
  private characters = 0;

  get(key: string): readonly Statement[] | undefined {
    const found = this.batches.get(key);
    if (found === undefined) return undefined;
    this.batches.delete(key);
    this.batches.set(key, found);
    return found;
  }

  add(key: string, statements: readonly Statement[]): void {
    if (key.length > MAX_CHARACTERS || this.batches.has(key)) return;
    this.batches.set(key, statements);
    this.characters += key.length;
    for (const oldest of this.batches.keys()) {
      if (this.batches.size <= MAX_BATCHES && this.characters <= MAX_TOTAL_CHARACTERS) return;
      this.batches.delete(oldest);
      this.characters -= oldest.length;
    }
  }

  clear(): void {
    this.batches.clear();
    this.characters = 0;
  }
}
