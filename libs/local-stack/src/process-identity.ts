import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/**
 * A process as something that can be written down: its id and when it started, so that a later process of the same id
 * is not taken for it. Undefined when there is none, or only its remains that nobody has collected.
 */
export function processIdentity(pid: number): string | undefined {
  const started = process.platform === 'linux' ? startedOnLinux(pid) : startedElsewhere(pid);
  return started === undefined ? undefined : `${pid} ${started}`;
}

/** The process an identity speaks of. */
export function pidOf(identity: string): number {
  return Number.parseInt(identity, 10);
}

/** Whether the very process lives. */
export function isRunning(identity: string): boolean {
  const now = processIdentity(pidOf(identity));
  return now !== undefined && now === identity;
}

/** proc(5): the name, second field, stands in parentheses and may hold anything; state is field 3, start field 22. */
function startedOnLinux(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields[0] === 'Z' || fields[0] === 'X' ? undefined : fields[19];
  } catch {
    // No such process.
    return undefined;
  }
}

function startedElsewhere(pid: number): string | undefined {
  try {
    const line = execFileSync('ps', ['-o', 'stat=,lstart=', '-p', String(pid)], { encoding: 'utf8' }).trim();
    return line.startsWith('Z') ? undefined : line.replace(/^\S+\s+/, '');
  } catch {
    // ps ends with 1 when there is no such process.
    return undefined;
  }
}
