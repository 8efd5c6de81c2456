import { spawn, type ChildProcess } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Writable } from 'node:stream';

/** Takes the process or directory out of the reaper's care; call it once the thing has ended. */
export interface Guard {
  release(): void;
}

/** The reaper deletes no directory that does not carry this file. */
const EPHEMERAL_MARKER = '.thalamus-ephemeral';

/**
 * Reads `add <pid> <signal>`, `del <pid>`, `dir <path>` and `undir <path>`; when the pipe closes, because this
 * process ended in whatever way, it ends what is left: the signal to each leader, then KILL to each group.
 */
const REAPER_SCRIPT = `
list=""; dirs=""
nl='
'
while IFS= read -r line; do
  case $line in
    add\\ *) list="$list$nl\${line#add }" ;;
    del\\ *) kept=""; IFS=$nl
      for entry in $list; do case $entry in "\${line#del } "*) ;; *) kept="$kept$nl$entry" ;; esac; done
      unset IFS; list=$kept ;;
    dir\\ *) dirs="$dirs$nl\${line#dir }" ;;
    undir\\ *) kept=""; IFS=$nl
      for entry in $dirs; do [ "$entry" = "\${line#undir }" ] || kept="$kept$nl$entry"; done
      unset IFS; dirs=$kept ;;
  esac
done
IFS=$nl
for entry in $list; do kill -"\${entry#* }" "\${entry%% *}" 2>/dev/null; done
turns=0
while [ $turns -lt 60 ]; do
  left=""
  for entry in $list; do kill -0 "\${entry%% *}" 2>/dev/null && left=yes; done
  [ -z "$left" ] && break
  turns=$((turns + 1)); sleep 0.1
done
for entry in $list; do kill -KILL -"\${entry%% *}" 2>/dev/null; kill -KILL "\${entry%% *}" 2>/dev/null; done
for entry in $dirs; do [ -f "$entry/${EPHEMERAL_MARKER}" ] && rm -rf -- "$entry"; done
exit 0
`;

interface Reaper {
  readonly process: ChildProcess;
  readonly stdin: Writable & { unref?(): void };
  entries: number;
}

let current: Reaper | undefined;

function reaper(): Reaper {
  if (current !== undefined) return current;
  const child = spawn('/bin/sh', ['-c', REAPER_SCRIPT], {
    // A session of its own: neither Ctrl-C nor a signal to our group may end it before its work is done.
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
    cwd: '/',
  });
  const stdin: Reaper['stdin'] = child.stdin;
  const made: Reaper = { process: child, stdin, entries: 0 };
  const gone = (): void => {
    if (current === made) current = undefined;
  };
  child.once('error', gone);
  child.once('exit', gone);
  // EPIPE only says that the reaper has gone, which `exit` reports as well.
  stdin.on('error', gone);
  child.unref();
  stdin.unref?.();
  current = made;
  return made;
}

function enlist(add: string, remove: string, onRelease: () => void): Guard {
  const keeper = reaper();
  keeper.entries += 1;
  keeper.stdin.write(`${add}\n`);
  let released = false;
  return {
    release() {
      if (released) return;
      released = true;
      onRelease();
      keeper.entries -= 1;
      if (!keeper.stdin.destroyed) keeper.stdin.write(`${remove}\n`);
      if (keeper.entries > 0) return;
      if (current === keeper) current = undefined;
      keeper.stdin.end();
    },
  };
}

/**
 * Makes sure that a process does not outlive this one, however this one ends (`kill -9` included).
 * Start the process with `detached: true`, so that its pid is its group's too and the whole group can be ended.
 *
 * @param signal first signal; what still runs 6 s later is killed
 */
export function guardProcess(pid: number, signal: 'TERM' | 'INT' | 'KILL' = 'TERM'): Guard {
  return enlist(`add ${pid} ${signal}`, `del ${pid}`, () => undefined);
}

/** Marks a directory as temporary and has it removed when this process ends without having released it. */
export function guardDirectory(directory: string): Guard {
  const marker = join(directory, EPHEMERAL_MARKER);
  writeFileSync(marker, '');
  return enlist(`dir ${directory}`, `undir ${directory}`, () => rmSync(marker, { force: true }));
}
