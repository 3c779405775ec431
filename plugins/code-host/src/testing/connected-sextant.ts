import type { Manifest } from '@sextant/sdk';
import { at, startTestKernel, type TestKernel, type TestKernelOptions, textAt } from '@sextant/sdk/testing';

/** A whole Sextant with one connection, and what is asked of it again and again. */
export interface ConnectedSextant {
  readonly kernel: TestKernel;
  /** Its id in GraphQL. */
  readonly connectionId: string;
  /** The connection's configuration as it is shown, without secrets. */
  readonly shownConfig: string;
  /** The matches that a search counts. */
  matches(query: string): Promise<unknown>;
  /** The names of its repositories, of a hundred at most. */
  names(): Promise<unknown>;
  /** Syncs the connection, and waits for all that follows. @returns what went wrong, or null. */
  sync(): Promise<unknown>;
}

/** @param plugins the kind's manifest, and those that mirror and search. */
export async function connectSextant(
  plugins: readonly Manifest[],
  kind: string,
  config: object,
  options: Pick<TestKernelOptions, 'lookup' | 'config'> = {},
): Promise<ConnectedSextant> {
  const kernel = await startTestKernel({ plugins, ...options });
  const { data, errors } = await kernel.graphql(
    `mutation($config: String!) { addExternalService(input: { kind: ${kind}, displayName: "Forge", config: $config }) { id config } }`,
    { config: JSON.stringify(config) },
  );
  if (errors.length > 0) throw new Error(`The connection was not made: ${JSON.stringify(errors)}`);
  const id = textAt(data, 'addExternalService.id');
  const ask = async (query: string, path: string, variables: object = {}): Promise<unknown> =>
    at((await kernel.graphql(query, { ...variables })).data, path);
  return {
    kernel,
    connectionId: id,
    shownConfig: textAt(data, 'addExternalService.config'),
    matches: (q) => ask('query($q: String!) { search(query: $q) { results { matchCount } } }', 'search.results.matchCount', { q }),
    names: () => ask('{ repositories(first: 100) { nodes { name } } }', 'repositories.nodes.*.name'),
    sync: async () => {
      await kernel.graphql('mutation($id: ID!) { syncExternalService(id: $id) { alwaysNil } }', { id });
      await kernel.jobs.drain();
      return ask('query($id: ID!) { node(id: $id) { ... on ExternalService { lastSyncError } } }', 'node.lastSyncError', { id });
    },
  };
}
