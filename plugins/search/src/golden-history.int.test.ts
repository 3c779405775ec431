import { join } from 'node:path';
import codeHost from '@sextant/plugin-code-host';
import codeHostLocal from '@sextant/plugin-code-host-local';
import git from '@sextant/plugin-git';
import identity from '@sextant/plugin-identity';
import search from '@sextant/plugin-search';
import { startTestKernel, type TestKernel } from '@sextant/sdk/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FIELDS } from './query/fields.js';
import { predicateNames } from './query/predicates.js';
import { SELECTS } from './query/select.js';
import { aSextant, type SextantConfig, TestRepository, type TestSextant } from './testing/a-sextant.js';
import { GOLDEN_HITS } from './testing/golden-hits.js';

/** A commit as git itself tells of it. */
interface Told {
  readonly repository: string;
  readonly oid: string;
  readonly author: string;
  readonly committer: string;
  readonly date: Date;
  readonly message: string;
  readonly paths: readonly string[];
  readonly added: readonly string[];
  readonly removed: readonly string[];
}

let sextant: TestSextant<TestKernel>;
const repositories = new Map<string, TestRepository>();
/** Of the default branches. */
const history: Told[] = [];

const ADA = 'Ada Lovelace <ada@math.example>';
const BO = 'Bo Bot <bot@ci.example>';
const start = (config: SextantConfig) => startTestKernel({ plugins: [identity, codeHost, codeHostLocal, git, search], config });

function make(root: string): void {
  const alpha = new TestRepository(join(root, 'alpha'));
  repositories.set('alpha', alpha);
  alpha.commit({ 'src/main.go': 'package main\n\nfunc Begin() {}\n', 'README.md': 'needle in prose\n' }, 'Begin with a needle', {
    author: ADA,
    committer: ADA,
    date: '2024-01-10T12:00:00Z',
  });
  alpha.git('tag', 'v1');
  alpha.git('branch', 'release/1');
  alpha.commit({ 'src/main.go': 'package main\n\nfunc Begin() { needle() }\n' }, 'fix: call the Needle\n\nIt was not called.', {
    author: BO,
    committer: ADA,
    date: '2024-06-10T12:00:00Z',
  });
  alpha.git('tag', '-m', 'Second', 'v2');
  alpha.commit({ 'lib/app.py': 'class Needle:\n    def find(self): pass\n', 'README.md': 'hay\n' }, 'Add python', {
    author: ADA,
    committer: BO,
    date: '2025-03-01T12:00:00Z',
  });
  alpha.git('checkout', '-q', '-b', 'wip/x');
  alpha.commit({ 'wip.md': 'needle of wip\n' }, 'Work on it', { author: ADA, committer: ADA, date: '2025-04-01T12:00:00Z' });
  alpha.git('checkout', '-q', 'main');
  const beta = new TestRepository(join(root, 'beta'));
  repositories.set('beta', beta);
  beta.commit({ 'a.ts': 'export function needle() {}\n' }, 'Needle of beta', { author: BO, committer: BO, date: '2023-05-05T12:00:00Z' });
  beta.commit({ 'b.ts': 'export class Hay {}\n' }, 'bug: hay', { author: BO, committer: BO, date: '2023-05-06T12:00:00Z' });
  for (const [name, repository] of repositories) history.push(...tellAll(name, repository));
}

function tellAll(name: string, repository: TestRepository): readonly Told[] {
  const oids = repository.git('rev-list', 'main').split('\n');
  return oids.map((oid) => {
    const [author, committer, date, message] = repository
      .git('log', '-1', '--format=%an <%ae>%x00%cn <%ce>%x00%cI%x00%B', oid)
      .split('\0') as [string, string, string, string];
    const patch = repository.git('show', '--format=', '--unified=0', oid).split('\n');
    const changed = (sign: string) =>
      patch.filter((line) => line.startsWith(sign) && !line.startsWith(sign.repeat(3))).map((line) => line.slice(1));
    const paths = repository.git('show', '--format=', '--name-only', oid).split('\n');
    return { repository: name, oid, author, committer, date: new Date(date), message, paths, added: changed('+'), removed: changed('-') };
  });
}

beforeAll(async () => {
  sextant = await aSextant(start, make);
  for (const [name, repository] of repositories) await sextant.indexed(name, repository.git('rev-parse', 'main'));
});
afterAll(() => sextant?.close());

const has = (text: string, pattern: RegExp): boolean => pattern.test(text);
const since = (time: string) => (commit: Told) => commit.date >= new Date(time);
const ago = (days: number) => (commit: Told) => commit.date.getTime() >= Date.now() - days * 86_400_000;
const lines = ({ added, removed }: Told): readonly string[] => [...added, ...removed];

const COMMITS: readonly (readonly [query: string, fits: (commit: Told) => boolean])[] = [
  ['type:commit needle', ({ message }) => has(message, /needle/i)],
  ['type:commit case:yes needle', ({ message }) => has(message, /needle/)],
  ['type:commit /^fix: .*needle/', ({ message }) => has(message, /^fix: .*needle/i)],
  ['type:commit needle not fix', ({ message }) => has(message, /needle/i) && !has(message, /fix/i)],
  ['type:commit author:ada', ({ author }) => has(author, /ada/i)],
  ['type:commit author:^bo.*example>$ needle', ({ author, message }) => has(author, /^bo/i) && has(message, /needle/i)],
  ['type:commit -author:bot', ({ author }) => !has(author, /bot/i)],
  ['type:commit committer:ada author:bot', ({ author, committer }) => has(committer, /ada/i) && has(author, /bot/i)],
  ['type:commit -committer:ci\\.example', ({ committer }) => !has(committer, /ci\.example/i)],
  ['type:commit (author:ada or committer:bo)', ({ author, committer }) => has(author, /ada/i) || has(committer, /bo/i)],
  ['type:commit message:fix', ({ message }) => has(message, /fix/i)],
  ['type:commit m:needle msg:call', ({ message }) => has(message, /needle/i) && has(message, /call/i)],
  ['type:commit -message:needle', ({ message }) => !has(message, /needle/i)],
  ['type:commit after:2024-03-01', since('2024-03-01')],
  ['type:commit since:"june 10 2024"', since('2024-06-10')],
  ['type:commit before:2024-03-01', (commit) => !since('2024-03-01')(commit)],
  ['type:commit until:2024-06-10T12:00:00Z', ({ date }) => date <= new Date('2024-06-10T12:00:00Z')],
  ['type:commit -after:2024-03-01', (commit) => !since('2024-03-01')(commit)],
  ['type:commit after:"2 years ago" before:yesterday', ago(730)],
  ['type:commit after:2023-05-06 before:2024-02-01', (c) => since('2023-05-06')(c) && !since('2024-02-01')(c)],
  ['type:commit repo:beta', ({ repository }) => repository === 'beta'],
  ['type:commit -repo:beta needle', ({ repository, message }) => repository !== 'beta' && has(message, /needle/i)],
  ['type:commit file:\\.py$', ({ paths }) => paths.some((path) => path.endsWith('.py'))],
  ['type:commit lang:go needle', ({ paths, message }) => paths.some((path) => path.endsWith('.go')) && has(message, /needle/i)],
  ['(type:commit repo:beta hay) or (type:commit repo:alpha python)', (c) => has(c.message, c.repository === 'beta' ? /hay/i : /python/i)],
  ['type:diff needle', (c) => lines(c).some((line) => has(line, /needle/i))],
  ['type:diff case:yes Needle', (c) => lines(c).some((line) => has(line, /Needle/))],
  ['type:diff author:ada needle', (c) => has(c.author, /ada/i) && lines(c).some((line) => has(line, /needle/i))],
  ['type:diff after:2025-01-01 needle', (c) => since('2025-01-01')(c) && lines(c).some((line) => has(line, /needle/i))],
  ['type:diff /^func \\w+/', (c) => lines(c).some((line) => has(line, /^func \w+/i))],
  ['type:diff select:commit.diff.added needle', ({ added }) => added.some((line) => has(line, /needle/i))],
  ['type:diff select:commit.diff.removed needle', ({ removed }) => removed.some((line) => has(line, /needle/i))],
  ['type:diff repo:alpha nowhere', () => false],
];

describe('the golden commits and diffs', () => {
  it.each(COMMITS)('%s finds those that git tells of', async (query, fits) => {
    const { matches, verdict } = await sextant.search(query, { t: 'keyword' });
    expect(matches.map(({ repository, oid }) => `${repository} ${oid}`).sort()).toEqual(
      history
        .filter(fits)
        .map(({ repository, oid }) => `${repository} ${oid}`)
        .sort(),
    );
    expect(verdict.exhaustive).toBe(true);
  });

  it('are mostly some', () => expect(COMMITS.filter(([, fits]) => !history.some(fits)).length).toBeLessThan(3));
});

/** Revisions of alpha as a query names them, and as git does. */
const REVISIONS: readonly (readonly [filter: string, revisions: readonly string[]])[] = [
  ['repo:alpha@v1', ['v1']],
  ['repo:alpha rev:v1', ['v1']],
  ['repo:alpha revision:v1:wip/x', ['v1', 'wip/x']],
  ['repo:alpha@HEAD', ['main']],
  ['repo:alpha@main~1', ['main~1']],
  ['repo:alpha@v2^{commit}', ['v2^{commit}']],
  ['repo:alpha@refs/tags/v2', ['v2']],
  ['repo:alpha@*refs/tags/*', ['v1', 'v2']],
  ['repo:alpha@*refs/heads/*', ['main', 'release/1', 'wip/x']],
  ['repo:alpha@*refs/heads/', ['main', 'release/1', 'wip/x']],
  ['repo:alpha@*heads/release/*', ['release/1']],
  ['repo:alpha@*refs/heads/*:*!refs/heads/wip/*', ['main', 'release/1']],
  ['repo:alpha rev:*refs/*:*!refs/tags/*:*!refs/heads/main', ['release/1', 'wip/x']],
  ['repo:alpha rev:at.time(2024-07-01)', ['main@2024-07-01']],
  ['repo:alpha rev:at.time("june 10 2024 12:00")', ['main@2024-06-10T12:00:00Z']],
  ['repo:alpha rev:at.time(2025-05-01, wip/x)', ['wip/x@2025-05-01']],
  ['repo:alpha rev:at.time(2 years ago)', [`main@${new Date(Date.now() - 730.5 * 86_400_000).toISOString()}`]],
];

function filesAt(revision: string): readonly string[] {
  const repository = repositories.get('alpha') as TestRepository;
  const [, base, time] = /^(.*)@(\d.*)$/.exec(revision) ?? [];
  const oid =
    time === undefined
      ? repository.git('rev-parse', `${revision}^0`)
      : repository.git('rev-list', '-1', `--before=${time.includes('T') ? time : `${time}T00:00:00Z`}`, `${base}`);
  const grep = (): string => {
    try {
      return repository.git('grep', '-il', 'needle', oid);
    } catch {
      return '';
    }
  };
  return grep()
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => line.replace(':', ' '));
}

describe('the golden revisions', () => {
  it.each(REVISIONS)('%s searches what git finds there', async (filter, revisions) => {
    const { matches, verdict } = await sextant.search(`${filter} type:file -file:needle needle`);
    expect([...new Set(matches.map(({ commit, path }) => `${commit} ${path}`))].sort()).toEqual(
      [...new Set(revisions.flatMap(filesAt))].sort(),
    );
    expect(verdict.exhaustive).toBe(true);
  });

  it.each([
    ['repo:alpha@main:^v1', ['main', '^v1']],
    ['repo:alpha@wip/x:^main', ['wip/x', '^main']],
    ['repo:alpha@*refs/heads/*:^v2', ['--branches', '^v2']],
    ['repo:alpha@v1:v2', ['v1', 'v2']],
  ])('%s searches the commits that git lists', async (filter, args) => {
    const { matches } = await sextant.search(`${filter} type:commit`);
    const listed = repositories.get('alpha')?.git('rev-list', ...args) ?? '';
    expect(matches.map(({ oid }) => oid).sort()).toEqual(listed.split('\n').sort());
  });
});

describe('the golden repositories, files and symbols', () => {
  const named = (fits: (told: Told) => boolean): readonly string[] =>
    [...new Set(history.filter(fits).map(({ repository }) => repository))].sort();
  it.each([
    ['type:repo', () => true],
    ['type:repo alph', ({ repository }: Told) => repository === 'alpha'],
    ['repo:has.commit.after(2024-01-01)', since('2024-01-01')],
    ['repo:contains.commit.after(june 2023)', since('2023-06-01')],
    ['repohascommitafter:2023-01-01', since('2023-01-01')],
    ['select:repo type:commit hay', ({ message }: Told) => has(message, /hay/)],
    ['select:repo type:diff python', () => false],
  ] as const)('%s finds the repositories of such commits', async (query, fits) => {
    expect((await sextant.search(query)).matches.map(({ repository }) => repository)).toEqual(named(fits));
  });

  it('-repo:has.commit.after() and -repohascommitafter: find the others', async () => {
    for (const query of ['-repo:has.commit.after(2024-01-01)', '-repohascommitafter:2024-01-01 type:repo'])
      expect((await sextant.search(query)).matches.map(({ repository }) => repository)).toEqual(['beta']);
  });

  const heads = (): readonly string[] =>
    [...repositories].flatMap(([name, repository]) =>
      repository
        .git('ls-tree', '-r', '--name-only', 'main')
        .split('\n')
        .map((path) => `${name} ${path}`),
    );
  const folder = (path: string): string => path.slice(0, path.lastIndexOf('/') + 1);
  it.each<[string, (all: readonly string[]) => readonly string[]]>([
    ['select:file', (all) => all],
    ['select:file.path -file:md$', (all) => all.filter((path) => !path.endsWith('md'))],
    [
      'select:file.directory repo:alpha',
      (all) => [...new Set(all.filter((p) => p.startsWith('alpha')).map((p) => `alpha ${folder(p.slice(6))}`))],
    ],
    ['type:path a', (all) => all.filter((path) => has(path.replace(/^\S+ /, ''), /a/i))],
  ])('%s finds the paths that git lists', async (query, of) => {
    const { matches } = await sextant.search(query);
    expect(matches.map(({ repository, path }) => `${repository} ${path}`).sort()).toEqual([...of(heads())].sort());
  });

  /** Definitions as a plain scan of lines finds them. */
  const definitions = (): readonly { readonly name: string; readonly kind: string }[] =>
    heads().flatMap((file) => {
      const [name = '', path = ''] = file.split(' ');
      const text = repositories.get(name)?.git('show', `main:${path}`) ?? '';
      return [...text.matchAll(/^\s*(?:export )?(package|func|function|class|def) (\w+)/gm)].map(([line, word, symbol]) => ({
        name: symbol as string,
        kind: word === 'class' || word === 'package' ? word : /^\s+def/.test(line) ? 'method' : 'function',
      }));
    });
  it.each<[string, (found: { readonly name: string; readonly kind: string }) => boolean]>([
    ['type:symbol /./', () => true],
    ['type:symbol needle', ({ name }) => has(name, /needle/i)],
    ['select:symbol find', ({ name }) => has(name, /find/i)],
    ['select:symbol.class /./', ({ kind }) => kind === 'class'],
    ['type:symbol index:no case:yes Needle', ({ name }) => has(name, /Needle/)],
  ])('%s finds the symbols that a scan of lines finds', async (query, fits) => {
    const { matches } = await sextant.search(query);
    const symbols = matches.flatMap(({ symbols }) => symbols as readonly { readonly name: string; readonly kind: string }[]);
    expect(symbols.map(({ name, kind }) => `${kind.toLowerCase()} ${name}`).sort()).toEqual(
      definitions()
        .filter(fits)
        .map(({ name, kind }) => `${kind} ${name}`)
        .sort(),
    );
  });

  it('select:content leaves out what only the path matches', async () => {
    expect((await sextant.search('README or prose')).matches.map(({ type }) => type)).toEqual(['path']);
    expect((await sextant.search('README or hay select:content repo:alpha')).matches).toMatchObject([
      { type: 'content', path: 'README.md' },
    ]);
    expect((await sextant.search('README select:content')).matches).toEqual([]);
  });
});

describe('the golden queries', () => {
  const asked = [
    ...GOLDEN_HITS.map(([, query]) => query),
    ...COMMITS.map(([query]) => query),
    ...REVISIONS.map(([filter]) => filter),
    ...[
      'repo:has.commit.after(x)',
      'repo:contains.commit.after(x)',
      'repohascommitafter:x',
      'select:repo',
      'select:file',
      'select:file.path',
    ],
    ...['select:file.directory', 'select:content', 'select:symbol', 'select:symbol.class', 'type:repo', 'type:symbol'],
  ].map((query) => query.toLowerCase());
  const isAsked = (part: string): boolean => asked.some((query) => new RegExp(`(?:^|[\\s(-])${part.replaceAll('.', '\\.')}`).test(query));

  it('hold every field and alias, every predicate, type and selection that is answered here', () => {
    const parts = [
      ...FIELDS.flatMap(({ name, aliases }) => [name, ...aliases].map((word) => `${word}:`)),
      ...(['repo', 'file', 'rev'] as const).flatMap((field) => predicateNames(field).map((name) => `${field}:${name}\\(`)),
      ...FIELDS.flatMap(({ name, values = [] }) => values.map((value) => `${name}:${value}\\b`)),
      ...SELECTS.filter((select) => !select.startsWith('symbol.')).map((select) => `select:${select}`),
    ];
    // Refused, and what plugins answer: provided.test.ts.
    const elsewhere = ['rule:', 'file:has.owner\\(', 'file:has.contributor\\(', 'select:file.owners'];
    expect(parts.filter((part) => !isAsked(part))).toEqual(elsewhere);
  });
});
