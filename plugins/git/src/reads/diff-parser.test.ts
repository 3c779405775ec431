import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DiffFile } from '../api.js';
import { aGit, type TestGit } from '../testing/a-git.js';
import type { CommitPlan } from '../testing/a-repository.js';
import { allOf } from './all-of.js';
import { parseHistory, parsePatch } from './diff-parser.js';
import { formatPatch, quotePath } from './format-patch.js';
import { unquotePath } from './unquote-path.js';

let test: TestGit;
beforeAll(async () => {
  test = await aGit();
});
afterAll(() => test.close());

/** The new content, from the old and the hunks. */
function apply(old: string, hunks: DiffFile['hunks']): string {
  const lines = old === '' ? [] : old.split(/(?<=\n)/);
  const out: string[] = [];
  let at = 0;
  let before = '';
  for (const hunk of hunks) {
    const start = hunk.oldLines === 0 ? hunk.oldStart : hunk.oldStart - 1;
    while (at < start) out.push(lines[at++]!);
    for (const line of hunk.body.split(/(?<=\n)/).filter(Boolean)) {
      if (line[0] === '\\') {
        if (before !== '-') out[out.length - 1] = out.at(-1)!.replace(/\n$/, '');
      } else if (line[0] === '-') at++;
      else {
        out.push(line.slice(1));
        if (line[0] === ' ') at++;
      }
      before = line[0]!;
    }
  }
  return [...out, ...lines.slice(at)].join('');
}

// Lines that look like headers of a diff are what a parser trips over.
const line = fc.constantFrom(
  '',
  'a',
  'b',
  '-- a/x',
  '++ b/x',
  '@@ -1,3 +1,3 @@',
  'diff --git a/x b/x',
  'commit 1234567890123456789012345678901234567890',
  '-',
  '+',
  '\\ No newline at end of file',
  'é💥',
);
const text = fc
  .tuple(fc.array(line, { maxLength: 12 }), fc.boolean())
  .map(([lines, end]) => lines.join('\n') + (end && lines.length > 0 ? '\n' : ''));

describe('reading a diff', () => {
  it('gives hunks that make the new text of the old, whatever stands in the lines', async () => {
    const cases = fc.sample(fc.tuple(text, text), { numRuns: 300, seed: 42 }).map(([before, after]) => ({ before, after }));
    const files = (side: 'before' | 'after') => Object.fromEntries(cases.map((c, i) => [`f${String(i).padStart(3, '0')}`, c[side]]));
    const repo = await test.mirror('hunks', { commits: [{ files: files('before') }, { files: files('after') }] });
    const [newest, first] = await allOf(test.git.log({ repository: repo.name, from: [repo.head], limit: 2 }));
    const byName = new Map(
      (await allOf(test.git.diff({ repository: repo.name, base: first!.oid, head: repo.head }))).map((f) => [f.newPath, f]),
    );
    cases.forEach(({ before, after }, i) => {
      const file = byName.get(`f${String(i).padStart(3, '0')}`);
      expect(apply(before, file?.hunks ?? []), JSON.stringify({ before, after })).toBe(after);
    });
    const [history] = await allOf(test.git.logWithDiffs({ repository: repo.name, from: [repo.head], limit: 1 }));
    expect(history!.commit.oid).toBe(newest!.oid);
    for (const file of history!.files) {
      const { before, after } = cases[Number(file.newPath!.slice(1))]!;
      expect(apply(before, file.hunks)).toBe(after);
    }
  });

  it('writes a patch that git takes and reads itself back', async () => {
    const plan: CommitPlan[] = [
      { files: { 'a b.txt': 'one\ntwo\n', 'old\nname': 'x\n'.repeat(10), gone: 'bye\n', mode: 'm\n', 'tab\t': '1\n' } },
      {
        files: {
          'a b.txt': 'one\n2\n',
          'old\nname': null,
          'new"name': 'x\n'.repeat(10),
          gone: null,
          mode: { mode: '100755' as const, content: 'm\n' },
          'tab\t': '2\n',
          empty: '',
        },
      },
    ];
    const repo = await test.mirror('patch', { commits: plan });
    const files = await allOf(
      test.git.diff({
        repository: repo.name,
        base: (await test.git.commit({ repository: repo.name, oid: repo.head })).parents[0]!,
        head: repo.head,
      }),
    );
    expect(files.map((f) => [f.oldPath, f.newPath])).toEqual([
      ['a b.txt', 'a b.txt'],
      [null, 'empty'],
      ['gone', null],
      ['mode', 'mode'],
      ['old\nname', 'new"name'],
      ['tab\t', 'tab\t'],
    ]);
    expect(files[3]).toMatchObject({ oldMode: '100644', newMode: '100755' });
    // --cached: into the index of the source, at the older commit.
    repo.source.git('read-tree', 'main~1');
    const { execFileSync } = await import('node:child_process');
    execFileSync('git', ['-C', repo.source.path, 'apply', '--cached', '-'], { input: formatPatch(files) });
    expect(repo.source.git('write-tree')).toBe(repo.source.git('rev-parse', 'main^{tree}'));
  });

  it('marks a file that is too large, and goes on with the next', async () => {
    const repo = await test.mirror('large', { commits: [{ files: { a: 'x\n'.repeat(700_000), b: 'y\n', c: Buffer.from([0, 1, 2]) } }] });
    expect(await allOf(test.git.diff({ repository: repo.name, base: null, head: repo.head }))).toMatchObject([
      { newPath: 'a', truncated: true, added: 700_000, hunks: [] },
      { newPath: 'b', truncated: false, added: 1 },
      { newPath: 'c', binary: true, hunks: [] },
    ]);
  });

  it('survives any bytes', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.oneof(
            fc.constantFrom(
              'diff --git a b\n',
              '@@ -1 +1 @@\n',
              '--- a\n',
              '+++ b\n',
              'commit ',
              'rename from x\n',
              '\\ x\n',
              '-a\n',
              '+b\n',
              '"',
            ),
            fc.string(),
          ),
        ),
        async (parts) => {
          const source = async function* () {
            for (const part of parts) yield Buffer.from(part);
          };
          await allOf(parsePatch(source()));
          await allOf(parseHistory(source()));
        },
      ),
    );
  });

  it('reads back every path it quotes', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (path) => {
        expect(unquotePath(quotePath(path))).toBe(path);
      }),
    );
    expect(unquotePath('"caf\\303\\251\\n\\t\\\\\\""')).toBe('café\n\t\\"');
  });
});
