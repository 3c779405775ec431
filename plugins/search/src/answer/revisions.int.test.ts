import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Repository } from '@sextant/plugin-code-host/api';
import { type CommitOid, RepoName } from '@sextant/sdk';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { SearchMatch } from '../api.js';
import type { DocExpr, PatternSpec } from '../engine/contract.js';
import { InlineExecutor } from '../engine/inline-executor.js';
import { SearchEngine } from '../engine/search-engine.js';
import { IndexStore } from '../index/index-store.js';
import { pathGlobs } from '../index/path-globs.js';
import { indexRepositoryJob } from '../parts/index/index-repository-job.js';
import { SharedIndex } from '../parts/index/shared-index.js';
import { languageOf } from '../query/languages/languages.js';
import { type Change, History } from '../testing/a-history.js';
import { silent } from '../testing/a-search-world.js';
import { indexedMatches } from './indexed-matches.js';
import { Provided } from './provided.js';
import type { Matches, SearchRun } from './search-run.js';
import { Tally } from './tally.js';
import { unindexedMatches } from './unindexed-matches.js';

const REVISIONS = 52;
const COMMITS = 60;
const LARGE_FILES = ['**/*.dump'];

const NAME = RepoName.parse('example.com/history');
const repository = { id: 7, name: NAME, stars: 0, private: true, fork: false, archived: false, description: '' } as Repository;

/** More distinct trigrams than a text has. */
const noise = Buffer.from(
  Array.from({ length: 70_000 / 32 }, (_, n) =>
    [...createHash('sha256').update(`${n}`).digest()].map((byte) => String.fromCharCode(33 + (byte % 90))).join(''),
  ).join(''),
);
const over = (text: string, bytes: number): Buffer => Buffer.from(text.repeat(Math.ceil(bytes / text.length)));

const anyPath = fc.constantFrom(
  ...['src/main.ts', 'src/größe.py', 'src/deep/er/mutex.c', 'lib/a.go', 'lib/b.go', 'docs/read me.md', 'vendor/x.js', 'vendor/deep/y.js'],
  ...['data/rows.csv', 'data/rows.dump', 'Makefile', 'test/main.test.ts', 'odd/"quote" \\ back.txt', 'odd/new\nline.txt'],
);
const anyText = fc
  .array(
    fc.constantFrom(
      ...['needle', 'Needle();\n', 'größe = 1\n', 'func Needle() int {\n', '}\n', 'class Hay {\n', 'def needle():\n', '\n', '\r\n', ' 😀 '],
      ...[
        'const needleCount = 3;\n',
        'static int mutex_lock(void)\n',
        `${'x'.repeat(2_050)}needle\n`,
        '\tneedle\tneedle\n',
        '.'.repeat(300),
      ],
    ),
    { maxLength: 14 },
  )
  .map((parts) => Buffer.from(parts.join('')));
const anyContent = fc.oneof(
  { weight: 4, arbitrary: anyText },
  fc.constantFrom<Buffer>(
    Buffer.from('\0\x01needle'),
    Buffer.from([0x6e, 0x65, 0x65, 0x64, 0x6c, 0x65, 0x20, 0xff, 0xfe, 0xe4, 0x0a]),
    over('a needle in a large file\n', (1 << 20) + 1),
    noise,
    Buffer.alloc(0),
  ),
);
const anyChange: fc.Arbitrary<Change> = fc.oneof(
  { weight: 8, arbitrary: fc.record({ kind: fc.constant('write' as const), path: anyPath, content: anyContent }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('write' as const),
      path: anyPath,
      content: fc.constantFrom('needle', '../src/main.ts').map((target) => Buffer.from(target)),
      mode: fc.constant('120000' as const),
    }),
  },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('delete' as const), path: anyPath }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('rename' as const), path: anyPath, to: anyPath }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('write' as const),
      path: fc.constantFrom('.sextant/ignore', '.sourcegraph/ignore'),
      content: fc.constantFrom('vendor/\n', '# none\n', '**/*.go\nvendor/deep\n', '/data\r\n', '').map((rules) => Buffer.from(rules)),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('delete' as const), path: fc.constant('.sextant/ignore') }) },
);

const write = (path: string, content: string | Buffer, mode: '100644' | '120000' = '100644'): Change => ({
  kind: 'write',
  path,
  content: Buffer.from(content),
  mode,
});
/** Something of every kind, and a file that becomes a link with the same blob. */
const BEGINNING: readonly (readonly Change[])[] = [
  [write('kept/link', 'needle', '120000'), write('kept/data.bin', '\0needle'), write('kept/turns', 'needle')],
  [
    write('kept/turns', 'needle', '120000'),
    write('large.txt', over('needle\n', (1 << 20) + 1)),
    write('noise.txt', noise),
    write('.sextant/ignore', 'vendor\n'),
    write('vendor/kept.js', 'needle\n'),
  ],
  [
    { kind: 'delete', path: 'large.txt' },
    { kind: 'delete', path: 'noise.txt' },
  ],
];

/** Changes that can be made one after another: nothing that is not there is renamed. */
function possible(commits: readonly (readonly Change[])[]): Change[][] {
  const there = new Set<string>();
  return commits.map((changes) =>
    changes.filter((change) => {
      if (change.kind === 'write') there.add(change.path);
      else if (!there.delete(change.path)) return false;
      if (change.kind === 'rename') {
        if (change.path === change.to) return there.add(change.path) && false;
        there.add(change.to);
      }
      return true;
    }),
  );
}

const literal = (source: string, caseSensitive = false): PatternSpec => ({ kind: 'literal', source, caseSensitive });
const regexp = (source: string): PatternSpec => ({ kind: 'regexp', source, caseSensitive: false });
const contents = (pattern: PatternSpec): DocExpr => ({ op: 'match', in: ['content'], pattern });
const QUERIES: readonly (readonly [expr: DocExpr, want: 'content' | 'path' | 'symbol'])[] = [
  [contents(literal('needle', true)), 'content'],
  [contents(regexp('(func|def) +needle|größe')), 'content'],
  [contents(regexp('^.*😀.*$')), 'content'],
  [{ op: 'match', in: ['content', 'path'], pattern: literal('main') }, 'content'],
  [
    {
      op: 'and',
      of: [
        { op: 'language', names: ['Go', 'Python'] },
        { op: 'not', of: contents(literal('mutex')) },
      ],
    },
    'path',
  ],
  [{ op: 'match', in: ['path'], pattern: regexp('vendor|data|odd') }, 'path'],
  [{ op: 'match', in: ['symbol'], pattern: literal('needle') }, 'symbol'],
  [{ op: 'and', of: [{ op: 'path', pattern: regexp('\\.(ts|c)$') }, contents(regexp('lock|count'))] }, 'content'],
];

let root: string;
const OPTIONS = { languageOf, largeFiles: LARGE_FILES, retireAfter: 0, maxShardBytes: 200_000 };
let store: IndexStore;
const scanner = new InlineExecutor();
let engine: SearchEngine;

beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'sextant-revisions-'));
  store = await IndexStore.open(join(root, 'index'), OPTIONS);
  engine = new SearchEngine(store, new InlineExecutor());
});
afterAll(async () => {
  await engine.close();
  await scanner.close();
  rmSync(root, { recursive: true, force: true });
});

function aRun(history: History): SearchRun {
  return {
    git: history.asGit(),
    engine: {
      search: (o) => engine.search(o),
      explain: ({ scope }) => engine.explain(scope),
      status: async () => [],
      holdings: async () => ({ tag: '' }),
      skippedFiles: async () => [],
    },
    scanner,
    tally: new Tally(() => 0, new Date(0)),
    log: silent,
    meter: { span: (_name, work) => work({ set: () => undefined }) },
    signal: new AbortController().signal,
    now: new Date(0),
    provided: new Provided([], []),
    lines: true,
    contextLines: 1,
    ordered: true,
    remaining: () => 100_000,
    timeLeft: () => 20_000,
    countAll: false,
    lookedAt: undefined,
    addCounts: async () => undefined,
    capped: () => 'capped',
    damaged: () => undefined,
    look: async () => undefined,
    sees: () => true,
    seesWhole: () => true,
    isLarge: pathGlobs(LARGE_FILES),
    mirrors: new Map(),
    unindexedBytes: 1 << 30,
    languages: [],
    unindexedRepositories: 50,
    historyRepositories: 50,
    historyRepositoriesInTime: 50,
    missing: [],
  };
}

/** All that was found, by path, and what was left out. Branch and freshness differ by nature. */
async function answerOf(run: SearchRun, matches: Matches) {
  const found: SearchMatch[] = [];
  for await (const batch of matches) found.push(...batch.map((match) => ({ ...match, branches: [] })));
  const pathOf = (match: SearchMatch): string => ('path' in match ? match.path : '');
  found.sort((a, b) => (pathOf(a) < pathOf(b) ? -1 : 1));
  return { found: found.map(({ freshness: _, ...match }) => withoutBranch(match as SearchMatch)), verdict: run.tally.verdict() };
}

/** The link to a symbol names the revision that was asked for. */
const withoutBranch = (match: SearchMatch): SearchMatch =>
  match.type === 'symbol' ? { ...match, symbols: match.symbols.map((s) => ({ ...s, url: s.url.replace(/@.*?\/-\//, '/-/') })) } : match;

async function indexAt(history: History, commit: CommitOid): Promise<void> {
  history.head = commit;
  const shared = new SharedIndex();
  shared.use({ open: async () => store, options: async () => OPTIONS });
  const run = indexRepositoryJob(shared);
  const signal = new AbortController().signal;
  const deps = {
    git: history.asGit(),
    sources: { byId: async () => ({ name: NAME }) },
    events: { publish: async () => undefined },
  } as unknown as Parameters<typeof run>[1];
  await run({ repositoryId: repository.id }, deps, {
    signal,
    config: { branches: {} },
    log: silent,
    progress: () => undefined,
  } as unknown as Parameters<typeof run>[2]);
}

it('answers the same with an index and without, over many revisions of a history in any order', async () => {
  const anyHistory = fc.noBias(fc.array(fc.array(anyChange, { minLength: 1, maxLength: 5 }), { minLength: COMMITS, maxLength: COMMITS }));
  const seed = Number(process.env['SEXTANT_TEST_SEED'] ?? 20_261_124);
  const history = new History(join(root, 'history.git'), [...BEGINNING, ...possible(fc.sample(anyHistory, { seed, numRuns: 1 })[0]!)]);
  expect(history.commits).toHaveLength(BEGINNING.length + COMMITS);
  const [first, second, ...later] = history.commits as [CommitOid, CommitOid, ...CommitOid[]];
  const inAnyOrder = fc.sample(fc.shuffledSubarray(later, { minLength: REVISIONS, maxLength: REVISIONS }), { seed, numRuns: 1 })[0]!;
  const revisions = [first, second, ...inAnyOrder, first];
  const seen = new Map<string, number>();
  const see = (what: string, count = 1): unknown => seen.set(what, (seen.get(what) ?? 0) + count);
  for (const commit of revisions) {
    await indexAt(history, commit);
    expect((await store.list([repository.id]))[0]?.branches).toEqual([{ name: 'main', commit }]);
    for (const [expr, want] of QUERIES) {
      const [byIndex, byScan] = [aRun(history), aRun(history)];
      const indexed = await answerOf(
        byIndex,
        indexedMatches(byIndex, [{ repository }], { expr }, want, new Map(), (missing) => expect(missing).toEqual([])),
      );
      const target = { repository, revision: commit, commit };
      const scanned = await answerOf(byScan, unindexedMatches(byScan, [target], expr, want));
      expect(indexed, `${commit} ${JSON.stringify(expr)}`).toEqual(scanned);
      for (const match of indexed.found) see(match.type);
      for (const { message } of indexed.verdict.reasons) for (const [, reason] of message.matchAll(/\d+ ([a-z ]+)(?=[,)])/g)) see(reason!);
    }
    const truly = history
      .entriesOf(commit)
      .filter((entry) => entry.mode !== '120000' && (entry.size! <= 1 << 20 || entry.path.endsWith('.dump')))
      .filter((entry) => history.contentOf(entry.oid).includes('needle') && !history.contentOf(entry.oid).subarray(0, 8_000).includes(0));
    const run = aRun(history);
    const { found } = await answerOf(
      run,
      indexedMatches(run, [{ repository }], { expr: contents(literal('needle', true)) }, 'content', new Map(), () => undefined),
    );
    const paths = new Set(found.map((match) => ('path' in match ? match.path : '')));
    const hidden = new Set((await store.skipped(repository.id, { limit: 1_000, offset: 0 })).map(({ path }) => path));
    expect([...paths]).toEqual(
      truly
        .map(({ path }) => path as string)
        .filter((path) => !hidden.has(path))
        .sort(),
    );
  }
  // The history had something of everything, so that equal is not two times nothing.
  for (const what of ['content', 'path', 'symbol', 'binary', 'too large', 'taken for data', 'ignored', 'linked'])
    expect(seen.get(what) ?? 0, what).toBeGreaterThan(0);
  expect(seen.get('content')).toBeGreaterThan(100);
}, 60_000);
