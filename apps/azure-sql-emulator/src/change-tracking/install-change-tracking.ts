import { readFile } from 'node:fs/promises';

/** In the order of their dependence. */
const FILES = ['1-state', '2-versions', '3-triggers', '4-changetable', '5-switches', '6-cleanup'];

/** The same distance from the sources and from the build. */
const DIRECTORY = new URL('../../sql/change-tracking/', import.meta.url);

/** Runs a string of several statements by the simple query protocol, as one transaction. */
export type SqlExecutor = (sql: string) => Promise<unknown>;

/**
 * Installs schema `ct` into the database that `execute` is connected to. Safe to run again: state is kept, functions
 * are replaced. Needs a superuser, for the event triggers.
 */
export async function installChangeTracking(execute: SqlExecutor): Promise<void> {
  for (const name of FILES) await execute(await readFile(new URL(`${name}.sql`, DIRECTORY), 'utf8'));
}
