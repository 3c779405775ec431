import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { EntitySource } from './entity-source.js';

it('loads no database driver from the working folder', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'entity-source-'));
  const { cwd } = process;
  try {
    mkdirSync(join(folder, 'node_modules', 'pg-native'), { recursive: true });
    writeFileSync(
      join(folder, 'node_modules', 'pg-native', 'index.js'),
      `require('node:fs').writeFileSync(${JSON.stringify(join(folder, 'canary'))}, '');`,
    );
    process.cwd = () => folder;
    await EntitySource.open('p', 'p', [], () => Promise.reject(new Error('no connection'))).catch(() => undefined);
    expect(existsSync(join(folder, 'canary'))).toBe(false);
  } finally {
    process.cwd = cwd;
    rmSync(folder, { recursive: true, force: true });
  }
});
