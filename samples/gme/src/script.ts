import { readFile } from 'node:fs/promises';
import type { ConnectionPool } from 'mssql';

/** Splits a script at its GO lines, as sqlcmd does. */
export function batchesOf(script: string): string[] {
  return script
    .split(/^[ \t]*go[ \t]*\r?$/im)
    .map((batch) => batch.trim())
    .filter((batch) => batch.replace(/--.*$/gm, '').trim() !== '');
}

/** The sample's own scripts, as they lie beside its package.json. */
export function readScript(name: 'schema.sql' | 'drop.sql'): Promise<string> {
  return readFile(new URL(`../${name}`, import.meta.url), 'utf8');
}

/** Runs a GO-separated script batch by batch. */
export async function runScript(pool: ConnectionPool, script: string): Promise<void> {
  for (const batch of batchesOf(script)) await pool.request().batch(batch);
}

/** Creates the sample's tables and switches change tracking on. @throws the server's error if a table is already there. */
export async function createSample(pool: ConnectionPool): Promise<void> {
  await runScript(pool, await readScript('schema.sql'));
}

/** Drops the sample's tables, those that exist. */
export async function dropSample(pool: ConnectionPool): Promise<void> {
  await runScript(pool, await readScript('drop.sql'));
}
