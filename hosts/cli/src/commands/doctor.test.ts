import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { runProgram } from '../program.js';

interface Finding {
  readonly check: string;
  readonly status: string;
  readonly detail: string;
}

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sextant-doctor-'));
  vi.stubEnv('SEXTANT_DATA_DIR', undefined);
  vi.stubEnv('SEXTANT_ENDPOINT', undefined);
  // Nobody listens there; on the usual one somebody might.
  vi.stubEnv('SEXTANT_PORT', '9');
});
afterEach(() => {
  vi.restoreAllMocks();
  rmSync(folder, { recursive: true, force: true });
});

/** What it says of the data folder. */
async function dataFolder(...args: readonly string[]): Promise<Finding & { readonly code: number }> {
  let text = '';
  vi.spyOn(process.stdout, 'write').mockImplementation((chunk) => {
    text += String(chunk);
    return true;
  });
  const code = await runProgram(['--json', 'doctor', ...args]);
  vi.restoreAllMocks();
  const found = (JSON.parse(text) as Finding[]).find(({ check }) => check === 'data folder');
  return { ...(found as Finding), code };
}

describe('doctor', () => {
  it('says how much room a data folder has', async () => {
    expect(await dataFolder('--data-dir', folder)).toMatchObject({
      detail: expect.stringMatching(new RegExp(`^${folder}, [0-9.]+ GiB free`)),
    });
  });

  it('says that a data folder is not there yet, and makes none', async () => {
    const missing = join(folder, 'not', 'there');
    const { detail, status } = await dataFolder('--data-dir', missing);
    expect(detail).toContain(`${missing} does not exist; the first start makes it`);
    expect(status).not.toBe('problem');
    expect(existsSync(join(folder, 'not'))).toBe(false);
  });

  it('looks at the folder that the configuration names', async () => {
    const file = join(folder, 'sextant.yaml');
    writeFileSync(file, `dataDir: ${join(folder, 'configured')}\n`);
    expect((await dataFolder('--config', file)).detail).toContain(join(folder, 'configured'));
  });

  it('says that a folder cannot be made in a file', async () => {
    const file = join(folder, 'file');
    writeFileSync(file, '');
    expect(await dataFolder('--data-dir', join(file, 'data'))).toEqual({
      check: 'data folder',
      status: 'problem',
      detail: `${file} is not a folder`,
      code: 1,
    });
  });
});
