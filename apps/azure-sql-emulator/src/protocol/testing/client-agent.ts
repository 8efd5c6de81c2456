import { spawn, type ChildProcess } from 'node:child_process';
import { createInterface, type Interface } from 'node:readline';

/** A field of a request or reply; null is NULL. */
export type Field = string | null;

export interface AgentSet {
  readonly columns: readonly Field[];
  readonly rows: (readonly Field[])[];
}

/** Everything a client said about one request. */
export interface AgentReply {
  readonly sets: readonly AgentSet[];
  /** Rows outside of a result: what requests such as `count` answer. */
  readonly values: readonly (readonly Field[])[];
  readonly infos: readonly { readonly number: number; readonly severity: number; readonly text: string }[];
  readonly error: { readonly number: number; readonly text: string } | undefined;
}

const encoded = (field: Field): string =>
  field === null ? '~' : encodeURIComponent(field).replaceAll('~', '%7E');
const decoded = (field: string): Field => (field === '~' ? null : decodeURIComponent(field));

/** A running program of `clients/`: a driver nobody here wrote, which does what it is asked line by line. */
export class ClientAgent {
  private readonly child: ChildProcess;
  private readonly lines: Interface;
  private readonly iterator: NodeJS.AsyncIterator<string>;
  private errors = '';

  constructor(command: readonly string[], host: string, port: number) {
    const [program = '', ...rest] = command;
    this.child = spawn(program, [...rest, host, String(port)], { stdio: ['pipe', 'pipe', 'pipe'] });
    const { stdout, stderr } = this.child;
    if (stdout === null || stderr === null) throw new Error('the agent has no pipes');
    stderr.on('data', (chunk: Buffer) => (this.errors = (this.errors + chunk.toString()).slice(-4000)));
    this.lines = createInterface({ input: stdout, crlfDelay: Infinity });
    this.iterator = this.lines[Symbol.asyncIterator]();
  }

  /** Whatever the client answers, errors included. */
  async ask(name: string, ...fields: readonly Field[]): Promise<AgentReply> {
    this.child.stdin?.write(`${[name, ...fields].map(encoded).join('\t')}\n`);
    const sets: { columns: readonly Field[]; rows: (readonly Field[])[] }[] = [];
    const values: (readonly Field[])[] = [];
    const infos: { number: number; severity: number; text: string }[] = [];
    let error: AgentReply['error'];
    for (;;) {
      const { value, done } = await this.iterator.next();
      if (done === true) throw new Error(`the agent ended: ${this.errors}`);
      const [kind, ...parts] = value.split('\t').map(decoded);
      if (kind === 'end') return { sets, values, infos, error };
      if (kind === 'set') sets.push({ columns: parts, rows: [] });
      else if (kind === 'row') (sets.at(-1)?.rows ?? values).push(parts);
      else if (kind === 'info')
        infos.push({ number: Number(parts[0]), severity: Number(parts[1]), text: parts[2] ?? '' });
      else if (kind === 'error') error = { number: Number(parts[0]), text: parts[1] ?? '' };
      else throw new Error(`the agent said '${value}'`);
    }
  }

  /** @throws what the client reports as an error */
  async must(name: string, ...fields: readonly Field[]): Promise<AgentReply> {
    const reply = await this.ask(name, ...fields);
    if (reply.error) throw new Error(`${name}: ${reply.error.number} ${reply.error.text}`);
    return reply;
  }

  /** Rows of the last result of a batch. */
  async rows(sql: string): Promise<(readonly Field[])[]> {
    return (await this.must('query', sql)).sets.at(-1)?.rows ?? [];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const ended = new Promise<void>((resolve) => this.child.once('close', () => resolve()));
    if (this.child.exitCode !== null) return;
    this.child.stdin?.end();
    const timer = setTimeout(() => this.child.kill('SIGKILL'), 5000);
    await ended;
    clearTimeout(timer);
    this.lines.close();
  }
}
