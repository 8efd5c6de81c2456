import fc from 'fast-check';
import type { Recording } from './raw-client.js';

/** One change to one message of a recording. */
export type Mutation = { readonly message: number } & (
  | { readonly kind: 'byte'; readonly at: number; readonly to: number }
  | { readonly kind: 'cut'; readonly at: number }
  | { readonly kind: 'remove'; readonly at: number; readonly length: number }
  | { readonly kind: 'insert'; readonly at: number; readonly bytes: Uint8Array }
  | { readonly kind: 'repeat' }
  | { readonly kind: 'drop' }
  | { readonly kind: 'length'; readonly to: number }
  | { readonly kind: 'type'; readonly to: number }
  | { readonly kind: 'status'; readonly to: number }
);

const at = fc.nat(4000);
const message = fc.nat(40);

/** Bytes changed anywhere, and headers changed so that they are about something else. */
export const mutations: fc.Arbitrary<readonly Mutation[]> = fc.array(
  fc.oneof(
    fc.record({ kind: fc.constant('byte' as const), message, at, to: fc.nat(255) }),
    fc.record({ kind: fc.constant('cut' as const), message, at }),
    fc.record({ kind: fc.constant('remove' as const), message, at, length: fc.integer({ min: 1, max: 40 }) }),
    fc.record({
      kind: fc.constant('insert' as const),
      message,
      at,
      bytes: fc.uint8Array({ minLength: 1, maxLength: 40 }),
    }),
    fc.record({ kind: fc.constant('repeat' as const), message }),
    fc.record({ kind: fc.constant('drop' as const), message }),
    fc.record({ kind: fc.constant('length' as const), message, to: fc.nat(65_535) }),
    fc.record({
      kind: fc.constant('type' as const),
      message,
      to: fc.constantFrom(1, 3, 4, 6, 7, 8, 14, 16, 17, 18, 0x16, 0xff),
    }),
    fc.record({ kind: fc.constant('status' as const), message, to: fc.nat(255) }),
  ),
  { minLength: 1, maxLength: 4 },
);

function mutated(bytes: Buffer, mutation: Mutation): Buffer[] {
  const copy = Buffer.from(bytes);
  const place = 'at' in mutation ? mutation.at % Math.max(1, bytes.length) : 0;
  switch (mutation.kind) {
    case 'byte':
      copy[place] = mutation.to;
      return [copy];
    case 'cut':
      return [copy.subarray(0, place)];
    case 'remove':
      return [Buffer.concat([copy.subarray(0, place), copy.subarray(place + mutation.length)])];
    case 'insert':
      return [Buffer.concat([copy.subarray(0, place), mutation.bytes, copy.subarray(place)])];
    case 'repeat':
      return [copy, copy];
    case 'drop':
      return [];
    case 'length':
      if (copy.length > 4) copy.writeUInt16BE(mutation.to, 2);
      return [copy];
    case 'type':
      copy[0] = mutation.to;
      return [copy];
    case 'status':
      copy[1] = mutation.to;
      return [copy];
  }
}

export function applyMutations(recording: Recording, list: readonly Mutation[]): Recording {
  let messages = [...recording];
  for (const mutation of list) {
    const target = mutation.message % Math.max(1, messages.length);
    messages = messages.flatMap((bytes, index) => (index === target ? mutated(bytes, mutation) : [bytes]));
  }
  return messages;
}
