import { readdirSync, readFileSync } from 'node:fs';

export interface OwnProcess {
  readonly cmdline: string;
  readonly environ: string;
}

/** The processes below this one, as anybody on the machine sees their arguments. Of Linux. For tests. */
export function ownProcesses(): readonly OwnProcess[] {
  const parents = new Map<string, string>();
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    // The name in brackets may hold blanks and brackets itself.
    const parent = / \S (\d+) /.exec(read(`/proc/${pid}/stat`).replace(/^.*\)/s, ''))?.[1];
    if (parent !== undefined) parents.set(pid, parent);
  }
  const isOwn = (pid: string | undefined): boolean => pid !== undefined && (pid === String(process.pid) || isOwn(parents.get(pid)));
  return [...parents]
    .filter(([, parent]) => isOwn(parent))
    .map(([pid]) => ({ cmdline: read(`/proc/${pid}/cmdline`), environ: read(`/proc/${pid}/environ`) }));
}

function read(path: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return ''; // It ended in between.
  }
}
