import type { WireValue } from '@thalamus/contracts';

/** Record key: the primary key's values in key order, as a JSON array. */
export function encodeKey(values: readonly WireValue[]): string {
  return JSON.stringify(values);
}

const seed = 0x9747b28c;
const multiplier = 0x5bd1e995;

/** MurmurHash2, 32 bit, as Kafka's Java client computes it (org.apache.kafka.common.utils.Utils.murmur2). */
export function murmur2(data: Uint8Array): number {
  const length = data.length;
  let hash = seed ^ length;
  const words = length >>> 2;
  for (let word = 0; word < words; word++) {
    const at = word << 2;
    let k =
      (data[at] ?? 0) |
      ((data[at + 1] ?? 0) << 8) |
      ((data[at + 2] ?? 0) << 16) |
      ((data[at + 3] ?? 0) << 24);
    k = Math.imul(k, multiplier);
    k ^= k >>> 24;
    k = Math.imul(k, multiplier);
    hash = Math.imul(hash, multiplier) ^ k;
  }
  const rest = words << 2;
  const left = length & 3;
  if (left >= 3) hash ^= (data[rest + 2] ?? 0) << 16;
  if (left >= 2) hash ^= (data[rest + 1] ?? 0) << 8;
  if (left >= 1) hash = Math.imul(hash ^ (data[rest] ?? 0), multiplier);
  hash ^= hash >>> 13;
  hash = Math.imul(hash, multiplier);
  return hash ^ (hash >>> 15);
}

/** The partition Java's default partitioner gives this key. */
export function partitionOf(key: Uint8Array | string, partitions: number): number {
  const bytes = typeof key === 'string' ? Buffer.from(key, 'utf8') : key;
  return (murmur2(bytes) & 0x7fffffff) % partitions;
}
