import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { isRunning, isTaken } from './process-identity.js';

/** What a server writes about itself into its cluster's folder. */
export interface PostmasterFile {
  readonly pid: number;
  readonly port: number;
  readonly socketFolder: string;
  readonly ready: boolean;
}

export function readPostmasterFile(cluster: string): PostmasterFile | undefined {
  let lines: string[];
  try {
    lines = readFileSync(join(cluster, 'postmaster.pid'), 'utf8').split('\n');
  } catch {
    return undefined;
  }
  const pid = Number(lines[0]);
  if (!Number.isInteger(pid) || pid <= 0) return undefined;
  return { pid, port: Number(lines[3]), socketFolder: lines[4]?.trim() ?? '', ready: lines[7]?.trim() === 'ready' };
}

/** The arguments a process was started with; empty for one that is gone, undefined where the system does not tell. */
function commandLine(pid: number): readonly string[] | undefined {
  try {
    if (process.platform === 'linux') return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').filter(Boolean);
    return execFileSync('ps', ['-o', 'command=', '-p', String(pid)], { encoding: 'utf8' })
      .trim()
      .split(' ');
  } catch (error) {
    return isRunning(pid) || (error as NodeJS.ErrnoException).code !== 'ENOENT' ? undefined : [];
  }
}

/** What a pid is to a cluster: its server, another program, or something that we cannot tell and therefore leave alone. */
function roleOf(pid: number, cluster: string): 'server' | 'stranger' | 'unknown' {
  if (!isRunning(pid)) return 'stranger';
  const command = commandLine(pid);
  if (command === undefined) return 'unknown';
  if (basename(command[0] ?? '') !== 'postgres') return 'stranger';
  return command.includes(cluster) ? 'server' : 'unknown';
}

/** The server that now works in this cluster, if there is one. */
export function runningServer(cluster: string): PostmasterFile | undefined {
  const file = readPostmasterFile(cluster);
  return file !== undefined && roleOf(file.pid, cluster) === 'server' ? file : undefined;
}

/**
 * Ends a server whose starter died, and lets the next one past the file of it. The caller holds the lock of the cluster, so nobody else can be using it.
 * @param timeout milliseconds to wait after each of three signals, from a quick stop to a hard one
 * @returns the pid of the server that was stopped
 */
export async function stopOrphan(cluster: string, timeout: number): Promise<number | undefined> {
  const file = readPostmasterFile(cluster);
  if (file === undefined) return undefined;
  const orphaned = roleOf(file.pid, cluster) === 'server';
  if (orphaned) await end(file.pid, cluster, timeout);
  // One that was asked to stop takes its file along.
  const left = readPostmasterFile(cluster);
  if (left?.pid === file.pid && isTaken(file.pid) && roleOf(file.pid, cluster) === 'stranger') adopt(cluster);
  return orphaned ? file.pid : undefined;
}

async function end(pid: number, cluster: string, timeout: number): Promise<void> {
  for (const signal of ['SIGINT', 'SIGQUIT', 'SIGKILL'] as const) {
    try {
      process.kill(pid, signal);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ESRCH') return;
      throw error;
    }
    const deadline = performance.now() + timeout;
    while (performance.now() < deadline) {
      if (roleOf(pid, cluster) !== 'server') return;
      await wait(10);
    }
  }
}

/**
 * Puts our pid in place of one that is not the server's any more: it was given to another program, or nobody has noticed yet that it ended. The next server would
 * take its holder for its predecessor and refuse to start, but never its own parent. The rest of the file stays, by which it sees whether children of the
 * dead one still hold the memory.
 */
function adopt(cluster: string): void {
  const path = join(cluster, 'postmaster.pid');
  const [, ...rest] = readFileSync(path, 'utf8').split('\n');
  // In place, as the file belongs to the server's account.
  writeFileSync(path, [process.pid, ...rest].join('\n'));
}
