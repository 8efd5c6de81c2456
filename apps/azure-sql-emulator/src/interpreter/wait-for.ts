import type { StatementOf } from '../language/ast.js';
import { SqlError } from '../language/errors.js';
import { nvarchar } from '../language/types.js';
import { plainText } from '../storage/value-codec.js';
import type { BatchRunner } from './batch-runner.js';
import { Cancelled } from './runtime.js';

const DAY_MS = 86_400_000;
const LOOK_UP_MS = 50;

/** WAITFOR DELAY and WAITFOR TIME; a cancelled request waits no longer. */
export const waitFor = async (runner: BatchRunner, statement: StatementOf<'waitfor'>): Promise<void> => {
  const { runtime, queries, sink } = runner;
  const { value } = await queries.evaluate(statement.delay, nvarchar(40));
  const text = plainText(value).trim();
  const match = /^(\d{1,2}):(\d{1,2})(?::(\d{1,2})(?:\.(\d{1,3}))?)?$/.exec(text);
  if (!match)
    throw new SqlError(
      148,
      `Incorrect time syntax in time string '${text}' used with WAITFOR.`,
      statement.line,
      15,
    );
  const [, h, m, s = '0', f = '0'] = match;
  let wait = ((Number(h) * 60 + Number(m)) * 60 + Number(s)) * 1000 + Number(f.padEnd(3, '0'));
  if (statement.until) wait = (wait - (Date.now() % DAY_MS) + DAY_MS) % DAY_MS;
  const until = Date.now() + wait;
  while (Date.now() < until) {
    if (runtime.cancelled) throw new Cancelled();
    await new Promise((resolve) => setTimeout(resolve, Math.min(LOOK_UP_MS, until - Date.now())));
  }
  runtime.done(sink, 'other');
};
