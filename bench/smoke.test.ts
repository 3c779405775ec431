import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const MAIN = fileURLToPath(new URL('./main.mjs', import.meta.url));
const run = promisify(execFile);
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'sextant-bench-smoke-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Row {
  readonly measure: string;
  readonly value: number;
  readonly unit: string;
}

// Figures are not asserted: the machine of a test is busy with other tests.
describe('the benches', () => {
  it.each(['start', 'kernel', 'graphql', 'search', 'jobs', 'remote', 'hosts', 'permissions'])(
    'measure something of %s',
    { timeout: 120_000 },
    async (name) => {
      const file = join(folder, `${name}.json`);
      const { stdout } = await run(process.execPath, [MAIN, name, '--tiny', '--json', file]);
      const report = JSON.parse(readFileSync(file, 'utf8')) as { benches: { rows: Row[]; error?: string }[] };
      expect(report.benches).toHaveLength(1);
      expect(report.benches[0]?.error).toBeUndefined();
      expect(report.benches[0]?.rows.length).toBeGreaterThan(1);
      for (const row of report.benches[0]?.rows ?? []) {
        expect(row.value, row.measure).toEqual(expect.any(Number));
        expect(Number.isFinite(row.value), row.measure).toBe(true);
        expect(stdout).toContain(row.measure.trim());
      }
    },
  );

  it('refuse a name that is none', async () => {
    await expect(run(process.execPath, [MAIN, 'nonsense'])).rejects.toMatchObject({ code: 2 });
  });
});
