import type { MatrixRepository } from '@sextant/plugin-code-host/testing';
import type { Actor } from '@sextant/sdk';
import { afterAll, beforeAll, describe } from 'vitest';
import type { Aggregation, Suggestions } from '../../api.js';
import { aLeakWorld, answered, aRequest, closeLeakWorld, gql, type LeakWorld, mark, type Surface } from '../../testing/a-leak-world.js';
import type { SearchWorld } from '../../testing/a-search-world.js';
import { holdsTheWall } from '../../testing/holds-the-wall.js';
import graphql from './graphql.js';
import { suggestRoute } from './suggest-route.js';

let world: LeakWorld;
let open: LeakWorld;
beforeAll(async () => {
  world = await aLeakWorld(graphql, true);
  open = await aLeakWorld(graphql, false);
});
afterAll(() => Promise.all([world, open].map(closeLeakWorld)));

const suggestionsOf = (search: SearchWorld, actor: Actor, query: string): Promise<Suggestions> =>
  search.service.suggest({ query, position: query.length, actor, signal: new AbortController().signal });
/** Ranges are left out: they are the asker's own words, whose length differs. */
const suggested = (
  name: string,
  query: (repository: MatrixRepository) => string,
  shown: (answer: Suggestions, r: MatrixRepository) => boolean,
): Surface => ({
  name: `suggestions: ${name}`,
  ask: async ({ whole }, actor, r) => {
    const { suggestions, verdict } = await suggestionsOf(whole, actor, query(r));
    return { suggestions: suggestions.map(({ range: _range, ...rest }) => rest), verdict };
  },
  reveals: (answer, r) => shown(answer as Suggestions, r),
});

const surfaces: readonly Surface[] = [
  suggested(
    'repositories',
    (r) => `repo:^${r.name}`,
    (a, r) => a.suggestions.some(({ label }) => label === r.name),
  ),
  suggested(
    'any repository',
    () => 'repo:',
    (a, r) => a.suggestions.some(({ label }) => label === r.name),
  ),
  suggested(
    'files',
    (r) => `file:${mark(r)}`,
    (a) => a.suggestions.some(({ kind }) => kind === 'file'),
  ),
  suggested(
    'a word',
    (r) => mark(r),
    (a) => a.suggestions.some(({ kind }) => kind === 'symbol'),
  ),
  suggested(
    'languages',
    (r) => `repo:^${r.name}$ lang:`,
    (a) => a.suggestions.length > 0,
  ),
  suggested(
    'revisions',
    (r) => `repo:^${r.name}$@ma`,
    (a) => a.suggestions.length > 0,
  ),
  suggested(
    'in a scope',
    (r) => `repo:has.file(path:${mark(r)}) file:b`,
    (a) => a.suggestions.length > 0,
  ),
  {
    name: 'suggestions: what was left out',
    ask: async ({ cloning }, actor) => suggestionsOf(cloning, actor, 'file:o'),
    reveals: (answer, r) => JSON.stringify(answer).includes(r.name),
  },
  {
    name: 'suggestions: route',
    ask: async ({ whole }, actor, r) =>
      (await suggestRoute(whole.service)(aRequest(`/.api/search/suggest?q=${encodeURIComponent(`repo:^${r.name}`)}`, actor))).body,
    reveals: (answer) => (answer as Suggestions).suggestions.length > 0,
  },
  ...(['repo', 'path', 'language', 'capture-group'] as const).map(
    (by): Surface => ({
      name: `groups by ${by}`,
      ask: async ({ whole }, actor, r) =>
        whole.service.aggregate({ query: `type:file /function (${mark(r)})/`, by, actor, signal: new AbortController().signal }),
      reveals: (answer) => (answer as Aggregation).matchCount > 0,
    }),
  ),
  {
    name: 'groups of everything',
    ask: async ({ whole }, actor) => whole.service.aggregate({ query: 'needle', by: 'repo', actor, signal: new AbortController().signal }),
    reveals: (answer, r) => JSON.stringify(answer).includes(r.name),
  },
  {
    name: 'groups by author',
    ask: async ({ whole }, actor, r) =>
      whole.service.aggregate({ query: `type:commit ${mark(r)}`, by: 'author', actor, signal: new AbortController().signal }),
    reveals: (answer) => (answer as Aggregation).matchCount > 0,
  },
  gql(
    'searchSuggestions',
    'query ($q: String!, $p: Int!) { searchSuggestions(query: $q, position: $p) { suggestions { kind label detail insertText } completeness { words } } }',
    (r) => ({ q: `repo:^${r.name}`, p: r.name.length + 6 }),
    'ask',
    answered((d: { searchSuggestions: { suggestions: unknown[] } }) => d.searchSuggestions?.suggestions.length > 0),
  ),
  gql(
    'aggregation',
    'query ($q: String!) { search(query: $q) { aggregation(groupBy: PATH) { groups { label count query } matchCount completeness { words } } } }',
    (r) => ({ q: `type:file ${mark(r)}` }),
    'ask',
    answered((d: { search: { aggregation: { matchCount: number } } }) => d.search?.aggregation.matchCount > 0),
  ),
];

describe('what suggestions and groups show of repositories', () => {
  holdsTheWall(surfaces, () => ({ walled: world, open }));
});
