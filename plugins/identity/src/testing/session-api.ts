import { decodeNodeId } from '@sextant/sdk';
import type { GraphQLApi } from './administration.js';
import { testSession } from './test-session.js';

interface Reachable {
  fetch(path: string, init?: RequestInit): Promise<Response>;
}

/** GraphQL as a user who has just signed in, where the plugin `testSessionPlugin` runs. @param user the id of its node */
export const sessionApi = (kernel: Reachable, user: string): GraphQLApi => ({
  graphql: async (query, variables = {}) => {
    const response = await kernel.fetch('/.api/graphql', {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...testSession(Number(decodeNodeId('User', user))) },
      body: JSON.stringify({ query, variables }),
    });
    const { data, errors = [] } = (await response.json()) as {
      data: unknown;
      errors?: Awaited<ReturnType<GraphQLApi['graphql']>>['errors'];
    };
    return { data, errors };
  },
});
