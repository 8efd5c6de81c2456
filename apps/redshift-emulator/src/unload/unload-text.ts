import { createWriteStream, type WriteStream } from 'node:fs';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Writable } from 'node:stream';
import { createGzip, createZstdCompress, type Gzip, type ZstdCompress } from 'node:zlib';
import type { UnloadOptions } from '../language/unload-statement.js';
import type { Backend } from '../session/backend.js';
import { BackendFlow } from './backend-flow.js';
import { backendFailure } from './backend-failure.js';
import { headerLine, lineFormatter, parseCopyLine, type LineFormatter } from './line-format.js';
import type { UnloadColumn } from './unload-columns.js';
import type { UnloadTarget } from './unload-target.js';

const SLICES = 2;
/** Rows that go to one slice before the next has its turn. */
const BLOCK_ROWS = 1000;

/** A file being written; bytes are counted before compression, as MAXFILESIZE does not. */
class PartFile {
  private readonly file: WriteStream;
  private readonly packer: Gzip | ZstdCompress | undefined;
  rows = 0;

  constructor(
    readonly path: string,
    readonly part: number,
    compression: UnloadOptions['compression'],
  ) {
    this.file = createWriteStream(path);
    this.packer =
      compression === undefined ? undefined : compression === 'gzip' ? createGzip() : createZstdCompress();
    this.packer?.pipe(this.file);
  }

  get bytes(): number {
    return this.file.bytesWritten + this.file.writableLength;
  }

  /** False when the disk is behind. */
  write(text: string): boolean {
    return this.input.write(text);
  }

  /** What takes the bytes first. */
  get input(): Writable {
    return this.packer ?? this.file;
  }

  async end(): Promise<void> {
    this.input.end();
    await once(this.file, 'close');
  }
}

/** Unloads a query as text, CSV or JSON; returns the number of rows. */
export async function unloadText(
  query: string,
  columns: readonly UnloadColumn[],
  options: UnloadOptions,
  target: UnloadTarget,
  context: { readonly backend: Backend; readonly temporaryDirectory: string },
): Promise<number> {
  const directory = await mkdtemp(join(context.temporaryDirectory, 'unload-'));
  try {
    const slices = new Slices(directory, columns, options, context.backend);
    const outcome = await context.backend.run(`copy (${query}) to stdout`, {
      onCopyData: (line) => slices.take(line),
    });
    const files = await slices.end();
    if (outcome.error !== undefined) throw backendFailure(outcome.error);
    for (const { slice, file } of files) await target.upload(file.path, slice, file.part, file.rows);
    return slices.rows;
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

/** Deals rows out to the slices' files. */
class Slices {
  rows = 0;
  private readonly open = new Map<number, PartFile>();
  private readonly done: { slice: number; file: PartFile }[] = [];
  private readonly format: LineFormatter;
  private readonly flow: BackendFlow;

  constructor(
    private readonly directory: string,
    private readonly columns: readonly UnloadColumn[],
    private readonly options: UnloadOptions,
    backend: Backend,
  ) {
    this.flow = new BackendFlow(backend);
    this.format = lineFormatter(columns, options);
  }

  take(line: Buffer): void {
    const slice = this.options.parallel ? Math.floor(this.rows / BLOCK_ROWS) % SLICES : 0;
    this.rows += 1;
    const file = this.fileOf(slice);
    file.rows += 1;
    if (file.write(this.format(parseCopyLine(line.toString('utf8'))))) return;
    this.flow.pauseUntilDrained(file.input);
  }

  private fileOf(slice: number): PartFile {
    const current = this.open.get(slice);
    if (current !== undefined && current.bytes < this.options.maxFileBytes) return current;
    if (current !== undefined) this.done.push({ slice, file: current });
    const part = current === undefined ? 0 : current.part + 1;
    const file = new PartFile(join(this.directory, `${slice}-${part}`), part, this.options.compression);
    this.open.set(slice, file);
    if (this.options.header) file.write(headerLine(this.columns, this.options));
    return file;
  }

  async end(): Promise<{ slice: number; file: PartFile }[]> {
    this.flow.end();
    for (const [slice, file] of this.open) this.done.push({ slice, file });
    await Promise.all(this.done.map(({ file }) => file.end()));
    return this.done;
  }
}
