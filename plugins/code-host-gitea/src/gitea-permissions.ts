import {
  accountsBy,
  type Connection,
  groupsKeptFor,
  type HostAccount,
  type HostClient,
  type HostClients,
  type HostGroup,
  type HostPermissions,
} from '@sextant/plugin-code-host/api';
import { SextantError, z } from '@sextant/sdk';
import { giteaClient, giteaRepository, giteaTeam, giteaUser } from './gitea-api.js';
import type { GiteaConfig } from './gitea-config.js';

/** Gitea limits a page to 50, unless its administrator says otherwise. */
const PAGE = { limit: 50 };
const users = z.array(giteaUser);
const withOwner = giteaRepository.extend({ owner: giteaUser });

/**
 * Who may read what. What one account may read is asked for with its own credential, or in its name, which takes the token of an administrator. Addresses
 * of mail are left out: the server does not say which it has verified.
 */
export function giteaPermissions(clients: HostClients): HostPermissions<Connection<GiteaConfig>> {
  const members = async function* (client: HostClient, team: string | number, signal: AbortSignal): AsyncIterable<HostAccount> {
    for await (const page of client.pages(`teams/${team}/members`, users, { signal, query: PAGE })) yield* page.map(accountOf);
  };
  /** Owner, collaborators, and the teams: in the place of their members. */
  const readers = async function* (
    client: HostClient,
    { externalId }: { readonly externalId: string },
    signal: AbortSignal,
  ): AsyncIterable<HostAccount | { readonly group: HostGroup }> {
    const { owner, full_name } = await client.get(`repositories/${externalId}`, withOwner, { signal });
    const path = `repos/${full_name}`;
    yield accountOf(owner);
    for await (const page of client.pages(`${path}/collaborators`, users, { signal, query: PAGE })) yield* page.map(accountOf);
    for (const { id, name } of await teamsOf(client.get(`${path}/teams`, z.array(giteaTeam).nullable(), { signal })))
      yield { group: { id: String(id), name: `${owner.login}/${name}` } };
  };
  return {
    enforced: ({ config }) => accountsBy(config.authorization),

    async *usersOf(connection, repository, { signal }) {
      const client = giteaClient(clients, connection);
      for await (const one of readers(client, repository, signal))
        if ('group' in one) yield* members(client, one.group.id, signal);
        else yield one;
    },

    async *repositoriesOf(connection, { username, credential }, { signal }) {
      const client = giteaClient(clients, connection, credential ? { account: credential } : { sudo: username });
      for await (const page of client.pages('user/repos', z.array(giteaRepository), { signal, query: PAGE }))
        yield* page.map(({ id }) => String(id));
    },

    // What an account may read the server tells in one list, teams included; it has none without them.
    groups: {
      keptFor: ({ config }) => groupsKeptFor(config.authorization),
      ofRepositories: {
        besidesGroups: (connection, repository, { signal }) => readers(giteaClient(clients, connection), repository, signal),
        ofGroup: (connection, { id }, { signal }) => members(giteaClient(clients, connection), id, signal),
      },
    },
  };
}

const accountOf = ({ id, login }: z.output<typeof giteaUser>): HostAccount => ({ id: String(id), username: login });

type Team = z.output<typeof giteaTeam>;

/** A repository of a user has no teams: the server then answers with status 405. */
async function teamsOf(asked: Promise<readonly Team[] | null>): Promise<readonly Team[]> {
  try {
    return (await asked) ?? [];
  } catch (error) {
    if (SextantError.is(error) && error.details['status'] === 405) return [];
    throw error;
  }
}
