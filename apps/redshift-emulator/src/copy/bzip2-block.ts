import type { Bzip2Bits } from './bzip2-bits.js';

const GROUP_SYMBOLS = 50;
const MAX_CODE_BITS = 20;

/** A Huffman code: for each length the first code, its place, and the symbols in the order of their codes. */
interface Code {
  readonly limits: Int32Array;
  readonly offsets: Int32Array;
  readonly symbols: Uint16Array;
}

/** Reads one block behind its magic number. @throws Error when it is not well-formed or its CRC is wrong */
export function readBlock(bits: Bzip2Bits, blockBytes: number): Buffer {
  const crc = (bits.take(16) * 0x10000 + bits.take(16)) >>> 0;
  if (bits.bit() === 1) throw new Error('randomised bzip2 blocks are not supported');
  const origin = bits.take(24);
  const used = readSymbolMap(bits);
  const codes = bits.take(3);
  const selectors = readSelectors(bits, codes);
  const tables = Array.from({ length: codes }, () => readCode(bits, used.length + 2));
  const { transformed, counts } = readSymbols(bits, used, selectors, tables, blockBytes);
  if (origin >= transformed.length) throw new Error('incorrect bzip2 block');
  const output = expandRuns(undoTransform(transformed, counts, origin));
  if (crcOf(output) !== crc) throw new Error('incorrect bzip2 checksum');
  return output;
}

function readSymbolMap(bits: Bzip2Bits): Uint8Array {
  const groups = bits.take(16);
  const used: number[] = [];
  for (let group = 0; group < 16; group += 1) {
    if (((groups >> (15 - group)) & 1) === 0) continue;
    const members = bits.take(16);
    for (let member = 0; member < 16; member += 1) {
      if ((members >> (15 - member)) & 1) used.push(group * 16 + member);
    }
  }
  if (used.length === 0) throw new Error('incorrect bzip2 block');
  return Uint8Array.from(used);
}

/** Which code each group of 50 symbols uses, as distances in a list moved to the front. */
function readSelectors(bits: Bzip2Bits, codes: number): Uint8Array {
  const selectors = new Uint8Array(bits.take(15));
  const order = Array.from({ length: codes }, (_value, index) => index);
  for (let index = 0; index < selectors.length; index += 1) {
    let distance = 0;
    while (bits.bit() === 1) distance += 1;
    const [selected] = order.splice(distance, 1);
    if (selected === undefined) throw new Error('incorrect bzip2 block');
    order.unshift(selected);
    selectors[index] = selected;
  }
  return selectors;
}

function readCode(bits: Bzip2Bits, symbols: number): Code {
  const lengths = new Uint8Array(symbols);
  let length = bits.take(5);
  for (let symbol = 0; symbol < symbols; symbol += 1) {
    while (bits.bit() === 1) length += bits.bit() === 1 ? -1 : 1;
    if (length < 1 || length > MAX_CODE_BITS) throw new Error('incorrect bzip2 block');
    lengths[symbol] = length;
  }
  return codeOf(lengths);
}

function codeOf(lengths: Uint8Array): Code {
  const limits = new Int32Array(MAX_CODE_BITS + 2).fill(-1);
  const offsets = new Int32Array(MAX_CODE_BITS + 2);
  const symbols = new Uint16Array(lengths.length);
  let code = 0;
  let place = 0;
  for (let length = 1; length <= MAX_CODE_BITS; length += 1) {
    offsets[length] = place - code;
    for (let symbol = 0; symbol < lengths.length; symbol += 1) {
      if (lengths[symbol] !== length) continue;
      symbols[place] = symbol;
      place += 1;
      code += 1;
    }
    limits[length] = code - 1;
    code <<= 1;
  }
  return { limits, offsets, symbols };
}

function readSymbol(bits: Bzip2Bits, { limits, offsets, symbols }: Code): number {
  let code = 0;
  for (let length = 1; length <= MAX_CODE_BITS; length += 1) {
    code = (code << 1) | bits.bit();
    if (code <= (limits[length] ?? -1)) return symbols[code + (offsets[length] ?? 0)] ?? 0;
  }
  throw new Error('incorrect bzip2 block');
}

interface Transformed {
  readonly transformed: Uint8Array;
  /** How often each byte occurs. */
  readonly counts: Int32Array;
}

/** Symbols 0 and 1 are digits of a run's length; the last one ends the block. */
function readSymbols(
  bits: Bzip2Bits,
  used: Uint8Array,
  selectors: Uint8Array,
  tables: readonly Code[],
  blockBytes: number,
): Transformed {
  const order = Uint8Array.from(used);
  const bytes = new Uint8Array(blockBytes);
  const counts = new Int32Array(256);
  const end = used.length + 1;
  let length = 0;
  let run = 0;
  let weight = 1;
  for (let read = 0; ; read += 1) {
    const table = tables[selectors[Math.floor(read / GROUP_SYMBOLS)] ?? -1];
    if (table === undefined) throw new Error('incorrect bzip2 block');
    const symbol = readSymbol(bits, table);
    if (symbol <= 1) {
      run += weight << symbol;
      weight <<= 1;
      continue;
    }
    const front = order[0] ?? 0;
    if (length + run > blockBytes) throw new Error('incorrect bzip2 block');
    bytes.fill(front, length, length + run);
    counts[front] = (counts[front] ?? 0) + run;
    length += run;
    run = 0;
    weight = 1;
    if (symbol === end) return { transformed: bytes.subarray(0, length), counts };
    const byte = order[symbol - 1] ?? 0;
    order.copyWithin(1, 0, symbol - 1);
    order[0] = byte;
    bytes[length] = byte;
    counts[byte] = (counts[byte] ?? 0) + 1;
    length += 1;
  }
}

/** Burrows and Wheeler's transform, backwards. */
function undoTransform(transformed: Uint8Array, counts: Int32Array, origin: number): Uint8Array {
  const { length } = transformed;
  const places = new Int32Array(256);
  for (let byte = 1; byte < 256; byte += 1) {
    places[byte] = (places[byte - 1] ?? 0) + (counts[byte - 1] ?? 0);
  }
  const next = new Int32Array(length);
  for (let at = 0; at < length; at += 1) {
    const byte = transformed[at] ?? 0;
    const place = places[byte] ?? 0;
    next[place] = at;
    places[byte] = place + 1;
  }
  const text = new Uint8Array(length);
  let from = next[origin] ?? 0;
  for (let at = 0; at < length; at += 1) {
    text[at] = transformed[from] ?? 0;
    from = next[from] ?? 0;
  }
  return text;
}

/** Behind four equal bytes stands how many more there are. */
function expandRuns(text: Uint8Array): Buffer {
  let output = Buffer.allocUnsafe(text.length + 1024);
  let length = 0;
  let equal = 0;
  for (const byte of text) {
    if (length + 256 > output.length) output = Buffer.concat([output], output.length * 2);
    if (equal === 4) {
      const previous = output[length - 1] ?? 0;
      output.fill(previous, length, length + byte);
      length += byte;
      equal = 0;
      continue;
    }
    equal = equal > 0 && byte === output[length - 1] ? equal + 1 : 1;
    output[length] = byte;
    length += 1;
  }
  return output.subarray(0, length);
}

const CRC_TABLE = Uint32Array.from({ length: 256 }, (_value, byte) => {
  let crc = byte << 24;
  for (let bit = 0; bit < 8; bit += 1) crc = crc & 0x80000000 ? (crc << 1) ^ 0x04c11db7 : crc << 1;
  return crc >>> 0;
});

function crcOf(bytes: Buffer): number {
  let crc = 0xffffffff;
  for (const byte of bytes) crc = ((crc << 8) ^ (CRC_TABLE[((crc >>> 24) ^ byte) & 0xff] ?? 0)) >>> 0;
  return ~crc >>> 0;
}
