import { createHash } from 'node:crypto';
import { encodeCursor, encodeNodeId } from '@sextant/sdk';
import type { GraphQLSchema } from 'graphql';
import { type Answer, countsSome, gql, http, isDone, isThere, type PluginRows, type Row } from '../row.js';
import { everythingOf } from '../selection.js';
import type { Target } from '../target.js';

/** Repositories themselves: their names, records, lists, freshness and connections. */
export function codeHostRows(schema: GraphQLSchema): PluginRows {
  const whole = everythingOf(schema, 'Repository', {
    'Repository.commit': 'rev: "HEAD"',
    'Repository.comparison': 'base: "HEAD~1", head: "HEAD"',
    'RepositoryTextSearchIndex.skippedFiles': 'first: 100',
  });
  const freshness = everythingOf(schema, 'RepositoryFreshness');
  const byName = 'query ($name: String!) { repository(name: $name)';
  const some = '{ id description }';
  const there = { shows: isThere };
  const listed = (name: string, args: string, variables: (t: Target) => object = () => ({}), more: Partial<Row> = there): Row =>
    gql(
      `a list of repositories, ${name}`,
      `query ${args} { nodes { id name description topics } pageInfo { endCursor hasNextPage } totalCount } }`,
      variables,
      more,
    );
  const change = (name: string, document: string, variables: (t: Target) => object, more: Partial<Row> = {}): Row =>
    gql(`the change ${name}`, document, variables, { shows: isThere, forAdmins: true, reveals: isDone, ...more });
  const named = ({ name }: Target): object => ({ name });
  const metadata = ({ nodeId: repo }: Target): object => ({ repo, key: 'added', value: 'by a row' });
  const keyed = '$repo: ID!, $key: String!';

  return {
    plugin: 'code-host',
    rows: [
      gql('a repository by its name, with all that it has', `${byName} ${whole} }`, named, there),
      gql('a repository by its name in other letters', `${byName} ${some} }`, ({ name }) => ({ name: name.toUpperCase() }), there),
      gql('a repository by its former name', `${byName} ${some} }`, ({ formerName }) => ({ name: formerName }), there),
      gql(
        'a repository by its clone URL',
        `query ($url: String!) { repository(cloneURL: $url) ${some} }`,
        ({ cloneUrl }) => ({ url: cloneUrl }),
        there,
      ),
      gql(
        'a redirect by the name',
        `query ($name: String!) { repositoryRedirect(name: $name) { ... on Repository ${some} ... on Redirect { url } } }`,
        named,
        there,
      ),
      gql(
        'a redirect by the clone URL',
        `query ($url: String!) { repositoryRedirect(cloneURL: $url) { ... on Repository ${some} } }`,
        ({ cloneUrl }) => ({ url: cloneUrl }),
        there,
      ),
      gql(
        'a redirect by the hash of the name',
        `query ($hash: String!) { repositoryRedirect(hashedName: $hash) { ... on Repository ${some} } }`,
        ({ name }) => ({ hash: createHash('sha256').update(name.toLowerCase()).digest('hex') }),
        there,
      ),
      gql(
        'a repository by its id',
        `query ($id: ID!) { node(id: $id) { __typename ... on Repository ${whole} } }`,
        ({ nodeId }) => ({ id: nodeId }),
        { ...there, covers: ['node Repository'] },
      ),
      listed('all of it', '{ repositories(first: 100)', undefined, { ...there, agrees: counting('totalCount') }),
      listed('by a part of the name', '($q: String!) { repositories(query: $q)', ({ key }) => ({ q: `nam${key}` })),
      listed('by the name', '($names: [String!]!) { repositories(names: $names)', ({ name }) => ({ names: [name] })),
      listed('those that are cloned', '{ repositories(cloned: true, notCloned: false)', undefined, {}),
      listed('those that are not cloned', '{ repositories(cloned: false, notCloned: true)', undefined, {
        shows: (t) => !t.isCloned && isThere(t),
      }),
      listed('those in the index', '{ repositories(indexed: true, notIndexed: false)', undefined, {}),
      listed('those not in the index', '{ repositories(indexed: false, notIndexed: true)', undefined, {
        shows: (t) => !t.isCloned && isThere(t),
      }),
      listed('by age', '{ repositories(orderBy: REPO_CREATED_AT, descending: true)'),
      listed('by size', '{ repositories(orderBy: SIZE)'),
      listed('of a connection', '($id: ID!) { repositories(externalService: $id)', () => ({ id: CONNECTION })),
      listed('behind a name', '($after: String!) { repositories(after: $after)', () => ({ after: FIRST })),
      gql(
        'the number of repositories of a name',
        'query ($names: [String!]!) { repositories(names: $names) { totalCount } }',
        ({ name }) => ({ names: [name] }),
        { ...there, reveals: countsSome('totalCount') },
      ),
      gql(
        'the number of repositories by a part of the name',
        'query ($q: String!) { repositories(query: $q) { totalCount } }',
        ({ key: q }) => ({ q }),
        { ...there, reveals: countsSome('totalCount') },
      ),
      gql('why it is as old as it is, by its name', `query ($name: String!) { repositoryFreshness(name: $name) ${freshness} }`, named, {
        ...there,
        reveals: ({ body }) => /"verdict":"(?:FRESH|UPDATING|STALE)"/.test(body),
      }),
      gql(
        'why it is as old as it is, by its former name',
        'query ($name: String!) { repositoryFreshness(name: $name) { name verdict } }',
        ({ formerName }) => ({ name: formerName }),
        there,
      ),
      gql(
        'names like one that is mistyped',
        'query ($name: String!) { repositoryFreshness(name: $name) { nearest } }',
        ({ key }) => ({ name: `host/namx${key}` }),
        there,
      ),
      gql('the connections of a repository', `${byName} { externalServices(first: 10) { nodes { id displayName } totalCount } } }`, named, {
        ...there,
        forAdmins: true,
        reveals: countsSome('totalCount'),
      }),
      gql(
        'the repositories of a connection',
        `query { externalServices(first: 10) { nodes { repoCount repositories(first: 100) { nodes { id name description } totalCount } } } }`,
        () => ({}),
        {
          ...there,
          forAdmins: true,
          agrees: (answer, visible) => counting('totalCount')(answer, visible) && counting('repoCount')(answer, visible),
        },
      ),
      gql(
        'a connection by its id',
        'query ($id: ID!) { node(id: $id) { ... on ExternalService { repoCount repositories(first: 100) { nodes { id name } } } } }',
        () => ({ id: CONNECTION }),
        { ...there, forAdmins: true, covers: ['node ExternalService'] },
      ),
      change(
        'addRepoMetadata',
        `mutation (${keyed}, $value: String) { addRepoMetadata(repo: $repo, key: $key, value: $value) { alwaysNil } updateRepoMetadata(repo: $repo, key: $key, value: $value) { alwaysNil } deleteRepoMetadata(repo: $repo, key: $key) { alwaysNil } }`,
        metadata,
      ),
      change(
        'addRepoKeyValuePair',
        `mutation (${keyed}, $value: String) { addRepoKeyValuePair(repo: $repo, key: $key, value: $value) { alwaysNil } updateRepoKeyValuePair(repo: $repo, key: $key, value: $value) { alwaysNil } deleteRepoKeyValuePair(repo: $repo, key: $key) { alwaysNil } }`,
        metadata,
      ),
      change(
        'deleteRepository',
        'mutation ($id: ID!) { deleteRepository(repository: $id) { alwaysNil } }',
        ({ nodeId }) => ({ id: nodeId }),
        { spoils: true },
      ),
      gql(
        'what a host told by a webhook',
        'query { webhookLogs(first: 10) { nodes { request { body } response { body } } } }',
        () => ({}),
        // Who does not see everything is shown none of it: a delivery may name anything.
        { forAdmins: true, shows: (t, asker) => isThere(t) && asker.name === 'admin' },
      ),
      http(
        'a delivery to a webhook that nobody made',
        'HTTP POST /.api/webhooks/:uuid',
        ({ externalId }) => ({
          path: '/.api/webhooks/00000000-0000-4000-8000-000000000000',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({ repository: { id: externalId } }),
        }),
        { shows: () => false },
      ),
    ],
    reasons: [
      {
        surfaces: ['Query.externalServices*', 'ExternalService*', 'Mutation.*ExternalService*'],
        because:
          'Connections are written and read by site admins, and what they list is counted by their syncs; which repositories a connection has goes through the wall.',
      },
      {
        surfaces: ['Query.webhook*', 'Webhook*', 'Mutation.*Webhook*', 'node Webhook*'],
        because: 'Webhooks and what came to them are for site admins, who configure the hosts that send it.',
      },
      {
        surfaces: ['Repository.externalServices(after)'],
        because: 'A cursor is a place in a list of connections, which site admins read.',
      },
      {
        surfaces: ['event repository:*', 'event code_host_sync:*'],
        because: 'Events go to addresses that a site admin chose, about all repositories: whoever reads them there is no user of Sextant.',
      },
    ],
  };
}

/** It is said to be as many as the asker may see. */
const counting =
  (field: string) =>
  ({ body }: Answer, visible: readonly Target[]): boolean =>
    body.includes(`"${field}":${visible.length}`);
const CONNECTION = encodeNodeId('ExternalService', 1);
/** The cursor of a place before all names. */
const FIRST = encodeCursor('repositories', JSON.stringify(['', 0]));
