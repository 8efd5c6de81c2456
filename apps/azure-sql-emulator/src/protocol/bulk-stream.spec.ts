import type { SqlValue } from '../engine.js';
import { BulkStream } from './bulk-stream.js';
import { ByteWriter } from './byte-writer.js';
import { Token, writeColumns } from './tokens.js';

const packet = (write: (writer: ByteWriter) => void): Buffer => {
  const writer = new ByteWriter();
  write(writer);
  return Buffer.from(writer.buffer.subarray(0, writer.length));
};

const row = (value: number): Buffer =>
  packet((writer) => {
    writer.u8(Token.row);
    writer.u8(4);
    writer.u32(value);
  });

/**
 * A packet may end exactly with a row, and the rest of the message may come before the reader asks for more: the reader then
 * stood at the end of the bytes it had joined, with the message ended, and took the rows that had not been joined for none.
 */
it('reads the rows that came while the last one of a packet was taken', async () => {
  const stream = new BulkStream({ pause: () => undefined, resume: () => undefined });
  stream.push(
    packet((writer) => writeColumns(writer, [{ name: 'n', type: { name: 'int' }, nullable: true }])),
  );
  stream.push(row(1));
  await stream.columns();
  const seen: SqlValue[] = [];
  for await (const [value = null] of stream.rows()) {
    seen.push(value);
    if (seen.length > 1) continue;
    stream.push(row(2));
    stream.push(row(3));
    stream.end();
  }
  expect(seen).toEqual([1, 2, 3]);
});
