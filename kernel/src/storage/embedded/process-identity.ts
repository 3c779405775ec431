import { readFileSync } from 'node:fs';

/** The fields of a process behind its name, from its state on; undefined where the system has no /proc or the process is gone. */
function statFields(pid: number): string[] | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    // The second field is the program's name in parentheses, and may itself hold spaces and parentheses.
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  } catch {
    return undefined;
  }
}

/**
 * When a process began, in clock ticks since boot; undefined where the system does not tell or the process is gone.
 * A pid alone is used again after a while; with its start it names one process.
 */
export const startTicks = (pid: number): string | undefined => statFields(pid)?.[19];

/** True while the pid cannot be given to another process: also of one that has ended and waits for its parent to notice, as in a container without an init. */
export function isTaken(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** True for a process that still runs, and not for one that has ended, noticed or not. */
export const isRunning = (pid: number): boolean => isTaken(pid) && !['Z', 'X'].includes(statFields(pid)?.[0] ?? '');

/** True when the process that had this pid and start is still there. Without a start, any process of the pid counts. */
export function isSameProcess(pid: number, ticks: string | undefined): boolean {
  if (!isRunning(pid)) return false;
  const now = startTicks(pid);
  return ticks === undefined || now === undefined || now === ticks;
}
