import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { EngineSession, SqlMessage } from '../engine.js';
import { run, type RecordedSet } from '../testing/test-engine.js';

export interface Batch {
  readonly sql: string;
  /** Of the script, where its first line stands. */
  readonly line: number;
}

/** What one batch answered; lines of its messages are those of the script. */
export interface BatchAnswer extends Batch {
  readonly sets: readonly RecordedSet[];
  readonly errors: readonly SqlMessage[];
  readonly messages: readonly SqlMessage[];
}

/** A script of this folder. */
export const scriptNamed = (name: string): string => readFileSync(join(import.meta.dirname, name), 'utf8');

/** Batches as sqlcmd sends them: cut at lines that hold nothing but GO; GO n repeats. */
export const batchesOf = (script: string): Batch[] => {
  const batches: Batch[] = [];
  let lines: string[] = [];
  let first = 1;
  const flush = (next: number, times = 1): void => {
    const sql = lines.join('\n');
    if (sql.trim() !== '') for (let i = 0; i < times; i++) batches.push({ sql, line: first });
    lines = [];
    first = next;
  };
  script.split(/\r?\n/).forEach((line, i) => {
    const go = /^\s*GO(?:\s+(\d+))?\s*$/i.exec(line);
    if (go) flush(i + 2, Number(go[1] ?? 1));
    else lines.push(line);
  });
  flush(0);
  return batches;
};

export const runScript = async (session: EngineSession, script: string): Promise<BatchAnswer[]> => {
  const answers: BatchAnswer[] = [];
  for (const batch of batchesOf(script)) {
    const sink = await run(session, batch.sql);
    const messages = sink.messages.map((message) => ({ ...message, line: message.line + batch.line - 1 }));
    const errors = messages.filter(({ severity }) => severity > 10);
    answers.push({ ...batch, sets: sink.sets, errors, messages });
  }
  return answers;
};

/** Errors of a whole script, short. */
export const errorsOf = (answers: readonly BatchAnswer[]): string[] =>
  answers.flatMap(({ errors }) => errors.map(({ number, line, message }) => `${line}: ${number} ${message}`));
