import { chmodSync, mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { pluginFolder } from './data-folder.js';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'sextant-folder-'));
});
afterEach(() => rmSync(root, { recursive: true }));

const modeOf = (path: string): string => (statSync(path).mode & 0o777).toString(8);

it.each([
  ['repos', 'git', 'repos'],
  ['index', 'search', 'index'],
  ['repos', 'other', 'repos/other'],
] as const)('the folder of %s for %s is closed to others, also one that an earlier version left open', (area, plugin, path) => {
  const folder = join(root, path);
  expect(pluginFolder(root, area, plugin)).toBe(folder);
  expect(modeOf(folder)).toBe('700');
  chmodSync(folder, 0o755);
  pluginFolder(root, area, plugin);
  expect(modeOf(folder)).toBe('700');
});

it('leaves the data folder itself as it is: the database server passes through it', () => {
  mkdirSync(join(root, 'data'));
  chmodSync(join(root, 'data'), 0o711);
  pluginFolder(join(root, 'data'), 'repos', 'git');
  expect(modeOf(join(root, 'data'))).toBe('711');
});
