import { mkdirSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import codeHost from '@sextant/plugin-code-host';
import codeHostLocal from '@sextant/plugin-code-host-local';
import git from '@sextant/plugin-git';
import identity from '@sextant/plugin-identity';
// As it ships: its threads run the compiled worker.
import search from '@sextant/plugin-search';
import { at, startTestKernel, type TestKernel, textAt } from '@sextant/sdk/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { aSextant, type SextantConfig, TestRepository, type TestSextant, until } from './testing/a-sextant.js';

let sextant: TestSextant<TestKernel>;

const start = (config: SextantConfig) => startTestKernel({ plugins: [identity, codeHost, codeHostLocal, git, search], config });
let alpha: TestRepository;
let beta: TestRepository;
let first: string;
let head: string;

beforeAll(async () => {
  sextant = await aSextant(
    start,
    (root) => {
      alpha = new TestRepository(join(root, 'alpha'));
      first = alpha.commit(
        {
          'src/needle.ts': 'export class Needle {\n  find(): string {\n    return "hay";\n  }\n}\n',
          'README.md': 'Alpha looks for needles.\n',
        },
        'Add the needle',
      );
      head = alpha.commit(
        {
          'src/needle.ts': 'export class Needle {\n  find(): string {\n    return "straw";\n  }\n}\n',
          'src/größe.py': 'GRÖSSE = "groß"\ndef needle():\n    return GRÖSSE\n',
        },
        'Turn hay into straw',
      );
      beta = new TestRepository(join(root, 'beta'));
      beta.commit({ 'lib/other.go': 'package lib\n\nfunc Needle() int { return 1 }\n', 'data.bin': Buffer.from([0, 1, 2, 3]) });
      mkdirSync(join(root, 'not-a-repository'));
    },
    { suggestTimeout: '30s' },
  );
  await sextant.indexed('alpha', head);
  await sextant.indexed('beta', beta.git('rev-parse', 'HEAD'));
});
afterAll(() => sextant?.close());

const paths = (matches: readonly { readonly repository: string; readonly path?: string }[]): readonly string[] =>
  matches.map((m) => `${m.repository}/${m.path ?? ''}`).sort();

describe('search', () => {
  it('finds contents, paths and repositories, each with the commit that was indexed and when', async () => {
    const { matches, verdict } = await sextant.search('needle');
    expect(paths(matches.filter((m) => m.type === 'content'))).toEqual([
      'alpha/README.md',
      'alpha/src/größe.py',
      'alpha/src/needle.ts',
      'beta/lib/other.go',
    ]);
    expect(matches.find((m) => m.path === 'src/needle.ts')).toMatchObject({
      commit: head,
      branches: ['main'],
      stale: false,
      lagSeconds: 0,
      indexedAt: expect.any(String),
      language: 'TypeScript',
    });
    expect(verdict).toMatchObject({ exhaustive: true, words: 'Everything you may see was searched.' });
  });

  it('counts columns in characters, also after letters outside ASCII', async () => {
    const { matches } = await sextant.search('file:py "groß"', { cl: '0' });
    expect(at(matches, '0.chunkMatches.0')).toMatchObject({
      content: 'GRÖSSE = "groß"',
      ranges: [{ start: { line: 0, column: 9 }, end: { line: 0, column: 15 } }],
    });
  });

  it.each([
    ['a literal', 'return "straw"', ['alpha/src/needle.ts']],
    ['a regexp', '/func\\s+N\\w+\\(/', ['beta/lib/other.go']],
    ['a boolean query over repositories', '(repo:alpha straw) or (repo:beta package)', ['alpha/src/needle.ts', 'beta/lib/other.go']],
    ['a negation', 'needle -file:md -lang:Python repo:alpha', ['alpha/src/needle.ts']],
    ['a path', 'type:path other', ['beta/lib/other.go']],
    ['symbols', 'type:symbol Needle', ['alpha/src/größe.py', 'alpha/src/needle.ts', 'beta/lib/other.go']],
    ['nothing', 'nowhere_to_be_found', []],
  ])('answers %s', async (_what, query, expected) => {
    const { matches, verdict } = await sextant.search(query);
    expect(paths(matches.filter((m) => m.type !== 'repo'))).toEqual(expected);
    expect(verdict.exhaustive).toBe(true);
  });

  it('searches a revision that no index holds, and finds there what the index would', async () => {
    const old = await sextant.search(`repo:^alpha$@${first} /"(hay|straw)"/`);
    expect(old.matches).toHaveLength(1);
    expect(old.matches[0]).toMatchObject({ path: 'src/needle.ts', commit: first });
    expect(old.matches[0]).toMatchObject({ stale: false, lagSeconds: 0 });
    expect(old.matches[0]).not.toHaveProperty('indexedAt');
    const strip = (matches: typeof old.matches) =>
      matches
        .map(({ commit, path, chunkMatches }) => ({ commit, path, chunkMatches }))
        .sort((a, b) => (String(a.path) < String(b.path) ? -1 : 1));
    const byIndex = await sextant.search('repo:^alpha$ needle type:file');
    const byScan = await sextant.search('repo:^alpha$ needle type:file index:no');
    expect(strip(byScan.matches)).toEqual(strip(byIndex.matches));
    expect((await sextant.search('repo:^alpha$@no-such-branch needle')).verdict).toMatchObject({
      exhaustive: false,
      reasons: [{ reason: 'repository-missing' }],
    });
  });

  it('searches messages and changes', async () => {
    expect((await sextant.search('type:commit straw')).matches).toMatchObject([{ type: 'commit', oid: head, repository: 'alpha' }]);
    const diff = await sextant.search('type:diff repo:alpha straw author:ada');
    expect(diff.matches).toMatchObject([{ type: 'commit', oid: head }]);
    const lines = textAt(diff.matches, '0.content').split('\n');
    for (const [line, column, length] of at(diff.matches, '0.ranges') as [number, number, number][])
      expect(lines[line]!.slice(column, column + length).toLowerCase()).toBe('straw');
    expect((await sextant.search('type:diff repo:alpha straw author:nobody')).matches).toEqual([]);
  });

  it('answers the same in GraphQL', async () => {
    const { data, errors } = await sextant.kernel.graphql(
      '{ search(query: "straw repo:alpha") { results { matchCount limitHit completeness { exhaustive words } results { __typename ... on FileMatch { freshness { commit indexedAt stale lagSeconds fetchedAt } file { path commit { oid } content } repository { name } lineMatches { preview lineNumber offsetAndLengths } } } } } }',
    );
    expect(errors).toEqual([]);
    expect(at(data, 'search.results')).toMatchObject({
      matchCount: 1,
      limitHit: false,
      completeness: { exhaustive: true },
      results: [
        {
          __typename: 'FileMatch',
          freshness: { commit: head, indexedAt: expect.any(String), stale: false, lagSeconds: 0, fetchedAt: expect.any(String) },
          file: { path: 'src/needle.ts', commit: { oid: head } },
          repository: { name: 'alpha' },
          lineMatches: [{ preview: '    return "straw";', lineNumber: 2, offsetAndLengths: [[12, 5]] }],
        },
      ],
    });
  });

  it('counts the files that it knows by path only by reason, and lists them', async () => {
    const { data } = await sextant.kernel.graphql(
      `{ repository(name: "beta") { textSearchIndex { status { skippedFilesCount skippedFilesByReason { reason count } }
         binary: skippedFiles(reason: "binary") { path reason } large: skippedFiles(reason: "too-large") { path } } } }`,
    );
    expect(at(data, 'repository.textSearchIndex')).toEqual({
      status: { skippedFilesCount: 1, skippedFilesByReason: [{ reason: 'binary', count: 1 }] },
      binary: [{ path: 'data.bin', reason: 'binary' }],
      large: [],
    });
  });

  it('suggests what may stand at the cursor, over HTTP and in GraphQL', async () => {
    const suggest = async (parameters: Readonly<Record<string, string>>) => {
      const response = await sextant.kernel.fetch(`/.api/search/suggest?${new URLSearchParams(parameters)}`);
      return { status: response.status, body: (await response.json()) as unknown };
    };
    const { body } = await suggest({ q: 'repo:alpha fil', pos: '14' });
    expect(at(body, 'suggestions.0')).toEqual({
      kind: 'filter',
      label: 'file:',
      detail: 'File path',
      insertText: 'file:',
      range: { start: 11, end: 14 },
    });
    const first = async (q: string) => textAt((await suggest({ q })).body, 'suggestions.0.insertText');
    expect(await first('repo:be')).toBe('^beta$');
    expect(await first('repo:alpha file:gr')).toBe('^src/größe\\.py$');
    expect(await first('Needle')).toBe('type:symbol Needle');
    expect(await first('repo:beta lang:')).toBe('Go');
    expect(await first('repo:^alpha$ rev:ma')).toBe('main');
    expect(await suggest({ q: 'x', pos: '5' })).toMatchObject({ status: 400, body: { error: { code: 'SEXTANT_SEARCH_ARGUMENT' } } });
    const { data } = await sextant.kernel.graphql(
      '{ searchSuggestions(query: "lang:py", position: 7) { suggestions { kind label range { start end } } completeness { exhaustive } } }',
    );
    expect(at(data, 'searchSuggestions')).toEqual({
      suggestions: [{ kind: 'LANGUAGE', label: 'Python', range: { start: 5, end: 7 } }],
      completeness: { exhaustive: true },
    });
  });

  it('counts matches by group, each with the query that narrows to it', async () => {
    const { data, errors } = await sextant.kernel.graphql(
      `{ search(query: "type:file /(need)le/") { aggregationModes { mode available } repo: aggregation(groupBy: REPO, first: 1) { ...A }
         group: aggregation(groupBy: CAPTURE_GROUP) { ...A } author: aggregation(groupBy: AUTHOR) { ...A } } }
       fragment A on SearchAggregation { unavailable groups { label count query } otherGroups otherCount matchCount completeness { exhaustive } }`,
    );
    expect(errors).toEqual([]);
    expect(at(data, 'search.aggregationModes')).toEqual(
      ['REPO', 'PATH', 'AUTHOR', 'LANGUAGE', 'CAPTURE_GROUP'].map((mode) => ({ mode, available: mode !== 'AUTHOR' })),
    );
    expect(at(data, 'search.repo')).toMatchObject({
      groups: [{ label: 'alpha', count: 3, query: 'type:file /(need)le/ repo:^alpha$' }],
      otherGroups: 1,
      otherCount: 1,
      matchCount: 4,
      completeness: { exhaustive: true },
    });
    expect(at(data, 'search.group.groups')).toEqual([
      { label: 'Need', count: 2, query: 'type:file /(?-i:Need)le/' },
      { label: 'need', count: 2, query: 'type:file /(?-i:need)le/' },
    ]);
    expect(textAt(data, 'search.author.unavailable')).toContain('type:commit');
  });

  it('hostile row 10: says where a query is wrong and proposes one that works, and never answers with nothing in silence', async () => {
    const { alert, verdict, matches } = await sextant.search('/needle(/');
    expect(matches).toEqual([]);
    expect(alert?.description).toContain('(at 8)');
    expect(verdict).toMatchObject({ exhaustive: false, reasons: [{ reason: 'error' }] });
    for (const { query } of alert?.proposedQueries ?? []) expect((await sextant.search(query)).alert).toBeUndefined();
  });

  it('remarks beside the results, in the stream and in GraphQL, on how it read a query', async () => {
    const query = 'repo:alpha needle or -x';
    const notice = { kind: 'query-notice', proposedQueries: [{ query: 'repo:alpha needle or not x' }] };
    const { alert, verdict, matches } = await sextant.search(query, { t: 'keyword' });
    expect(alert).toMatchObject(notice);
    expect(verdict.exhaustive).toBe(true);
    const { data } = await sextant.kernel.graphql(
      `{ search(query: "${query}", patternType: keyword) { results { results { __typename } alert { kind proposedQueries { query } } completeness { exhaustive } } } }`,
    );
    expect(at(data, 'search.results')).toMatchObject({ alert: notice, completeness: { exhaustive: true } });
    expect(at(data, 'search.results.results')).toHaveLength(matches.length);
    expect(matches.length).toBeGreaterThan(0);
  });

  it('says in GraphQL too where a query is wrong, in words and for machines', async () => {
    const { data } = await sextant.kernel.graphql(
      '{ search(query: "repo:alpha timeout:10 needle") { results { alert { kind description problems { message range { start end } } proposedQueries { query } } } } }',
    );
    const message = 'timeout: takes a duration such as 10s or 1m30s; not "10".';
    expect(at(data, 'search.results.alert')).toEqual({
      kind: 'invalid-query',
      description: `${message} (at 20–21)`,
      problems: [{ message, range: { start: 19, end: 21 } }],
      proposedQueries: [{ query: 'repo:alpha timeout:10s needle' }],
    });
  });

  it.each([
    [{ v: 'V1' }, ['beta/lib/other.go']],
    [{ v: 'V2' }, []],
    [{ v: 'V3' }, []],
    [{ v: 'V1', t: 'literal' }, []],
    [{ v: 'V2', t: 'regexp' }, ['beta/lib/other.go']],
    [{}, []],
  ] as const)('reads a query as its version of the language does, unless a pattern type is named: %j', async (parameters, expected) => {
    expect(paths((await sextant.search('type:file func\\s+N\\w+', parameters)).matches)).toEqual(expected);
  });

  it('reads a version of GraphQL alike, and refuses one that there is not', async () => {
    const { data } = await sextant.kernel.graphql(
      '{ one: search(query: "func N.e", version: V1) { results { matchCount } } two: search(query: "func N.e", version: V2) { results { matchCount } } }',
    );
    expect([at(data, 'one.results.matchCount'), at(data, 'two.results.matchCount')]).toEqual([1, 0]);
    expect((await sextant.kernel.fetch('/.api/search/stream?q=x&v=V9')).status).toBe(400);
  });

  it('hostile row 11: says when there is more than was asked for', async () => {
    const { verdict, matches } = await sextant.search('needle count:1');
    expect(matches).toHaveLength(1);
    expect(verdict).toMatchObject({
      exhaustive: false,
      words: expect.stringContaining('The limit of 1 result was reached'),
      reasons: expect.arrayContaining([expect.objectContaining({ reason: 'capped' })]),
    });
  });

  it('finds a commit soon after it was made', async () => {
    const next = beta.commit({ 'lib/fresh.go': 'package lib // brand_new_word\n' });
    await sextant.indexed('beta', next);
    expect(paths((await sextant.search('brand_new_word')).matches)).toEqual(['beta/lib/fresh.go']);
  });

  it('hostile row 8: sends no markup of a message, a name or a file as markup', async () => {
    const oid = beta.commit({ 'lib/<b>.txt': '<script>alert(8)</script>\n' }, '<script>alert(8)</script> in a message', {
      author: 'Eve & "Co" <eve@example.com>',
    });
    await sextant.indexed('beta', oid);
    const { data } = await sextant.kernel.graphql(
      `{ commits: search(query: "type:commit alert(8)") { results { results { ... on CommitSearchResult { label { text html } detail { html } matches { body { html } } messagePreview { value } } } } }
         files: search(query: "type:file alert(8)") { results { results { ... on FileMatch { file { path } lineMatches { preview } } } } } }`,
    );
    const [commit] = at(data, 'commits.results.results') as [{ label: { text: string; html: string }; messagePreview: { value: string } }];
    expect(commit.messagePreview.value).toContain('<script>alert(8)</script> in a message');
    expect(commit.label.html).toContain('&#60;script&#62;');
    for (const html of JSON.stringify(commit).match(/"html":"(?:[^"\\]|\\.)*"/g) ?? []) expect(html).not.toMatch(/<script|& |"Co/);
    // Text is text: whoever shows it escapes it.
    expect(at(data, 'files.results.results')).toEqual([
      { file: { path: 'lib/<b>.txt' }, lineMatches: [{ preview: '<script>alert(8)</script>' }] },
    ]);
    const response = await sextant.kernel.fetch(`/.api/search/stream?${new URLSearchParams({ q: '<script>' })}`);
    expect(response.headers.get('content-type')).toContain('text/event-stream');
    expect(response.headers.get('x-content-type-options')).toBe('nosniff');
  });

  it.each<[what: string, damage: (path: string) => void]>([
    [
      'a flipped byte',
      (path) => {
        const bytes = readFileSync(path);
        bytes[70] = (bytes[70] ?? 0) ^ 0xff;
        writeFileSync(path, bytes);
      },
    ],
    ['a truncated file', (path) => truncateSync(path, 100)],
    ['a removed file', (path) => rmSync(path)],
  ])(
    'hostile row 12: names a repository whose index is damaged until it is whole again: %s',
    async (_what, damage) => {
      const shards = join(sextant.kernel.dataDir, 'index', 'shards');
      // Every shard: which one is alpha's is the index's own affair.
      for (const name of readdirSync(shards).filter((n) => n.endsWith('.sxi'))) damage(join(shards, name));
      await sextant.kernel.kernel.switchboard.disable('search');
      await sextant.kernel.kernel.switchboard.enable('search');
      const damaged = await sextant.search('needle');
      expect(damaged.verdict).toMatchObject({
        exhaustive: false,
        words: expect.stringMatching(/^This answer is incomplete: A part of the index is damaged and is built anew \(alpha/),
        reasons: expect.arrayContaining([expect.objectContaining({ reason: 'degraded', repositories: expect.arrayContaining(['alpha']) })]),
      });
      await until(async () => (await sextant.search('needle')).verdict.exhaustive, 'the index to be rebuilt', 15_000);
      expect(paths((await sextant.search('needle type:file')).matches)).toEqual([
        'alpha/README.md',
        'alpha/src/größe.py',
        'alpha/src/needle.ts',
        'beta/lib/other.go',
      ]);
    },
    120_000,
  );
});
