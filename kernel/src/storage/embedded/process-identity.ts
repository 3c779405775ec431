import { readFileSync } from 'node:fs';

/**
 * When a process began, in clock ticks since boot; undefined where the system does not tell or the process is gone.
 * A pid alone is used again after a while; with its start it names one process.
 */
export function startTicks(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    // The second field is the program's name in parentheses, and may itself hold spaces and parentheses.
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
  } catch {
    return undefined;
  }
}

export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** True when the process that had this pid and start is still there. Without a start, any process of the pid counts. */
export function isSameProcess(pid: number, ticks: string | undefined): boolean {
  if (!isRunning(pid)) return false;
  const now = startTicks(pid);
  return ticks === undefined || now === undefined || now === ticks;
}
