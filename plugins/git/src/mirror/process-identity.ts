import { readFileSync } from 'node:fs';

/** When a process started, in the kernel's ticks: with the pid it names one process for good. Empty where the system does not tell. */
export function startTimeOf(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
  } catch {
    return '';
  }
}

export function isAlive(pid: number, startTime: string): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
  return startTime === '' || startTimeOf(pid) === startTime;
}

/** `<pid>-<start time>`: how locks and temporary folders say whose they are. */
export const ownIdentity = (): string => `${process.pid}-${startTimeOf(process.pid)}`;

export function identityAlive(identity: string): boolean {
  const match = /^(\d+)-(\d*)$/.exec(identity);
  return match !== null && isAlive(Number(match[1]), match[2]!);
}
