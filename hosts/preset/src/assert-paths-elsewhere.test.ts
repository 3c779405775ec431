import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Configuration } from '@sextant/config';
import { expect, it } from 'vitest';
import { assertPathsElsewhere } from './assert-paths-elsewhere.js';

it('refuses a path that is or lies in a data folder, its own or that of another installation, and names it', async () => {
  const base = realpathSync(mkdtempSync(join(tmpdir(), 'paths-elsewhere-')));
  try {
    const [own, other] = [join(base, 'data'), join(base, 'other')];
    for (const folder of [own, other]) mkdirSync(join(folder, 'repos', 'team', 'a.git'), { recursive: true });
    writeFileSync(join(other, '.sextant-data-folder'), '');
    mkdirSync(join(base, 'src'));
    symlinkSync(join(own, 'repos'), join(base, 'src', 'mirrors'));
    const start = async (...localPaths: string[]) =>
      assertPathsElsewhere(
        await Configuration.load({ folder: base, env: {}, flags: { dataDir: own, plugins: { 'code-host': { localPaths } } } }),
      );
    for (const [path, around] of [
      [own, own],
      [join(own, 'repos/team'), own],
      [join(base, 'src', 'mirrors'), own],
      [join(other, 'repos'), other],
    ] as const)
      await expect(start(join(base, 'src'), path)).rejects.toMatchObject({
        code: 'SEXTANT_HOST_PATH_IN_DATA_FOLDER',
        what: expect.stringContaining(path),
        why: expect.stringContaining(around),
      });
    // A folder above is allowed: what lies in the data folder is skipped when it is searched.
    await expect(start(base, join(base, 'src'))).resolves.toBeUndefined();
    await expect(start()).resolves.toBeUndefined();
  } finally {
    rmSync(base, { recursive: true, force: true });
  }
});
