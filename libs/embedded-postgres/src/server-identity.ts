import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { EmbeddedPostgresError } from './embedded-postgres.errors.js';

/** The user a server process runs as, and the command that switches to it when Node's own switch is not enough. */
export interface ServerIdentity {
  /** Absent: as whoever runs this process. */
  readonly uid?: number;
  readonly gid?: number;
  /** Goes before the program and its arguments; empty when not needed. */
  readonly wrapper: readonly string[];
}

const SETPRIV_PATHS = ['/usr/bin/setpriv', '/bin/setpriv', '/usr/local/bin/setpriv'];

interface Account {
  readonly uid: number;
  readonly gid: number;
}

/** initdb looks its user's name up, so the account must exist. */
function accounts(): Map<string, Account> {
  const found = new Map<string, Account>();
  for (const line of readFileSync('/etc/passwd', 'utf8').split('\n')) {
    const [name, , uid, gid] = line.split(':');
    if (name !== undefined && Number(uid) > 0) found.set(name, { uid: Number(uid), gid: Number(gid) });
  }
  return found;
}

function chooseAccount(dataDir: string): Account {
  const known = accounts();
  if (existsSync(dataDir)) {
    const owner = statSync(dataDir).uid;
    const match = [...known.values()].find((account) => account.uid === owner);
    if (match !== undefined) return match;
  }
  const account = known.get('postgres') ?? known.get('nobody') ?? known.get('daemon');
  if (account !== undefined) return account;
  throw new EmbeddedPostgresError(
    'PostgreSQL does not run as root, and /etc/passwd has none of the accounts postgres, nobody and daemon to run it as. ' +
      'Add one (useradd --system postgres), or start this as an ordinary user.',
  );
}

/** Whether a user may walk through every directory above a path. */
function reaches(path: string, account: Account): boolean {
  for (let directory = dirname(path); ; directory = dirname(directory)) {
    const { mode, uid, gid } = statSync(directory);
    const bit = uid === account.uid ? 0o100 : gid === account.gid ? 0o010 : 0o001;
    if ((mode & bit) === 0) return false;
    if (directory === dirname(directory)) return true;
  }
}

/**
 * Decides who runs the server. PostgreSQL refuses root: then an unprivileged account does, and when that account
 * may not walk to the binaries or the data (a clone below /root), it is given the one capability to do so.
 * `no_setuid_fixup` makes access(2), by which PostgreSQL finds its own binary, respect that capability.
 */
export function serverIdentity(dataDir: string, nativeDir: string): ServerIdentity {
  if (process.getuid?.() !== 0) return { wrapper: [] };
  const account = chooseAccount(dataDir);
  const unreachable = [dataDir, `${nativeDir}/bin`].find((path) => !reaches(path, account));
  if (unreachable === undefined) return { ...account, wrapper: [] };
  const setpriv = SETPRIV_PATHS.find((path) => existsSync(path));
  if (setpriv === undefined) {
    throw new EmbeddedPostgresError(
      `PostgreSQL does not run as root, and the user it runs as instead (uid ${account.uid}) may not enter ${unreachable}. ` +
        'Install setpriv (package util-linux), or move the clone to a directory that others may enter, such as /srv or /opt.',
    );
  }
  const wrapper = [
    setpriv,
    `--reuid=${account.uid}`,
    `--regid=${account.gid}`,
    '--clear-groups',
    '--securebits=+no_setuid_fixup',
    '--inh-caps=+dac_read_search',
    '--ambient-caps=+dac_read_search',
    '--',
  ];
  return { ...account, wrapper };
}
