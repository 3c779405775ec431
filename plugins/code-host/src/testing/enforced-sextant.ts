import { accounts, externalAccounts, type User } from '@sextant/plugin-identity/api';
import { encodeNodeId, type Manifest, RepoName, Secret } from '@sextant/sdk';
import { at, textAt } from '@sextant/sdk/testing';
import { expect } from 'vitest';
import { repositories } from '../api.js';
import { type ConnectedSextant, connectSextant } from './connected-sextant.js';
import type { FakeDelivery } from './protocol-server.js';

const EVENTUALLY = { timeout: 30_000, interval: 100 };

/** How somebody is known: an account at the host, or at a provider by which they sign in. */
export interface KnownAs {
  readonly service: { readonly type: string; readonly id: string };
  readonly accountId: string;
  readonly username: string;
  readonly token?: string;
  readonly providerId?: string;
}

/** A whole Sextant that leaves it to a host who sees its private repositories. */
export interface EnforcedSextant extends ConnectedSextant {
  person(username: string, knownAs?: KnownAs): Promise<User>;
  /** Waits until the person sees just these, by name. */
  expectSees(person: User, names: readonly string[]): Promise<void>;
  /** As a site admin, at once. @returns the states that the sync ended with. */
  syncUser(person: User, options?: { readonly invalidateCaches: boolean }): Promise<readonly unknown[]>;
  syncRepository(name: string): Promise<readonly unknown[]>;
  /** Makes this the site configuration. */
  configure(configuration: object): Promise<void>;
  /** What a sync of all takes, by GraphQL. */
  costs(): Promise<unknown>;
  /** Makes a webhook of the connection's kind. @returns what sends to it. */
  webhook(urn: string, secret: string): Promise<(delivery: FakeDelivery) => Promise<number>>;
}

/** @param plugins the kind's manifest and those that permissions need. */
export async function enforceSextant(plugins: readonly Manifest[], kind: string, config: object): Promise<EnforcedSextant> {
  const connected = await connectSextant(plugins, kind, config, { config: { plugins: { permissions: { webhookDelay: '0s' } } } });
  const { kernel } = connected;
  const people = kernel.service(accounts, 'identity');
  const external = kernel.service(externalAccounts, 'identity');
  const records = kernel.service(repositories, 'code-host');
  const ask = async (query: string, variables: Record<string, unknown>): Promise<unknown> => {
    const { data, errors } = await kernel.graphql(query, variables);
    if (errors.length > 0) throw new Error(JSON.stringify(errors));
    return data;
  };
  const statesOf = async (filter: string): Promise<readonly unknown[]> => {
    await kernel.jobs.drain();
    const query = `{ permissionsSyncJobs(first: 1, ${filter}) { nodes { codeHostStates { status message requests } } } }`;
    return at(await ask(query, {}), 'permissionsSyncJobs.nodes.0.codeHostStates') as readonly unknown[];
  };
  return {
    ...connected,
    async person(username, knownAs) {
      const user = await people.create({ username });
      if (knownAs) {
        const { token, ...account } = knownAs;
        await external.link(user.id, { ...account, ...(token ? { credential: { accessToken: new Secret(token) } } : {}) });
      }
      return user;
    },
    async expectSees({ id, username }, names) {
      const actor = { kind: 'user', id: `user:${id}`, userId: id, username, siteAdmin: false, via: 'internal' } as const;
      const seen = async () => (await records.list(actor, {}, { limit: 100 })).map(({ name }) => String(name)).sort();
      await expect.poll(seen, EVENTUALLY).toEqual([...names].sort());
    },
    async syncUser({ id }, options) {
      const user = encodeNodeId('User', id);
      await ask(
        'mutation($user: ID!, $options: UserPermissionsSyncOptions) { scheduleUserPermissionsSync(user: $user, options: $options) { alwaysNil } }',
        { user, options: options ?? null },
      );
      return statesOf(`userID: "${user}"`);
    },
    async syncRepository(name) {
      const { id } = (await records.byName({ kind: 'internal', id: 'test', siteAdmin: true, via: 'internal' }, RepoName.parse(name))) ?? {
        id: 0,
      };
      const repository = encodeNodeId('Repository', id);
      await ask('mutation($repository: ID!) { scheduleRepositoryPermissionsSync(repository: $repository) { alwaysNil } }', { repository });
      return statesOf(`repositoryID: "${repository}"`);
    },
    async configure(configuration) {
      const now = await ask('{ site { configuration { id } } }', {});
      await ask('mutation($id: Int!, $text: String!) { updateSiteConfiguration(lastID: $id, input: $text) }', {
        id: at(now, 'site.configuration.id'),
        text: JSON.stringify(configuration),
      });
    },
    costs: async () =>
      at(
        await ask(
          '{ permissionsSyncCosts { providerType users repositories requestsPerUser requestsPerRepository requests ownRequests requestsPerHour hours } }',
          {},
        ),
        'permissionsSyncCosts',
      ),
    async webhook(urn, secret) {
      const made = await ask(
        'mutation($urn: String!, $kind: String!, $secret: String) { createWebhook(name: "x", codeHostKind: $kind, codeHostURN: $urn, secret: $secret) { url } }',
        { urn, kind, secret },
      );
      const url = `${kernel.url}${new URL(textAt(made, 'createWebhook.url')).pathname}`;
      return async ({ headers, body }) => (await fetch(url, { method: 'POST', headers, body })).status;
    },
  };
}
