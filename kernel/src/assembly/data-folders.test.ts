import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { prepareDataFolder } from '../storage/embedded/data-folder-lock.js';
import { dataFolderAround, dataFolders } from './data-folders.js';

let base: string;
beforeEach(() => {
  base = realpathSync(mkdtempSync(join(tmpdir(), 'data-folders-')));
});
afterEach(() => rmSync(base, { recursive: true, force: true }));

const folder = (...names: string[]): string => {
  const path = join(base, ...names);
  mkdirSync(path, { recursive: true });
  return path;
};
const file = (...names: string[]): void => {
  folder(dirname(join(...names)));
  writeFileSync(join(base, ...names), '');
};

it('knows the own data folder, by links to it and by links in it, before anything is in it', async () => {
  const own = folder('data');
  folder('data', 'repos', 'a');
  folder('disk', 'index', 'b');
  symlinkSync(own, join(base, 'link'));
  symlinkSync(join(base, 'disk', 'index'), join(own, 'index'));
  for (const path of ['data', 'data/repos/a', 'link', 'link/repos', 'data/not-there'])
    expect(await dataFolderAround(join(base, path), own)).toBe(own);
  expect(await dataFolderAround(join(base, 'disk/index/b'), own)).toBe(join(base, 'disk/index'));
  expect(await dataFolders(join(base, 'link')).isDataFolder(own, [])).toBe(true);
  expect(await dataFolderAround(join(base, 'later'), join(base, 'later'))).toBe(join(base, 'later'));
  for (const path of ['.', 'disk', 'data-other']) expect(await dataFolderAround(join(base, path), own)).toBeUndefined();
});

it('knows those of others: one that a process has taken, and ones that older versions left', async () => {
  const other = folder('other');
  prepareDataFolder(other);
  file('old', 'keys', 'secrets.json');
  file('running', 'sextant.lock');
  const { around, isDataFolder } = dataFolders(join(base, 'data'));
  for (const name of ['other', 'old', 'running']) {
    expect(await around(folder(name, 'repos', 'x'))).toBe(join(base, name));
    expect(await isDataFolder(join(base, name), ['repos', 'keys', 'sextant.lock', '.sextant-data-folder'])).toBe(true);
  }
  expect(await isDataFolder(folder('plain'), ['keys'])).toBe(false);
});

it('does not take a repository for one, whatever was committed to it', async () => {
  folder('repository', '.git');
  file('repository', '.sextant-data-folder');
  file('repository', 'keys', 'secrets.json');
  expect(await dataFolderAround(join(base, 'repository'), join(base, 'data'))).toBeUndefined();
});
