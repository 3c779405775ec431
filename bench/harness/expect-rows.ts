import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect } from 'vitest';

const run = promisify(execFile);

interface Row {
  readonly measure: string;
  readonly value: number;
  readonly unit: string;
}

/** `npm run bench` with these arguments. @throws as `execFile` does, with the exit code */
export const bench = (...args: readonly string[]): Promise<{ readonly stdout: string }> =>
  run(process.execPath, [fileURLToPath(new URL('../main.mjs', import.meta.url)), ...args]);

/** Runs a bench at its smallest, and expects rows of figures. Which ones is not asserted: the machine of a test is busy with other tests. */
export async function expectRows(name: string): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'sextant-bench-smoke-'));
  try {
    const file = join(folder, 'report.json');
    const { stdout } = await bench(name, '--tiny', '--json', file);
    const report = JSON.parse(readFileSync(file, 'utf8')) as { benches: { rows: Row[]; error?: string }[] };
    expect(report.benches).toHaveLength(1);
    expect(report.benches[0]?.error).toBeUndefined();
    expect(report.benches[0]?.rows.length).toBeGreaterThan(1);
    for (const row of report.benches[0]?.rows ?? []) {
      expect(row.value, row.measure).toEqual(expect.any(Number));
      expect(Number.isFinite(row.value), row.measure).toBe(true);
      expect(stdout).toContain(row.measure.trim());
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
