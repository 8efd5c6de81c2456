import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import { createInterface, type Interface } from 'node:readline';

/** A field of a request or reply; null is NULL. */
export type Field = string | null;

/** Everything a client said about one request. */
export interface AgentReply {
  /** Names of the last result's columns. */
  readonly columns: readonly Field[];
  /** Rows of all results together. */
  readonly rows: (readonly Field[])[];
  /** Rows changed, for each statement without a result. */
  readonly counts: readonly number[];
  readonly unsupported: boolean;
  readonly error: { readonly code: string; readonly text: string } | undefined;
}

const STOP_TIMEOUT_MS = 5000;
const encoded = (field: Field): string =>
  field === null ? '~' : encodeURIComponent(field).replaceAll('~', '%7E');
const decoded = (field: string): Field => (field === '~' ? null : decodeURIComponent(field));

/** A running program of `clients/`: a driver nobody here wrote, which does what it is asked line by line. */
export class ClientAgent implements AsyncDisposable {
  private readonly child: ChildProcessWithoutNullStreams;
  private readonly lines: Interface;
  private readonly iterator: NodeJS.AsyncIterator<string>;
  private errors = '';

  constructor(command: readonly string[], host: string, port: number) {
    const [program = '', ...rest] = command;
    this.child = spawn(program, [...rest, host, String(port)], { stdio: ['pipe', 'pipe', 'pipe'] });
    this.child.stderr.on('data', (chunk: Buffer) => {
      this.errors = (this.errors + chunk.toString()).slice(-4000);
    });
    this.lines = createInterface({ input: this.child.stdout, crlfDelay: Infinity });
    this.iterator = this.lines[Symbol.asyncIterator]();
  }

  /** Whatever the client answers, errors included. */
  async ask(name: string, ...fields: readonly Field[]): Promise<AgentReply> {
    this.child.stdin.write(`${[name, ...fields].map(encoded).join('\t')}\n`);
    let columns: readonly Field[] = [];
    const rows: (readonly Field[])[] = [];
    const counts: number[] = [];
    let unsupported = false;
    let error: AgentReply['error'];
    for (;;) {
      const { value, done } = await this.iterator.next();
      if (done === true) throw new Error(`the agent ended: ${this.errors}`);
      const [kind, ...parts] = value.split('\t').map(decoded);
      if (kind === 'end') return { columns, rows, counts, unsupported, error };
      if (kind === 'set') columns = parts;
      else if (kind === 'row') rows.push(parts);
      else if (kind === 'count') counts.push(Number(parts[0]));
      else if (kind === 'unsupported') unsupported = true;
      else if (kind === 'error') error = { code: parts[0] ?? '', text: parts[1] ?? '' };
      else throw new Error(`the agent said '${value}'`);
    }
  }

  /** @throws what the client reports as an error */
  async must(name: string, ...fields: readonly Field[]): Promise<AgentReply> {
    const reply = await this.ask(name, ...fields);
    if (reply.error) throw new Error(`${name}: ${reply.error.code} ${reply.error.text}`);
    return reply;
  }

  /** Rows of a query. */
  async rows(sql: string): Promise<(readonly Field[])[]> {
    return (await this.must('query', sql)).rows;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.child.exitCode === null && this.child.signalCode === null) {
      const ended = once(this.child, 'close');
      this.child.stdin.end();
      const timer = setTimeout(() => this.child.kill('SIGKILL'), STOP_TIMEOUT_MS);
      await ended;
      clearTimeout(timer);
    }
    this.lines.close();
  }
}
