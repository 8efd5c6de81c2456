/** A DataRow's fields; `at` the first one's length. */
export const rowFields = (buffer: Buffer, at: number): (Buffer | null)[] => {
  const count = buffer.readInt16BE(at - 2);
  const fields = new Array<Buffer | null>(count);
  let offset = at;
  for (let i = 0; i < count; i++) {
    const length = buffer.readInt32BE(offset);
    offset += 4;
    if (length < 0) fields[i] = null;
    else {
      fields[i] = buffer.subarray(offset, offset + length);
      offset += length;
    }
  }
  return fields;
};

/** An ErrorResponse's fields by their code. */
export const errorFields = (body: Buffer): Map<string, string> => {
  const fields = new Map<string, string>();
  let offset = 0;
  while (body[offset] !== 0 && offset < body.length) {
    const end = body.indexOf(0, offset + 1);
    fields.set(String.fromCharCode(body[offset] ?? 0), body.toString('utf8', offset + 1, end));
    offset = end + 1;
  }
  return fields;
};

/** A message to PostgreSQL. */
export const message = (type: string, content: Uint8Array): Buffer => {
  const head = Buffer.allocUnsafe(5);
  head.write(type, 0, 'latin1');
  head.writeInt32BE(content.length + 4, 1);
  return Buffer.concat([head, content]);
};
