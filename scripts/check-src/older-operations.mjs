// What src of before 7.0 sends otherwise, and what must come back.
import { deepEqual, equal, ok } from 'node:assert/strict';

/** @param repository the fragment RepositoryFields @param list the query of connections, as src sends them since */
export const olderOperations = (repository, list) => ({
  'repos list and get: before 7.0': async ({ client }) => {
    const older = repository.replace(' defaultBranch', ' language defaultBranch');
    const get = `query Repository($name: String!) { repository(name: $name) { ...RepositoryFields } } ${older}`;
    equal((await client.graphql(get, { name: 'alpha' })).repository.language, 'TypeScript');
    const list = `query Repositories($first: Int, $query: String) { repositories(first: $first, query: $query) { nodes { ...RepositoryFields } } } ${older}`;
    const { nodes } = (await client.graphql(list, { first: 1000, query: '' })).repositories;
    ok(nodes.length > 0 && nodes.every(({ language }) => typeof language === 'string'));
  },
  'extsvc list: before 7.0': async ({ client }) => {
    const { externalServices } = await client.graphql(list, { first: 9_999_999 });
    deepEqual([externalServices.nodes.length, externalServices.pageInfo.hasNextPage], [externalServices.totalCount, false]);
  },
  'users prune: before 7.0': async ({ client }) => {
    const older = await client.graphql('{ currentUser { usageStatistics { lastActiveTime lastActiveCodeHostIntegrationTime } } }');
    equal(older.currentUser.usageStatistics.lastActiveCodeHostIntegrationTime, null);
  },
});
