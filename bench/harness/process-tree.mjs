import { existsSync, readFileSync, readlinkSync } from 'node:fs';
import { descendants, quietly } from './descendants.mjs';

/** True where this machine tells what its processes use. */
export const canReadProcesses = existsSync('/proc/self/smaps_rollup');

/**
 * A process and all its descendants, with their memory in bytes. `pss` shares each page among those that map it, so its
 * sum is what the tree really occupies; `rss` counts PostgreSQL's shared buffers once a process.
 * @param {number} root
 * @returns {{pid: number, name: string, threads: number, rss: number, pss: number, anonymous: number, cpu: number}[]}
 */
export function processTree(root) {
  return descendants(root)
    .map(describe)
    .filter((process) => process !== undefined);
}

function describe(pid) {
  return quietly(() => {
    const rollup = readFileSync(`/proc/${pid}/smaps_rollup`, 'latin1');
    const kib = (name) => Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(rollup)?.[1] ?? 0) * 1024;
    const status = readFileSync(`/proc/${pid}/status`, 'latin1');
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const command = readFileSync(`/proc/${pid}/cmdline`, 'latin1').replaceAll('\0', ' ').trim();
    return {
      pid,
      name: command.startsWith('postgres:') ? command : (readlinkSync(`/proc/${pid}/exe`).split('/').pop() ?? ''),
      threads: Number(/^Threads:\s+(\d+)/m.exec(status)?.[1]),
      rss: kib('Rss'),
      pss: kib('Pss'),
      anonymous: kib('Anonymous'),
      /** Clock ticks spent. */
      cpu: Number(fields[11]) + Number(fields[12]),
    };
  });
}
