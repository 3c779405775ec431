import type { GraphQLSchema } from 'graphql';
import { type Answer, countsSome, gql, http, isCloned, isDone, isThere, type PluginRows, type Row } from '../row.js';
import { everythingOf } from '../selection.js';
import type { Target } from '../target.js';

const file = { about: 'file' } as const;
/** It goes on while something else happens. */
const held = { held: /^(?:git|index) / };
/** Forks and archived repositories are looked at when the query says so. */
const ALL = 'fork:yes archived:yes';

/** Searches, what they propose and count, how they are explained, and the index. */
export function searchRows(schema: GraphQLSchema): PluginRows {
  const SEARCH = 'HTTP GET /.api/search/stream';
  const stream = (name: string, query: (t: Target) => string, more: Partial<Row> = {}, options = ''): Row =>
    http(`stream: ${name}`, SEARCH, (t) => ({ path: `/.api/search/stream?cm=t${options}&q=${encodeURIComponent(`${ALL} ${query(t)}`)}` }), {
      ...held,
      // Matches are sent as they are found, and so is where it has come to.
      saidAtEnd: (body) =>
        body
          .split('\n\n')
          .filter((event) => !/^event: (?:matches|progress\ndata: \{"done":false)/.test(event))
          .join('\n\n'),
      ...more,
    });
  const matching: Partial<Row> = { countsAfter: /^index search$/, reveals: ({ body }) => /"matchCount":[1-9]/.test(body) };
  const found: Partial<Row> = { ...file, ...matching };
  const exactly = ({ name }: Target): string => `repo:^${name}$`;
  const suggested = (name: string, query: (t: Target) => string, more: Partial<Row> = {}): Row =>
    http(
      `suggestions: ${name}`,
      'HTTP GET /.api/search/suggest',
      (t) => ({ path: `/.api/search/suggest?first=50&q=${encodeURIComponent(query(t))}` }),
      { ...held, reveals: ({ body }) => body.includes('"insertText"'), ...more },
    );
  const grouped = (mode: string, query: (t: Target) => string, more: Partial<Row> = {}): Row =>
    gql(
      `groups by ${mode}`,
      `query ($q: String!) { search(query: $q) { aggregation(groupBy: ${mode}, first: 50) ${everythingOf(schema, 'SearchAggregation')} aggregationModes { available mode reason } } }`,
      (t) => ({ q: `${ALL} ${query(t)}` }),
      { ...held, ...more },
    );
  const results = everythingOf(schema, 'SearchResults');

  return {
    plugin: 'search',
    rows: [
      stream('content', (t) => `type:file ${t.file.word}`, found),
      stream('content in its repository', (t) => `${exactly(t)} needle`, matching),
      stream('content of a file', (t) => `${exactly(t)} file:^${t.file.path}$ needle`, found),
      stream('a path', (t) => `type:path ${t.file.path}`, found),
      stream('a file known by path only', (t) => `type:path ${t.file.binary}`, found),
      stream('a symbol', (t) => `type:symbol ${t.file.symbol}`, found),
      stream('a repository', (t) => `type:repo nam${t.key}`, { ...matching, shows: isThere }),
      stream('commits', (t) => `type:commit ${t.message}`, matching),
      stream('commits of a path', (t) => `type:commit file:${t.file.path} needle|Go|Begin patterntype:regexp`, found),
      stream('diffs', (t) => `type:diff ${t.file.added}`, found),
      stream('by the author', (t) => `type:commit author:${t.author} Begin`, matching),
      // Who is not signed in cannot name users, whatever the commits.
      stream('by all but a user', (t) => `type:commit -author:@one ${t.message}`, {
        ...matching,
        shows: (t, { name }) => isCloned(t) && name !== 'anonymous',
      }),
      stream('at a branch', (t) => `${exactly(t)}@${t.branch} ${t.file.word}`, found),
      stream('at every branch', (t) => `repo:nam${t.key}@*refs/heads/* ${t.file.word}`, found),
      stream('without the index', (t) => `index:no ${t.file.word}`, found),
      stream('repositories that have a file', (t) => `type:repo repo:has.file(path:${t.file.path})`, found),
      stream('repositories that have content', (t) => `type:repo repo:has.content(${t.file.word})`, found),
      stream('repositories by topic', (t) => `type:repo repo:has.topic(${t.topic})`, { ...matching, shows: isThere }),
      stream('repositories by metadata', (t) => `type:repo repo:has.meta(${t.metadataKey}:${t.metadataValue})`, {
        ...matching,
        shows: isThere,
      }),
      stream('repositories by description', (t) => `type:repo repo:has.description(${t.description})`, { ...matching, shows: isThere }),
      stream('repositories with a commit since', (t) => `type:repo repo:nam${t.key} repo:has.commit.after(2001-01-01)`, matching),
      stream('files that contain', (t) => `type:path file:has.content(${t.file.word})`, found),
      stream('select:repo', (t) => `${t.file.word} select:repo`, found),
      stream('select:file', (t) => `${t.file.word} select:file`, found),
      stream('select:symbol', (t) => `type:symbol ${t.file.symbol} select:symbol`, found),
      stream('structural', (t) => `patterntype:structural lang:TypeScript function ${t.file.symbol}() { $$$ }`, found),
      stream('a word that all have', () => 'needle', file),
      stream('one word, counted', (t) => `${t.file.word} count:all`, found, '&display=0'),
      stream('diffs of files that have moved', (t) => `repo:^${t.name}$@moved type:diff ${t.file.leftLine} or ${t.file.cameLine}`, {
        ...found,
        twin: false,
      }),
      stream('a word that all have, counted', () => 'needle count:all', {}, '&display=0'),
      stream('all but this one', (t) => `needle -repo:^${t.name}$`, { shows: () => false }),
      stream('everything of all', () => 'type:repo count:all', {
        shows: isThere,
        agrees: ({ body }, visible) => body.includes(`"done":true,"matchCount":${visible.length},`),
      }),
      stream('commits of all', () => 'type:commit Begin', {}),
      stream('diffs of all', () => 'type:diff needle count:all', file),
      stream('a repository that is named', (t) => `${exactly(t)} nothingatall`, {
        reveals: ({ body }) => /"repositoriesCount":[1-9]/.test(body),
      }),
      stream('a revision that is nowhere', (t) => `${exactly(t)}@nowhere needle`, {
        reveals: ({ body }) => body.includes('nowhere') && body.includes('repository-missing'),
      }),
      stream('a revision that is nowhere, by a part of the name', (t) => `repo:nam${t.key}@nowhere needle`, {
        reveals: ({ body }, t) => body.includes(t.name),
      }),
      stream('repositories that have a word of all', () => 'type:repo repo:has.content(needle)'),
      stream('the former name', (t) => `repo:^${t.formerName}$ needle`, { shows: () => false }),
      stream('with context and traces', (t) => t.file.word, found, '&cl=3&max-line-len=40&v=V3&t=keyword'),
      gql(
        'results, with all that they have',
        `query ($q: String!) { search(query: $q, version: V3, patternType: standard) { results ${results} stats ${everythingOf(schema, 'SearchResultsStats')} } }`,
        (t) => ({ q: `${ALL} ${t.file.word}` }),
        { ...held, ...file },
      ),
      gql(
        'commits, with all that they have',
        `query ($q: String!) { search(query: $q) { results ${results} } }`,
        (t) => ({ q: `${ALL} type:diff ${t.file.added}` }),
        { ...held, ...file },
      ),
      gql('all of a search that names nothing', `query { search(query: "needle ${ALL}") { results ${results} } }`, () => ({}), {
        ...held,
        ...file,
      }),
      gql(
        'languages and a rough count',
        'query ($q: String!) { search(query: $q) { stats { approximateResultCount languages { name totalLines } } } }',
        (t) => ({ q: `${ALL} type:file ${t.file.word}` }),
        { ...file, reveals: countsSome('approximateResultCount') },
      ),
      grouped('REPO', () => 'needle'),
      grouped('PATH', () => 'needle', file),
      grouped('LANGUAGE', (t) => t.file.word, { ...file, reveals: countsSome('matchCount') }),
      grouped('AUTHOR', () => 'type:commit Begin'),
      grouped('CAPTURE_GROUP', () => 'patterntype:regexp (wrd\\w+)', file),
      suggested('of repositories', (t) => `repo:nam${t.key}`, {
        shows: isThere,
        reveals: ({ body }, t) => body.includes(`nam${t.key}`) && body.includes('"kind":"repository"'),
      }),
      suggested('of revisions', (t) => `repo:^${t.name}$ rev:brn`, { reveals: ({ body }, t) => body.includes(t.branch) }),
      suggested('of files', (t) => `${ALL} file:${t.file.path.slice(0, -3)}`, {
        ...file,
        reveals: ({ body }) => body.includes('"kind":"file"'),
      }),
      suggested('of symbols', (t) => `${ALL} ${t.file.symbol.slice(0, -1)}`, {
        ...file,
        reveals: ({ body }) => body.includes('"kind":"symbol"'),
      }),
      suggested('of languages', (t) => `repo:^${t.name}$ lang:`),
      suggested('of files in repositories that have content', (t) => `repo:nam${t.key} repo:has.content(${t.file.word}) file:`, {
        ...file,
        countsAfter: /^index search$/,
        reveals: ({ body }) => body.includes('"kind":"file"'),
      }),
      suggested('of files in a repository', (t) => `repo:^${t.name}$ file:${t.file.folder}`, {
        reveals: ({ body }) => body.includes('"kind":"file"'),
      }),
      gql(
        'suggestions, with all that they have',
        `query ($q: String!, $position: Int!) { searchSuggestions(query: $q, position: $position, first: 50, patternType: standard) ${everythingOf(schema, 'SearchSuggestions')} }`,
        (t) => ({ q: `repo:nam${t.key}`, position: `repo:nam${t.key}`.length }),
        { shows: isThere, reveals: ({ body }) => body.includes('REPOSITORY') },
      ),
      gql(
        'how a query is understood',
        `query ($q: String!) { searchQueryExplain(query: $q, patternType: standard) ${everythingOf(schema, 'SearchQueryExplanation')} }`,
        (t) => ({ q: `${ALL} ${exactly(t)} needle` }),
        { ...held, countsAfter: /./, reveals: ({ body }) => /"repositories":[1-9]/.test(body) || /"sources":\[\{/.test(body) },
      ),
      gql(
        'how a query over everything is understood',
        'query { searchQueryExplain(query: "needle fork:yes archived:yes") { explanation } }',
        () => ({}),
        held,
      ),
      gql(
        'the index of a repository, with all that it has',
        `query ($name: String!) { repository(name: $name) { textSearchIndex ${everythingOf(schema, 'RepositoryTextSearchIndex')} } }`,
        (t) => ({ name: t.name }),
        { reveals: ({ body }) => body.includes('indexedCommit') },
      ),
      gql(
        'the main language of a repository',
        'query ($name: String!) { repository(name: $name) { language } }',
        (t) => ({ name: t.name }),
        // It is none where rules hide what it may be of.
        { ...file, shows: (t, asker) => isCloned(t) && asker.name !== 'ruled', reveals: ({ body }) => /"language":"[^"]/.test(body) },
      ),
      gql(
        'files known by path only',
        'query ($name: String!) { repository(name: $name) { textSearchIndex { skippedFiles(first: 100, reason: "binary") { path reason } } } }',
        (t) => ({ name: t.name }),
        file,
      ),
      gql(
        'files known by path only, after others',
        'query ($name: String!) { repository(name: $name) { textSearchIndex { skippedFiles(offset: 1) { path } } } }',
        (t) => ({ name: t.name }),
        { shows: () => false },
      ),
      gql(
        'the change reindexRepository',
        'mutation ($id: ID!) { reindexRepository(repository: $id) { alwaysNil } }',
        (t) => ({ id: t.nodeId }),
        { shows: isThere, reveals: isDone, forAdmins: true },
      ),
      gql(
        'the change pinRepositoryToSearchNodes',
        'mutation ($id: ID!) { pinRepositoryToSearchNodes(repository: $id, nodes: ["none"]) { alwaysNil } }',
        (t) => ({ id: t.nodeId }),
        { shows: isThere, reveals: noSuchNode, forAdmins: true },
      ),
      gql(
        'the change unpinRepositoryFromSearchNodes',
        'mutation ($id: ID!) { unpinRepositoryFromSearchNodes(repository: $id) { alwaysNil } }',
        (t) => ({ id: t.nodeId }),
        { shows: isThere, reveals: isDone, forAdmins: true },
      ),
      gql('the search nodes', `query { searchNodes ${everythingOf(schema, 'SearchNode')} }`, () => ({}), {
        shows: isThere,
        forAdmins: true,
      }),
    ],
    reasons: [
      { surfaces: ['Query.parseSearchQuery*'], because: 'The tree of a query is made of its text alone.' },
      { surfaces: ['Mutation.*rainSearchNode*'], because: 'Steers processes by their names, for site admins.' },
      {
        surfaces: ['event index:*'],
        because: 'Events go to addresses that a site admin chose, about all repositories: whoever reads them there is no user of Sextant.',
      },
    ],
  };
}

/** It came as far as the node, of which there is none. */
const noSuchNode = ({ body }: Answer): boolean => body.includes('No search node is called');
