import { join } from 'node:path';
import codeHost from '@sextant/plugin-code-host';
import codeHostLocal from '@sextant/plugin-code-host-local';
import git from '@sextant/plugin-git';
import identity from '@sextant/plugin-identity';
// As it ships, and as an author imports it: another copy of a point would be another point.
import search from '@sextant/plugin-search';
import { predicates, resultSources } from '@sextant/plugin-search/api';
import { definePart, definePlugin, z } from '@sextant/sdk';
import { at, startTestKernel, type TestKernel } from '@sextant/sdk/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { aSextant, type SextantConfig, TestRepository, type TestSextant } from './testing/a-sextant.js';

/** `repo:has.length(n)`, `file:has.extension(x)`, and `type:name`: names of repositories that hold the query's text. */
const names = definePlugin({
  id: 'names',
  version: '1.0.0',
  title: 'Names',
  summary: 'Searches by names.',
  engines: { kernel: '^1.0.0' },
  toggle: 'default-on',
  config: z.object({}),
  parts: {
    api: async () => ({
      default: definePart(z.object({}))({
        deps: {},
        register(r) {
          r.contribute(predicates, () => ({
            on: 'repo',
            name: 'has.length',
            problem: (length) => (/^\d+$/.test(length) ? undefined : 'It needs a number.'),
            choose: (length, among) => new Set(among.filter(({ name }) => name.length === Number(length)).map(({ id }) => id)),
          }));
          r.contribute(predicates, () => ({
            on: 'file',
            name: 'has.extension',
            paths: async (extension, among) => new Map(among.map(({ id }) => [id, [`\\.${extension}$`]])),
          }));
          r.contribute(resultSources, () => ({
            type: 'name',
            async *find({ repositories, fits }) {
              for (const { id, name } of repositories) {
                const ranges = fits(name, { repositoryId: id });
                if (!ranges) continue;
                const nameRanges = ranges.map(([, column, length]) => [column, column + length] as const);
                yield [
                  {
                    repositoryId: id,
                    commit: '0'.repeat(40),
                    match: { type: 'repo', nameRanges, descriptionRanges: [], topics: [], metadata: {} },
                  },
                ];
              }
            },
          }));
        },
      }),
    }),
  },
});

let sextant: TestSextant<TestKernel>;
const start = (config: SextantConfig) => startTestKernel({ plugins: [identity, codeHost, codeHostLocal, git, search, names], config });

beforeAll(async () => {
  const heads = { alpha: '', bee: '' };
  sextant = await aSextant(start, (root) => {
    heads.alpha = new TestRepository(join(root, 'alpha')).commit({ 'a.ts': 'needle\n', 'b.md': 'needle\n' });
    heads.bee = new TestRepository(join(root, 'bee')).commit({ 'c.ts': 'needle\n' });
  });
  for (const [name, head] of Object.entries(heads)) await sextant.indexed(name, head);
});
afterAll(() => sextant?.close());

const found = async (query: string): Promise<readonly string[]> =>
  (await sextant.search(query)).matches.map((match) => `${match.repository} ${match.path ?? match.type}`).sort();

describe('a plugin that adds to the query language', () => {
  it('answers its predicates and its type of results in the stream', async () => {
    expect(await found('repo:has.length(3) type:file needle')).toEqual(['bee c.ts']);
    expect(await found('-repo:has.length(3) file:has.extension(md) needle')).toEqual(['alpha b.md']);
    expect(await found('type:name /^be/')).toEqual(['bee repo']);
    expect((await sextant.search('type:name lph')).matches).toMatchObject([
      {
        type: 'repo',
        source: 'name',
        repository: 'alpha',
        repositoryMatches: [{ start: { column: 1 }, end: { column: 4 } }],
        stale: false,
      },
    ]);
  });

  it('answers them in GraphQL, and says there what is wrong with an argument', async () => {
    const { data } = await sextant.kernel.graphql(
      `{ good: search(query: "repo:has.length(5) file:has.extension(ts) needle") { results { matchCount completeness { exhaustive } } }
         bad: search(query: "repo:has.length(x) needle") { results { alert { kind description } } }
         explained: searchQueryExplain(query: "type:name file:has.extension(ts) a") { explanation } }`,
    );
    expect(at(data, 'good.results')).toEqual({ matchCount: 1, completeness: { exhaustive: true } });
    expect(at(data, 'bad.results.alert')).toEqual({ kind: 'invalid-query', description: 'has.length: It needs a number. (at 1–18)' });
    expect(at(data, 'explained.explanation.work.0')).toMatchObject({ kinds: ['name'], repositories: 2 });
  });

  it('is gone from the language when it is switched off', async () => {
    await sextant.kernel.kernel.switchboard.disable('names');
    expect((await sextant.search('repo:has.length(3) needle')).alert?.description).toContain('no plugin provides it');
    expect((await sextant.search('type:name lph')).alert?.description).toMatch(
      /^type: takes file, path, repo, symbol, commit, diff; not "name"\./,
    );
    await sextant.kernel.kernel.switchboard.enable('names');
    expect(await found('repo:has.length(3) type:file needle')).toEqual(['bee c.ts']);
  });
});
