import { at, textAt } from '@sextant/sdk/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { MatchBase, SearchEvent, SearchMatch } from '../../api.js';
import { frame, wireEvent } from './stream-wire.js';

const OPTIONS = { chunkMatches: true, maxLineLength: -1, trace: undefined };
const EVENTS = ['progress', 'matches', 'filters', 'alert', 'error', 'done', 'verdict'];
const MATCH_TYPES = ['content', 'path', 'repo', 'symbol', 'commit'];

/** Reads a stream as the strictest of its clients does: by line feeds, two lines an event, nothing else. */
function decode(stream: string): { readonly event: string; readonly data: unknown }[] {
  expect(stream.endsWith('\n\n')).toBe(true);
  const lines = stream.split('\n').slice(0, -1);
  expect(lines.length % 3).toBe(0);
  return Array.from({ length: lines.length / 3 }, (_, n) => {
    const [name, data, blank] = lines.slice(n * 3, n * 3 + 3) as [string, string, string];
    expect(blank).toBe('');
    expect(name.startsWith('event: ') && data.startsWith('data: ')).toBe(true);
    expect(name + data).not.toMatch(/\r/);
    const event = name.slice('event: '.length);
    expect(EVENTS).toContain(event);
    const value: unknown = JSON.parse(data.slice('data: '.length));
    if (event === 'matches') for (const { type } of value as { type: string }[]) expect(MATCH_TYPES).toContain(type);
    return { event, data: value };
  });
}

const ODD = [
  'a\nb',
  'a\r\nb',
  '\u2028\u2029',
  '😀',
  '\ud800',
  '\0\x07',
  '"\\',
  'event: done\ndata: {}\n\n',
  ':comment',
  '```',
  ' ',
  'x'.repeat(4_096),
  '',
];
const anyText = fc.oneof(fc.constantFrom(...ODD), fc.string({ unit: 'binary' }));
const range = { start: { offset: 0, line: 0, column: 0 }, end: { offset: 1, line: 0, column: 1 } };

const baseOf = (text: string): MatchBase => ({
  repository: { id: 1, name: text, stars: 3, lastFetched: text, private: true, fork: false, archived: false, description: text },
  branches: [text],
  commit: 'c0ffee',
  freshness: { indexedAt: '2026-01-01T00:00:00Z', stale: true, lagSeconds: 90 },
});
const matchesOf = (text: string): SearchMatch[] => {
  const base = baseOf(text);
  const who = { name: text, email: text, date: '2026-01-01T00:00:00Z' };
  const file = { ...base, path: text, language: text, pathRanges: [[0, 1] as const], score: 1 };
  return [
    {
      ...file,
      type: 'content',
      matchCount: 1,
      captures: [{ name: text, text, range }],
      chunks: [{ content: text, start: range.start, ranges: [range], truncated: false }],
    },
    { ...file, type: 'path' },
    { ...file, type: 'symbol', symbols: [{ name: text, kind: 'enum-member', containerName: text, line: 0, column: 0, url: text }] },
    { ...base, type: 'repo', descriptionRanges: [], nameRanges: [[0, 1]], topics: [text], metadata: { [text]: null } },
    { ...base, type: 'commit', oid: 'c0ffee0', message: text, author: who, committer: who, ranges: [[0, 0, 1]] },
    { ...base, type: 'commit', oid: 'c0ffee0', message: text, author: who, committer: who, diff: text, ranges: [[0, 0, 1]] },
  ];
};
const eventsOf = (text: string): SearchEvent[] => {
  const suggested = { title: text, queryExpression: text };
  const skipped = [{ reason: text, title: text, message: text, severity: 'info' as const, suggested }];
  return [
    { type: 'matches', matches: matchesOf(text) },
    { type: 'matches', matches: [] },
    { type: 'progress', progress: { done: false, matchCount: 1, durationMs: 2, repositoriesCount: 3, skipped } },
    { type: 'filters', filters: [{ value: text, label: text, count: 1, limitHit: true, kind: 'file' }] },
    { type: 'alert', alert: { title: text, description: text, proposedQueries: [{ description: text, query: text }] } },
    { type: 'verdict', verdict: { exhaustive: true, words: text, reasons: [{ reason: 'error', message: text, repositories: [text] }] } },
    { type: 'error', message: text },
  ];
};
const written = (events: readonly SearchEvent[], options = OPTIONS): string => events.map((event) => wireEvent(event, options)).join('');
const wired = (match: SearchMatch, options = OPTIONS): unknown =>
  at(decode(written([{ type: 'matches', matches: [match] }], options)), '0.data.0');

describe('the stream on the wire', () => {
  it('is two lines and a blank one for each event, whatever is in it', () => {
    fc.assert(
      fc.property(anyText, fc.boolean(), fc.constantFrom(-1, 0, 3), (text, chunkMatches, maxLineLength) => {
        const events = eventsOf(text);
        const read = decode(written(events, { chunkMatches, maxLineLength, trace: undefined }) + frame('done', {}));
        expect(read.map(({ event }) => event)).toEqual([...events.map(({ type }) => type), 'done']);
        expect(read[4]!.data).toEqual((events[4] as { alert: unknown }).alert);
        expect(read[6]!.data).toEqual({ message: text });
      }),
    );
  });

  it.each(ODD)('brings odd text back as it was: %j', (text) => {
    const [content, path, symbol, repo] = decode(written(eventsOf(text)))[0]!.data as Record<string, unknown>[];
    expect(content).toMatchObject({ type: 'content', path: text, repository: text, branches: [text] });
    expect(content!['chunkMatches']).toEqual([{ content: text, contentStart: range.start, contentTruncated: false, ranges: [range] }]);
    expect(path).toMatchObject({ type: 'path', path: text });
    expect(symbol).toMatchObject({ symbols: [{ name: text, containerName: text, kind: 'ENUMMEMBER' }] });
    expect(repo).toMatchObject({ type: 'repo', repository: text, repositoryMatches: [{ end: { column: 1 } }] });
  });

  it('counts the ranges of a commit from the fence above its text', () => {
    const match = { ...matchesOf('one\ntwo')[5]!, ranges: [[1, 1, 2]] } as SearchMatch;
    const commit = wired(match);
    const [line, column, length] = at(commit, 'ranges.0') as [number, number, number];
    expect(
      textAt(commit, 'content')
        .split('\n')
        [line]?.slice(column, column + length),
    ).toBe('wo');
  });

  it('cuts long lines between characters, and leaves no hit outside of what is sent', () => {
    const content = '😀😀needle😀\nshort';
    const hit = { start: { offset: 2, line: 0, column: 2 }, end: { offset: 8, line: 0, column: 8 } };
    const match = { ...matchesOf('a')[0]!, chunks: [{ content, start: range.start, ranges: [hit], truncated: false }] } as SearchMatch;
    expect(wired(match, { ...OPTIONS, maxLineLength: 5 })).toMatchObject({
      chunkMatches: [{ content: '😀😀nee\nshort', contentTruncated: true }],
    });
    expect(wired(match, { ...OPTIONS, maxLineLength: 9 })).toMatchObject({ chunkMatches: [{ content, contentTruncated: false }] });
    expect(at(wired(match, { ...OPTIONS, chunkMatches: false, maxLineLength: 5 }), 'lineMatches')).toEqual([
      { line: '😀😀nee', lineNumber: 0, offsetAndLengths: [[2, 3]] },
    ]);
  });

  it('names the trace in progress when there is one', () => {
    const progress = eventsOf('a')[2]!;
    expect(decode(wireEvent(progress, { ...OPTIONS, trace: 'https://t/1' })!)[0]!.data).toMatchObject({ trace: 'https://t/1' });
    expect(decode(wireEvent(progress, OPTIONS)!)[0]!.data).not.toHaveProperty('trace');
  });
});
