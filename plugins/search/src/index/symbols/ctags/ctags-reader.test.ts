import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { CtagsReader } from './ctags-reader.js';

/**
 * Speaks as ctags does. A file is answered with a class of the name in its first line; `hang` is never answered, `crash` ends
 * the process, `odd` is answered with what a file may make of it.
 */
const FAKE = `#!${process.execPath}
let pending = Buffer.alloc(0);
let stuck = false;
const say = (reply) => process.stdout.write(JSON.stringify(reply) + '\\n');
say({ _type: 'program', name: 'Universal Ctags', version: '9.9.9' });
process.stdin.on('data', (chunk) => {
  pending = Buffer.concat([pending, chunk]);
  for (;;) {
    const end = pending.indexOf(10);
    if (stuck || end < 0) return;
    const { size } = JSON.parse(pending.toString('utf8', 0, end));
    if (pending.length < end + 1 + size) return;
    const text = pending.toString('utf8', end + 1, end + 1 + size);
    pending = pending.subarray(end + 1 + size);
    if (text.startsWith('crash')) process.exit(3);
    if (text.startsWith('hang')) { stuck = true; return; }
    if (text.startsWith('odd')) {
      process.stdout.write('{"_type": "tag", "name": "\\ufffd\\n');
      for (const tag of [{ name: 'elsewhere', line: 1 }, { name: 'odd', line: 99 }, { name: '__anon1', line: 1 }, { name: 7, line: 1 }, { name: 'odd', line: 1, kind: 'nonsense' }])
        say({ _type: 'tag', kind: 'class', ...tag });
    }
    say({ _type: 'tag', name: text.split('\\n')[0], line: 1, kind: 'class' });
    say({ _type: 'completed', command: 'generate-tags' });
  }
});
`;

let folder: string;
let reader: CtagsReader;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'sextant-fake-ctags-'));
  writeFileSync(join(folder, 'ctags'), FAKE);
  chmodSync(join(folder, 'ctags'), 0o755);
});
afterAll(() => rmSync(folder, { recursive: true }));
afterEach(() => reader.close());

function aReader(timeout = 30_000): CtagsReader {
  const program = { path: join(folder, 'ctags'), version: '9.9.9', sandboxed: false, languages: ['Python'], temporaryFolder: folder };
  reader = new CtagsReader(program, { timeout });
  return reader;
}
const namesOf = async (texts: readonly string[]) =>
  (await Promise.all(texts.map((text) => reader.read('Python', Buffer.from(text))))).map((symbols) => symbols?.map(({ name }) => name));

describe('a process of ctags', () => {
  it('is asked for many files without waiting, and each gets its own answer', async () => {
    aReader();
    const names = Array.from({ length: 200 }, (_, i) => `name${i}`);
    expect(await namesOf(names.map((name) => `${name}\n${'x'.repeat(5_000)}`))).toEqual(names.map((name) => [name]));
    expect(reader.failures).toBe(0);
  });

  it('is ended when a file takes too long, which costs this file alone', async () => {
    aReader(500);
    expect(await namesOf(['first', 'hang', 'second', 'third'])).toEqual([['first'], undefined, ['second'], ['third']]);
    expect(reader.failures).toBe(1);
  });

  it('is started again when a file ends it, which costs this file alone', async () => {
    aReader();
    expect(await namesOf(['crash', 'first', 'crash', 'crash', 'second'])).toEqual([undefined, ['first'], undefined, undefined, ['second']]);
  });

  it('is given up when nothing but failures comes of it', async () => {
    aReader();
    expect(await namesOf(Array.from({ length: 9 }, () => 'crash'))).toEqual(Array.from({ length: 9 }, () => undefined));
    expect(await namesOf(['first'])).toEqual([undefined]);
  });

  it('may say what it likes: names that are not in their line are left out', async () => {
    aReader();
    expect(await namesOf(['odd', 'first'])).toEqual([['odd'], ['first']]);
  });

  it('answers nothing any more when the build has ended', async () => {
    aReader();
    const under = namesOf(['hang', 'first']);
    reader.close();
    expect(await under).toEqual([undefined, undefined]);
    expect(await namesOf(['first'])).toEqual([undefined]);
  });

  it('that is not there costs nothing but its answers', async () => {
    reader = new CtagsReader({
      path: join(folder, 'nowhere'),
      version: '',
      sandboxed: false,
      languages: ['Python'],
      temporaryFolder: folder,
    });
    expect(await namesOf(['first', 'second'])).toEqual([undefined, undefined]);
  });
});
