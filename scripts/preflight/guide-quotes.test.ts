import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '..', '..');
const GUIDE = join(root, 'docs', 'plugin-author-guide.md');

interface Quote {
  readonly file: string;
  /** Runs of lines that stand together in the file; a line of `…` parts them. */
  readonly runs: readonly string[];
}

const trimmed = (text: string): string =>
  text
    .split('\n')
    .map((line) => line.trim())
    .join('\n');

/** Blocks of TypeScript, each with the file that its first line names. */
const quotes = (text: string): readonly Quote[] =>
  [...text.matchAll(/^```ts(?: (\S+))?\n([\s\S]*?)^```$/gm)].map(([, file = '', body = '']) => ({
    file,
    runs: trimmed(body)
      .split(/^…$/m)
      .map((run) => run.trim()),
  }));

describe('the guide for plugin authors', () => {
  const found = quotes(readFileSync(GUIDE, 'utf8'));

  it('quotes code', () => {
    expect(found.length).toBeGreaterThan(10);
  });

  it.each(found.map((quote, index) => [index + 1, quote.file || 'no file', quote] as const))(
    'quotes, in block %i, %s as it is',
    (_index, _name, { file, runs }) => {
      const source = trimmed(readFileSync(join(root, file), 'utf8'));
      expect(runs.filter((run) => !source.includes(run))).toEqual([]);
    },
  );
});
