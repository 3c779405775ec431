import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { quietly } from '../harness/descendants.mjs';

/**
 * A program run to its end.
 * @param {string} program @param {string[]} args
 * @param {{cwd?: string, env?: Record<string, string>, quiet?: number[]}} options `quiet`: codes beside 0 that are no failure
 * @returns {Promise<{text: string, milliseconds: number, cpuSeconds: number, peak: number}>} `cpuSeconds` (user and system) and
 *   `peak` (bytes resident) are 0 where the machine does not tell; both are of its last look, 50 ms at most before the end
 */
export function ran(program, args, { cwd, env, quiet = [] } = {}) {
  return new Promise((resolve, reject) => {
    const begun = performance.now();
    const child = spawn(program, args, { cwd, env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
    const used = { cpuSeconds: 0, peak: 0 };
    const watch = setInterval(() => quietly(() => look(child.pid, used)), 50);
    const out = [];
    let errors = '';
    child.stdout.on('data', (chunk) => out.push(chunk));
    child.stderr.on('data', (chunk) => {
      errors = (errors + chunk).slice(-2000);
    });
    child.once('error', reject);
    child.once('close', (code) => {
      clearInterval(watch);
      if (code !== 0 && !quiet.includes(code)) reject(new Error(`${program} ended with ${code}: ${errors}`));
      else resolve({ text: Buffer.concat(out).toString('latin1'), milliseconds: performance.now() - begun, ...used });
    });
  });
}

function look(pid, used) {
  const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  used.cpuSeconds = (Number(fields[11]) + Number(fields[12])) / 100;
  used.peak = Number(/^VmHWM:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))?.[1] ?? 0) * 1024;
}
