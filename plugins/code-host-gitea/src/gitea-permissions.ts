import { accountsBy, type Connection, type HostAccount, type HostClients, type HostPermissions } from '@sextant/plugin-code-host/api';
import { SextantError, z } from '@sextant/sdk';
import { giteaClient, giteaOrganization, giteaRepository, giteaTeam, giteaUser } from './gitea-api.js';
import type { GiteaConfig } from './gitea-config.js';

/** Gitea limits a page to 50, unless its administrator says otherwise. */
const PAGE = { limit: 50 };
const users = z.array(giteaUser);
const withOwner = giteaRepository.extend({ owner: giteaUser });

/**
 * Who may read what. What one account may read is asked for in its name, which takes the token of an administrator. Addresses of mail are left out:
 * the server does not say which it has verified.
 */
export const giteaPermissions = (clients: HostClients): HostPermissions<Connection<GiteaConfig>> => ({
  enforced: ({ config }) => accountsBy(config.authorization),

  async *usersOf(connection, { externalId }, { signal }) {
    const client = giteaClient(clients, connection);
    const { owner, full_name } = await client.get(`repositories/${externalId}`, withOwner, { signal });
    const path = `repos/${full_name}`;
    yield accountOf(owner);
    for await (const page of client.pages(`${path}/collaborators`, users, { signal, query: PAGE })) yield* page.map(accountOf);
    for (const { id } of await teamsOf(client.get(`${path}/teams`, z.array(giteaTeam).nullable(), { signal })))
      for await (const page of client.pages(`teams/${id}/members`, users, { signal, query: PAGE })) yield* page.map(accountOf);
  },

  async *repositoriesOf(connection, { username }, { signal }) {
    const client = giteaClient(clients, connection, username);
    for await (const page of client.pages('user/repos', z.array(giteaRepository), { signal, query: PAGE }))
      yield* page.map(({ id }) => String(id));
  },

  async *groupsOf(connection, { username }, { signal }) {
    const client = giteaClient(clients, connection);
    for await (const page of client.pages(`users/${encodeURIComponent(username)}/orgs`, z.array(giteaOrganization), {
      signal,
      query: PAGE,
    }))
      yield* page.map(({ id, name }) => ({ id: String(id), name }));
  },
});

const accountOf = ({ id, login }: z.output<typeof giteaUser>): HostAccount => ({ id: String(id), username: login });

/** A repository of a user has no teams: the server then answers with status 405. */
async function teamsOf(asked: Promise<readonly { readonly id: number }[] | null>): Promise<readonly { readonly id: number }[]> {
  try {
    return (await asked) ?? [];
  } catch (error) {
    if (SextantError.is(error) && error.details['status'] === 405) return [];
    throw error;
  }
}
