import { readFileSync } from 'node:fs';

/** What the system tells of a process; undefined when there is none, or the system does not tell. */
function statOf(pid: number): { readonly state: string; readonly startTime: string } | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return { state: fields[0] ?? '', startTime: fields[19] ?? '' };
  } catch {
    return undefined;
  }
}

/** When a process started, in the kernel's ticks: with the pid it names one process for good. Empty where the system does not tell. */
const startTimeOf = (pid: number): string => statOf(pid)?.startTime ?? '';

function isAlive(pid: number, startTime: string): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false;
  }
  const stat = statOf(pid);
  // A zombie answers signals until somebody reaps it, which in a container may be never.
  if (stat?.state === 'Z' || stat?.state === 'X') return false;
  return startTime === '' || stat === undefined || stat.startTime === startTime;
}

/** `<pid>-<start time>`: how locks and temporary folders say whose they are. */
export const ownIdentity = (): string => `${process.pid}-${startTimeOf(process.pid)}`;

export function identityAlive(identity: string): boolean {
  const match = /^(\d+)-(\d*)$/.exec(identity);
  return match !== null && isAlive(Number(match[1]), match[2]!);
}
