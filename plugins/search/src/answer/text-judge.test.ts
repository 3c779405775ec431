import { afterEach, describe, expect, it, vi } from 'vitest';
import type { DocExpr } from '../engine/contract.js';
import { Slices, TimeUpError } from './slices.js';
import { TextJudge, TextLines } from './text-judge.js';

const match = (source: string): DocExpr => ({ op: 'match', in: ['content'], pattern: { kind: 'literal', source, caseSensitive: false } });
const path = (source: string): DocExpr => ({ op: 'path', pattern: { kind: 'regexp', source, caseSensitive: false } });
const both = (...of: readonly DocExpr[]): DocExpr => ({ op: 'and', of });
const not = (of: DocExpr): DocExpr => ({ op: 'not', of });
const about = (file: string) => ({ repositoryId: 1, path: file });

afterEach(() => vi.restoreAllMocks());

/** A thread on which each look at the clock takes a slice. */
function slow(): void {
  let now = 0;
  vi.spyOn(performance, 'now').mockImplementation(() => (now += 20));
}

describe('hostile row 9: a long text', () => {
  const lines = () => TextLines.of('needle\n'.repeat(100));

  it('is looked through in slices, between which others have their turn', async () => {
    slow();
    let turns = 0;
    let done = false;
    const others = (): void => {
      turns++;
      if (!done) setImmediate(others);
    };
    setImmediate(others);
    const text = lines();
    const judge = new TextJudge(match('needle'));
    await judge.look(text, [{ repositoryId: 1 }], new Slices({ signal: new AbortController().signal, timeLeft: () => 1 }));
    done = true;
    expect(turns).toBeGreaterThanOrEqual(100);
    expect(judge.judge(text, { repositoryId: 1 })).toHaveLength(100);
  });

  it('is looked through for no more patterns once it is known not to fit', async () => {
    const text = lines();
    const looked = vi.spyOn(text, 'look');
    const free = new Slices({ signal: new AbortController().signal, timeLeft: () => 1 });
    const judge = new TextJudge(both(match('hay'), match('needle'), match('straw')));
    await judge.look(text, [{ repositoryId: 1 }], free);
    expect(looked).toHaveBeenCalledTimes(1);
    expect(judge.judge(text, { repositoryId: 1 })).toBeUndefined();
  });

  it('is given up when the time is up, and when nobody waits any more', async () => {
    slow();
    const judge = new TextJudge(match('needle'));
    const signal = new AbortController().signal;
    await expect(judge.look(lines(), [{ repositoryId: 1 }], new Slices({ signal, timeLeft: () => 0 }))).rejects.toBeInstanceOf(TimeUpError);
    const gone = AbortSignal.abort(new Error('gone'));
    await expect(judge.look(lines(), [{ repositoryId: 1 }], new Slices({ signal: gone, timeLeft: () => 1 }))).rejects.toThrow('gone');
  });
});

describe('a condition on files', () => {
  it.each<[string, DocExpr, boolean]>([
    ['a path that does not fit', both(path('go$'), match('x')), false],
    ['a path that fits', both(path('ts$'), match('x')), true],
    ['a path that must not fit', both(not(path('ts$')), match('x')), false],
    ['either a path or a text', { op: 'or', of: [path('go$'), match('x')] }, true],
    ['either of two paths', { op: 'or', of: [path('go$'), path('md$')] }, false],
    ['another repository', both({ op: 'repository', ids: [2] }, match('x')), false],
    ['the language of another file', both({ op: 'language', names: ['Go'] }, not(match('x'))), false],
    ['nothing', { op: 'const', value: false }, false],
  ])('tells before a text is read whether one may fit: %s', (_what, expr, may) => {
    expect(new TextJudge(expr).mayFit(about('a.ts'))).toBe(may);
  });
});
