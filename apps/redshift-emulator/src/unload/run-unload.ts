import { RedshiftError } from '../errors.js';
import { withComputedTypes } from '../decimals/computed-types.js';
import { rewrite } from '../language/expressions.js';
import { lateralAliases } from '../language/lateral-aliases.js';
import { quoteLiteral, render, tokenize, type Token } from '../language/lexer.js';
import { refuseForeignSyntax } from '../language/refusals.js';
import { tablesIn } from '../language/tables-in.js';
import type { UnloadStatement } from '../language/unload-statement.js';
import { commandComplete, errorResponse } from '../protocol/messages.js';
import { parseS3Url } from '../s3/bucket.js';
import type { Backend } from '../session/backend.js';
import { askUnseen, resolveQuery } from '../session/decimal-resolution.js';
import { resolveLateral, unknownColumnOf } from '../session/lateral-resolution.js';
import { checkSnapshot } from '../session/special-statements.js';
import type { SessionContext } from '../session/session-context.js';
import type { TransferContext } from '../session/transfer-context.js';
import { backendFailure } from './backend-failure.js';
import { unloadColumns } from './unload-columns.js';
import { unloadParts } from './unload-parts.js';
import { unloadParquet } from './unload-parquet.js';
import { UnloadTarget } from './unload-target.js';
import { unloadText } from './unload-text.js';

/** Runs an UNLOAD within the transaction that is open, and tells the client of its success. */
export async function runUnload(statement: UnloadStatement, context: TransferContext): Promise<void> {
  const { backend, client, session, lastLoads, signal } = context;
  const { options } = statement;
  const started = new Date();
  const written = await unloadQuery(statement.query, backend);
  const names = await session.server.storage.numericNames();
  const resolved = await resolveQuery(written, (sql) => askUnseen(backend, sql), names);
  const query = withComputedTypes(resolved.sql, resolved.columns);
  const bucket = session.server.stores.open(statement.credential, options.region);
  const tables = tablesIn(tokenize(statement.query));
  const checked = tables.length === 0 ? undefined : await backend.run(checkSnapshot(tables));
  if (checked?.error !== undefined) throw backendFailure(checked.error);
  const described = await backend.run(`select * from (${query}) as unloaded limit 0`);
  if (described.error !== undefined) throw backendFailure(described.error);
  const columns = unloadColumns(described.columns);
  const target = new UnloadTarget(bucket, parseS3Url(statement.target), options, signal);
  await target.prepare();
  const id = await session.server.storage.nextQueryId();
  const unload = options.format === 'parquet' ? unloadParquet : unloadText;
  const work = { backend, temporaryDirectory: session.server.temporaryDirectory };
  // Timestamps with zone are unloaded in UTC whatever the session's zone.
  const zone = (await backend.run('show timezone')).rows[0]?.[0] ?? 'UTC';
  await backend.run("set local timezone to 'UTC'");
  let rows = 0;
  for (const part of await unloadParts(query, columns, options, backend)) {
    await target.enter(part.folder);
    rows += await unload(part.query, part.columns, options, target, work);
  }
  await backend.run(`set local timezone to ${quoteLiteral(zone)}`);
  if (options.manifest) await target.writeManifest(columns);
  const record = recordOf(target, id, started, options.format, session);
  await backend.run(`select redshift_emulator.record_unload(${quoteLiteral(JSON.stringify(record))})`);
  await lastLoads.set({ last_unload_id: id, last_unload_count: rows, last_query_id: id });
  const message = `UNLOAD completed, ${rows} record(s) unloaded successfully.`;
  client.write(errorResponse({ severity: 'INFO', code: '00000', message }, 'N'));
  client.write(commandComplete('UNLOAD'));
}

/** The files as `redshift_emulator.record_unload` takes them. */
function recordOf(
  target: UnloadTarget,
  id: number,
  started: Date,
  format: string,
  session: SessionContext,
): object[] {
  return target.files.map((file) => ({
    query: id,
    userid: session.userId,
    session: session.pid,
    start_time: started,
    end_time: new Date(),
    path: file.url,
    line_count: file.rows,
    transfer_size: file.bytes,
    file_format: format,
  }));
}

/** The query for PostgreSQL. @throws RedshiftError for what UNLOAD does not take */
async function unloadQuery(text: string, backend: Backend): Promise<string> {
  const tokens = tokenize(text.trim().replace(/;\s*$/, ''));
  const first = tokens.find(({ kind }) => kind !== 'blank');
  if (first?.kind !== 'word' && first?.value !== '(')
    throw new RedshiftError('42601', 'UNLOAD needs a SELECT');
  if (first.kind === 'word' && !['select', 'with'].includes(first.value)) {
    throw new RedshiftError('42601', `UNLOAD needs a SELECT, not ${first.value.toUpperCase()}`);
  }
  if (hasOuterLimit(tokens)) {
    throw new RedshiftError('0A000', 'LIMIT clause is not supported in the outermost SELECT of UNLOAD');
  }
  refuseForeignSyntax(tokens);
  const lateral = lateralAliases(tokens);
  if (lateral === undefined) return render(rewrite(tokens));
  const sql = (groups: ReadonlySet<number>): string => render(rewrite(lateral.substitute(groups)));
  return resolveLateral({ aliases: lateral.aliases, probe: sql, plan: sql }, (query) =>
    unknownColumnOf(query, backend),
  );
}

function hasOuterLimit(tokens: readonly Token[]): boolean {
  let depth = 0;
  for (const { kind, value } of tokens) {
    if (kind === 'symbol' && value === '(') depth += 1;
    else if (kind === 'symbol' && value === ')') depth -= 1;
    else if (depth === 0 && kind === 'word' && value === 'limit') return true;
  }
  return false;
}
