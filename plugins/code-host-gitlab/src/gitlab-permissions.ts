import {
  type AccountsBy,
  type Connection,
  groupsKeptFor,
  type HostAccount,
  type HostClient,
  type HostClients,
  type HostPermissions,
} from '@sextant/plugin-code-host/api';
import { type Secret, SextantError, z } from '@sextant/sdk';
import { gitlabClient, gitlabIdentified, gitlabMember, gitlabParent, gitlabProjects } from './gitlab-api.js';
import type { GitlabConfig } from './gitlab-config.js';

/** Reporter: with less, the code of a private project cannot be read. */
const READS_CODE = 20;
const PAGE = { per_page: 100 };
/** A list of members that goes on for no more pages is asked for to its end: by groups it would take as many requests. */
const SHORT = 2;

export const groupId = (id: number): string => `group:${id}`;

export const gitlabPermissions = (clients: HostClients): HostPermissions<Connection<GitlabConfig>> => ({
  enforced: ({ config }) => config.authorization && accountsBy(config.authorization.identityProvider),

  async accountOf(connection, { accountId }, { signal }) {
    const provider = connection.config.authorization?.identityProvider;
    if (provider?.type !== 'external') return undefined;
    const query = { extern_uid: accountId, provider: provider.gitlabProvider };
    const found = await gitlabClient(clients, connection).get('users', z.array(gitlabIdentified), { signal, query });
    // To a token that is no administrator's the server does not tell identities, and lists everybody.
    const [user] = found.filter(({ identities }) =>
      identities?.some((one) => one.provider === provider.gitlabProvider && one.extern_uid === accountId),
    );
    if (!user && found.length > 0)
      throw new SextantError('SEXTANT_CODE_HOST_REFUSED', {
        what: 'Whose an identity is at GitLab is not known.',
        why: 'GitLab tells it to administrators alone.',
        fix: 'Give the connection the token of an administrator.',
      });
    return user && { id: String(user.id), username: user.username };
  },

  usersOf: (connection, { externalId }, { signal }) =>
    readers(gitlabClient(clients, connection), `projects/${encodeURIComponent(externalId)}/members/all`, signal),

  async *repositoriesOf(connection, account, { signal }) {
    const query = { min_access_level: READS_CODE, pagination: 'keyset', order_by: 'id', sort: 'asc', ...PAGE };
    const client = gitlabClient(clients, connection, asAccount(connection.config, account));
    for await (const page of client.pages('projects', gitlabProjects, { signal, query })) yield* page.map(({ id }) => String(id));
  },

  // What an account may read the server tells in one list. Of a project with many members, most are those of its group.
  groups: {
    keptFor: ({ config }) => groupsKeptFor(config.authorization),
    ofRepositories: {
      async *besidesGroups(connection, { externalId }, { signal }) {
        const client = gitlabClient(clients, connection);
        const path = `projects/${encodeURIComponent(externalId)}`;
        let group: { readonly id: string; readonly name: string } | undefined;
        let more = 0;
        let first = true;
        for await (const page of pagesOf(client, `${path}/members/all`, signal, (pages) => (more = pages))) {
          yield* page;
          if (first && more > SHORT) group = await groupOf(client, path, signal);
          if (group) break;
          first = false;
        }
        if (!group) return;
        yield* readers(client, `${path}/members`, signal);
        yield { group };
      },
      ofGroup: (connection, { id }, { signal }) =>
        readers(gitlabClient(clients, connection), `groups/${id.replace('group:', '')}/members/all`, signal),
    },
  },
});

const accountsBy = (provider: NonNullable<GitlabConfig['authorization']>['identityProvider']): AccountsBy => {
  if (provider.type === 'external') return { by: 'identity', provider: { type: provider.authProviderType, id: provider.authProviderID } };
  return { by: provider.type === 'username' ? 'username' : 'sign-in' };
};

function asAccount(
  { authorization }: GitlabConfig,
  { username, credential }: HostAccount,
): { readonly account: Secret } | { readonly sudo: string } {
  if (credential) return { account: credential };
  const by = authorization?.identityProvider.type;
  if (by === 'username' || by === 'external') return { sudo: username };
  throw new SextantError('SEXTANT_CODE_HOST_REFUSED', {
    what: 'What an account may read is not known.',
    why: 'GitLab tells it to the account alone, which has not signed in by GitLab.',
    fix: 'Let users sign in by GitLab, or ask for the users of projects.',
  });
}

/** The active members that may read code. */
async function* readers(client: HostClient, path: string, signal: AbortSignal): AsyncIterable<HostAccount> {
  for await (const page of pagesOf(client, path, signal)) yield* page;
}

async function* pagesOf(
  client: HostClient,
  path: string,
  signal: AbortSignal,
  left?: (pages: number) => void,
): AsyncIterable<readonly HostAccount[]> {
  for await (const page of client.pages(path, z.array(gitlabMember), { signal, query: PAGE, ...(left ? { left } : {}) }))
    yield page
      .filter(({ access_level, state }) => access_level >= READS_CODE && state === 'active')
      .map(({ id, username }) => ({ id: String(id), username }));
}

/** The group whose members, and those of the groups above it, are the project's. A project that other groups were invited to has more than those. */
async function groupOf(client: HostClient, path: string, signal: AbortSignal) {
  const { namespace, shared_with_groups: invited } = await client.get(path, gitlabParent, { signal });
  return namespace.kind === 'group' && invited.length === 0 ? { id: groupId(namespace.id), name: namespace.full_path } : undefined;
}
