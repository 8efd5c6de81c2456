import { readdirSync, readFileSync } from 'node:fs';

/** Clock ticks of /proc in a second: 100 on every Linux that Node supports. */
const ticksPerSecond = 100;

export interface Usage {
  readonly cpuSeconds: number;
  /** Peak resident memory of the process and its children, added up. */
  readonly peakBytes: number;
}

interface Process {
  readonly pid: number;
  readonly parent: number;
  readonly cpuSeconds: number;
}

/** Usage of a process and its descendants so far, those that have ended included, from /proc. */
export function usageOf(pid: number): Usage {
  const all = processes();
  const family = new Set([pid]);
  // Parents come before children only by luck: repeat until nothing is added.
  for (let size = 0; size !== family.size;) {
    size = family.size;
    for (const each of all) if (family.has(each.parent)) family.add(each.pid);
  }
  const members = all.filter((each) => family.has(each.pid));
  return {
    cpuSeconds: members.reduce((sum, each) => sum + each.cpuSeconds, 0),
    peakBytes: members.reduce((sum, each) => sum + peakBytes(each.pid), 0),
  };
}

export function minus(after: Usage, before: Usage): Usage {
  return { cpuSeconds: after.cpuSeconds - before.cpuSeconds, peakBytes: after.peakBytes };
}

function processes(): Process[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      const stat = readOrNothing(`/proc/${name}/stat`);
      if (stat === undefined) return [];
      // The command name, in brackets, may hold blanks and brackets of its own.
      const fields = stat
        .slice(stat.lastIndexOf(')') + 2)
        .split(' ')
        .map(Number);
      // Its own time, and that of children it has waited for: PostgreSQL's backends come and go.
      const ticks = fields.slice(11, 15).reduce((sum, each) => sum + each, 0);
      return [{ pid: Number(name), parent: fields[1] ?? 0, cpuSeconds: ticks / ticksPerSecond }];
    });
}

function peakBytes(pid: number): number {
  const kilobytes = /^VmHWM:\s+(\d+) kB/m.exec(readOrNothing(`/proc/${pid}/status`) ?? '')?.[1];
  return Number(kilobytes ?? 0) * 1024;
}

function readOrNothing(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined; // the process ended between listing and reading
  }
}
