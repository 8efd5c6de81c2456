import { Readable, Transform } from 'node:stream';
import { createGunzip, createZstdDecompress } from 'node:zlib';
import type { CopyOptions } from '../language/copy-statement.js';
import { Bzip2Decompress } from './bzip2.js';

/** The bytes of a file as COPY reads them: decompressed, in UTF-8. Errors of the source reach the reader. */
export function readable(source: Readable, options: CopyOptions): Readable {
  const decompressed = decompress(source, options);
  return options.encoding === 'utf8' ? decompressed : chain(decompressed, transcoder(options.encoding));
}

function decompress(source: Readable, { compression }: CopyOptions): Readable {
  if (compression === undefined) return source;
  switch (compression) {
    case 'gzip':
      return chain(source, createGunzip({ chunkSize: 256 * 1024 }));
    case 'zstd':
      return chain(source, createZstdDecompress({ chunkSize: 256 * 1024 }));
    case 'bzip2':
      return chain(source, new Bzip2Decompress());
  }
}

function chain<T extends NodeJS.WritableStream & Readable>(source: Readable, into: T): T {
  source.on('error', (error) => into.destroy(error));
  source.pipe(into);
  return into;
}

function transcoder(encoding: CopyOptions['encoding']): Transform {
  let decoder =
    encoding === 'utf16' ? undefined : new TextDecoder(encoding === 'utf16be' ? 'utf-16be' : 'utf-16le');
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      // UTF16 needs a byte order mark.
      decoder ??= new TextDecoder(chunk[0] === 0xfe && chunk[1] === 0xff ? 'utf-16be' : 'utf-16le');
      done(null, Buffer.from(decoder.decode(chunk, { stream: true }), 'utf8'));
    },
    flush(done) {
      done(null, Buffer.from(decoder?.decode() ?? '', 'utf8'));
    },
  });
}
