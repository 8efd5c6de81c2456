import { RedshiftError } from '../errors.js';
import type { CopyStatement } from '../language/copy-statement.js';
import { quoteIdentifier, quoteLiteral } from '../language/lexer.js';
import { commandComplete, errorResponse } from '../protocol/messages.js';
import type { CopyIn } from '../session/backend-answers.js';
import type { TransferContext } from '../session/transfer-context.js';
import { recordFailure, recordRejected, historyOf } from './load-history.js';
import { LoadRun, TooManyErrors } from './load-run.js';
import { loadFiles, type LoadFile } from './load-source.js';
import { loadFile } from './load-file.js';
import { openTarget, type TargetTable } from './target-table.js';

/** Files read at the same time. */
const PARALLEL_FILES = 4;

/** Runs a COPY within the transaction that is open, and tells the client of its success. */
export async function runCopy(statement: CopyStatement, context: TransferContext): Promise<void> {
  const { backend, client, session, lastLoads, signal } = context;
  const started = new Date();
  const { storage, stores } = session.server;
  const bucket = stores.open(statement.credential, statement.options.region);
  const target = await openTarget(statement, backend);
  const files = await loadFiles(statement, bucket, signal);
  const id = await storage.nextQueryId();
  // From here on the load phase has begun: its id is to be seen even if the data fail.
  const copyIn = statement.options.noLoad ? undefined : await openCopyIn(target, context);
  const run = new LoadRun(target.columns, statement.options, copyIn, signal);
  const load = {
    id,
    statement,
    target,
    run,
    session,
    started,
    bucket,
    temporaryDirectory: session.server.temporaryDirectory,
  };
  try {
    await loadAll(files, (file) => loadFile(file, load));
    await finish(copyIn);
  } catch (error) {
    await copyIn?.abort('the load failed');
    lastLoads.later({ last_copy_id: id, last_copy_count: 0, last_query_id: id });
    await recordRejected(load);
    await recordFailure(load, error instanceof Error ? error.message : String(error));
    throw error instanceof TooManyErrors ? loadFailed(target) : error;
  }
  await recordRejected(load);
  await backend.run(
    `select redshift_emulator.record_load(${quoteLiteral(JSON.stringify(historyOf(load, 'completed')))})`,
  );
  await lastLoads.set({ last_copy_id: id, last_copy_count: run.rows, last_query_id: id });
  for (const message of messages(target, run)) {
    client.write(errorResponse({ severity: 'INFO', code: '00000', message }, 'N'));
  }
  client.write(commandComplete('COPY'));
}

function loadFailed(target: TargetTable): RedshiftError {
  return new RedshiftError(
    'XX000',
    `Load into table '${target.name}' failed.  Check 'stl_load_errors' system table for details.`,
    { hint: "On serverless, check 'sys_load_error_detail'." },
  );
}

function messages(target: TargetTable, run: LoadRun): string[] {
  if (run.options.noLoad)
    return [`Load into table '${target.name}' was not done (NOLOAD): ${run.rows} record(s) are valid.`];
  const done = `Load into table '${target.name}' completed, ${run.rows} record(s) loaded successfully.`;
  if (run.rejected.length === 0) return [done];
  return [
    `Load into table '${target.name}' completed, ${run.rejected.length} record(s) could not be loaded.  Check 'stl_load_errors' system table for details.`,
    done,
  ];
}

async function openCopyIn(target: TargetTable, { backend }: TransferContext): Promise<CopyIn> {
  const columns = target.columns.map(({ name }) => quoteIdentifier(name)).join(', ');
  return backend.copyIn(`copy ${target.sql} (${columns}) from stdin`);
}

/** Every value was checked before: what PostgreSQL still refuses is a limit of the table as a whole. */
async function finish(copyIn: CopyIn | undefined): Promise<void> {
  const outcome = await copyIn?.finish();
  if (outcome?.error === undefined) return;
  const { code, message, detail } = outcome.error;
  throw new RedshiftError(code, message, detail === undefined ? {} : { detail });
}

/** Some files at a time; the first failure stops the rest. */
async function loadAll(files: readonly LoadFile[], load: (file: LoadFile) => Promise<void>): Promise<void> {
  const queue = [...files];
  let failed = false;
  const worker = async (): Promise<void> => {
    for (let file = queue.shift(); file !== undefined && !failed; file = queue.shift()) {
      try {
        await load(file);
      } catch (error) {
        failed = true;
        throw error;
      }
    }
  };
  const settled = await Promise.allSettled(Array.from({ length: PARALLEL_FILES }, worker));
  const failure = settled.find((result) => result.status === 'rejected');
  if (failure !== undefined) throw failure.reason;
}
