import { existsSync } from 'node:fs';
import { relative } from 'node:path';
import type { StackDescription } from './control-client.js';
import type { StackEndpoints } from './endpoints.js';
import { stackPaths } from './stack-paths.js';

/** A table for people. */
export function statusTable({ components, dir, pid, phase }: StackDescription): string {
  const header = ['component', 'state', 'address', 'version', 'pid', 'log'];
  const rows = components.map(({ name, replica, state, address, version, pid: own, log }) => [
    replica === 1 ? name : `${name} ${replica}`,
    state,
    address,
    version,
    own === undefined ? '-' : String(own),
    relative(process.cwd(), log),
  ]);
  const widths = header.map((title, column) =>
    Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0)),
  );
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd();
  const problems = components.flatMap(({ name, problem }) =>
    problem === undefined ? [] : [`${name}: ${problem}`],
  );
  return [
    line(header),
    ...rows.map(line),
    ...problems,
    `supervisor: pid ${pid}, ${phase}; secrets: ${relative(process.cwd(), stackPaths(dir).stateFile)}`,
  ].join('\n');
}

/** Commands that connect well-known clients; passwords stay in stack.json. */
export function clientHints({ source, warehouse, kafka, s3 }: StackEndpoints): string {
  return [
    `source     sqlcmd -S ${source.host},${source.port} -U ${source.user} -d ${source.database} -C    (password: secrets.source)`,
    `warehouse  psql -h ${warehouse.host} -p ${warehouse.port} -U ${warehouse.user} ${warehouse.database}    (password: secrets.warehouse)`,
    `kafka      bootstrap servers ${kafka.brokers.join(',')}`,
    `s3         aws s3 ls --endpoint-url ${s3.endpoint} s3://${s3.bucket}    (keys: secrets.s3AccessKey, secrets.s3SecretKey)`,
  ].join('\n');
}

/**
 * All that a script needs to connect, but no secret: each password is named by the file and the field that hold it, so
 * that this output may be logged.
 */
export function statusJson(description: StackDescription): object {
  const { endpoints, dir } = description;
  const file = stackPaths(dir).stateFile;
  const secret = (field: string): object => ({ file, field: `secrets.${field}` });
  const { accessKeyId: _id, secretAccessKey: _key, ...s3 } = endpoints.s3;
  const { url: _url, ...postgres } = endpoints.postgres;
  return {
    running: true,
    ...description,
    endpoints: {
      ...endpoints,
      postgres: { ...postgres, password: secret('postgres') },
      s3: { ...s3, accessKeyId: secret('s3AccessKey'), secretAccessKey: secret('s3SecretKey') },
      source: { ...endpoints.source, password: secret('source') },
      warehouse: { ...endpoints.warehouse, password: secret('warehouse') },
    },
  };
}

/** For a stack that does not run. */
export function stoppedReport(dir: string): string {
  const known = existsSync(stackPaths(dir).dataDir) ? '; its data is kept' : '';
  return `no stack runs in ${dir}${known}. Start it with npm run stack:up.`;
}
