import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { gitFolderAt } from './git-folder.js';

describe('a repository whose parts lie elsewhere (hostile row 4)', () => {
  let base: string;
  let root: string;
  let outside: string;

  const store = (gitDir: string): void => {
    for (const folder of ['objects/info', 'objects/pack', 'refs']) mkdirSync(join(gitDir, folder), { recursive: true });
    writeFileSync(join(gitDir, 'HEAD'), 'ref: refs/heads/main\n');
  };

  beforeEach(() => {
    base = realpathSync(mkdtempSync(join(tmpdir(), 'git-folder-')));
    root = join(base, 'root');
    outside = join(base, 'outside');
    store(join(root, 'a/.git'));
    store(outside);
  });
  afterEach(() => rmSync(base, { recursive: true, force: true }));

  const found = () => gitFolderAt(join(root, 'a'), [root]);

  it('is taken when all of it is inside', async () => {
    expect(await found()).toMatchObject({ gitDir: join(root, 'a/.git'), commonDir: join(root, 'a/.git') });
  });

  it('is refused when commondir leads out of the roots', async () => {
    writeFileSync(join(root, 'a/.git/commondir'), `${outside}\n`);
    expect(await found()).toBeUndefined();
  });

  it('is refused when a bare folder has such a commondir', async () => {
    store(join(root, 'bare'));
    writeFileSync(join(root, 'bare/commondir'), outside);
    expect(await gitFolderAt(join(root, 'bare'), [root])).toBeUndefined();
  });

  it.each(['objects/pack', 'refs'])('is refused when %s is a link that leads out', async (folder) => {
    rmSync(join(root, 'a/.git', folder), { recursive: true });
    symlinkSync(join(outside, folder), join(root, 'a/.git', folder));
    expect(await found()).toBeUndefined();
  });

  it('is refused when a store that it borrows from borrows outside', async () => {
    store(join(root, 'b'));
    writeFileSync(join(root, 'a/.git/objects/info/alternates'), `${join(root, 'b/objects')}\n`);
    writeFileSync(join(root, 'b/objects/info/alternates'), `${join(outside, 'objects')}\n`);
    expect(await found()).toBeUndefined();
  });

  it('is refused when the borrowed store is quoted', async () => {
    writeFileSync(join(root, 'a/.git/objects/info/alternates'), `"${join(outside, 'objects')}"\n`);
    expect(await found()).toBeUndefined();
  });

  it('is taken when stores borrow from each other inside', async () => {
    store(join(root, 'b'));
    writeFileSync(join(root, 'a/.git/objects/info/alternates'), `${join(root, 'b/objects')}\n`);
    writeFileSync(join(root, 'b/objects/info/alternates'), `${join(root, 'a/.git/objects')}\n`);
    expect(await found()).toBeDefined();
  });
});
