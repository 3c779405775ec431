import { execFileSync } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { isRunning } from './process-identity.js';

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
 * Ends a server whose starter died, and clears the file of one that is gone. The caller holds the lock of the cluster, so nobody else can be using it.
 * @param timeout milliseconds to wait after each of three signals, from a quick stop to a hard one
 * @returns the pid of the server that was stopped
 */
export async function stopOrphan(cluster: string, timeout: number): Promise<number | undefined> {
  const file = readPostmasterFile(cluster);
  if (file === undefined || !isRunning(file.pid)) return undefined; // The next server judges a dead one's file itself, shared memory included.
  const role = roleOf(file.pid, cluster);
  // The pid was given to another program since. A server would take that program for its predecessor and refuse to start.
  if (role === 'stranger') rmSync(join(cluster, 'postmaster.pid'), { force: true });
  if (role !== 'server') return undefined;
  for (const signal of ['SIGINT', 'SIGQUIT', 'SIGKILL'] as const) {
    process.kill(file.pid, signal);
    const deadline = performance.now() + timeout;
    while (performance.now() < deadline) {
      if (roleOf(file.pid, cluster) !== 'server') return file.pid;
      await wait(10);
    }
  }
  return file.pid;
}
