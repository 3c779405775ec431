import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, expect, it } from 'vitest';

const MAIN = fileURLToPath(new URL('./main.mjs', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'sextant-crash-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it.runIf(process.platform === 'linux')(
  'answers like one that was never disturbed, and leaves no files, after kill -9 at a clone, an index build and a migration (row 13)',
  { timeout: 300_000 },
  async () => {
    const file = join(folder, 'crash.json');
    const run = promisify(execFile)(process.execPath, [MAIN, 'crash', '--tiny', '--seed', '7', '--json', file]);
    await run.catch(({ stdout, stderr }) => expect.fail(`${stderr}\n${stdout}`));
    const report = JSON.parse(readFileSync(file, 'utf8')) as {
      benches: { rows: { measure: string; value: number; unit: string; met?: boolean }[]; notes: string[]; error?: string }[];
    };
    const [bench] = report.benches;
    expect(bench?.error).toBeUndefined();
    const missed = bench?.rows.filter((row) => row.met === false).map((row) => row.measure);
    expect(missed, bench?.notes.join('\n')).toEqual([]);
    expect(bench?.rows.filter((row) => row.measure.startsWith('kills during')).reduce((sum, row) => sum + row.value, 0)).toBe(3);
  },
);
