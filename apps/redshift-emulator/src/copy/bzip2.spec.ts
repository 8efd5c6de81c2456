import { spawnSync } from 'node:child_process';
import { Readable } from 'node:stream';
import { Bzip2Decompress } from './bzip2.js';

/** Compressed by Python's own bz2. */
function compress(data: Buffer, level: number): Buffer {
  const script = `import bz2, sys; sys.stdout.buffer.write(bz2.compress(sys.stdin.buffer.read(), ${level}))`;
  const { stdout, status } = spawnSync('python3', ['-c', script], {
    input: data,
    maxBuffer: 64 * 1024 * 1024,
  });
  if (status !== 0) throw new Error('python3 did not compress');
  return stdout;
}

async function decompress(chunks: readonly Buffer[]): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of Readable.from(chunks).pipe(new Bzip2Decompress())) parts.push(part as Buffer);
  return Buffer.concat(parts);
}

const lines = Buffer.from(
  Array.from({ length: 60_000 }, (_value, row) => `${row},${(row * 7919) % 10_007}\n`).join(''),
);
const bytes = Buffer.from(Array.from({ length: 5000 }, (_value, at) => (at * at * 31) % 256));
const runs = Buffer.concat([
  Buffer.alloc(300_000, 0x61),
  Buffer.from('abcd'),
  Buffer.alloc(4, 0),
  Buffer.alloc(259, 7),
]);

test.each([
  ['nothing', Buffer.alloc(0), 9],
  ['one byte', Buffer.from('x'), 9],
  ['several blocks', lines, 1],
  ['one large block', lines, 9],
  ['every byte', bytes, 9],
  ['long runs', runs, 1],
] as const)('%s', async (_what, data, level) => {
  expect((await decompress([compress(data, level)])).equals(data)).toBe(true);
});

test('streams one behind the other, in chunks of any size', async () => {
  const packed = Buffer.concat([compress(lines, 1), compress(Buffer.from('tail\n'), 9)]);
  const chunks: Buffer[] = [];
  for (let at = 0; at < packed.length; at += 999) chunks.push(packed.subarray(at, at + 999));
  expect((await decompress(chunks)).equals(Buffer.concat([lines, Buffer.from('tail\n')]))).toBe(true);
});

test('what is damaged is told', async () => {
  const packed = compress(lines, 1);
  await expect(decompress([packed.subarray(0, packed.length - 30)])).rejects.toThrow(/unexpected end/);
  await expect(decompress([Buffer.from('no bzip2 at all')])).rejects.toThrow(/incorrect bzip2 header/);
  const wrong = Buffer.from(packed);
  wrong[10] = (wrong[10] ?? 0) ^ 1;
  await expect(decompress([wrong])).rejects.toThrow(/checksum/);
});
