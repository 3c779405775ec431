import {
  accountsBy,
  type Connection,
  type HostAccount,
  type HostClient,
  type HostClients,
  type HostPermissions,
  isAbsent,
} from '@sextant/plugin-code-host/api';
import { SextantError, z } from '@sextant/sdk';
import { type GerritAccount, gerritAccess, gerritAccessCheck, gerritAccount, gerritClient } from './gerrit-api.js';
import type { GerritConfig } from './gerrit-config.js';
import { projectPath, sourcesOf } from './gerrit-sources.js';

const accounts = z.array(gerritAccount);
const LENGTH = 100;
/** A project inherits from a project, and so on up to All-Projects. */
const MOST_PARENTS = 50;
const EVERYBODY = ['global:Anonymous-Users', 'global:Registered-Users'];

/**
 * Who may read what. Whoever is in a group with the right to read may yet be denied it by another rule, so that the server is asked about each. What one
 * account may read is asked for in its name. Both take capabilities that no account has by itself.
 */
export const gerritPermissions = (clients: HostClients): HostPermissions<Connection<GerritConfig>> => ({
  enforced: ({ config }) => accountsBy(config.authorization),

  async *usersOf(connection, { externalId }, { signal }) {
    const client = gerritClient(clients, connection);
    const project = projectPath(externalId);
    const asked = new Set<number>();
    for (const group of await readingGroups(client, project, signal))
      for await (const page of membersOf(client, group, signal))
        for (const account of page) {
          if (asked.has(account._account_id)) continue;
          asked.add(account._account_id);
          const query = { account: account._account_id };
          const { status } = await client.get(`${project}/check.access`, gerritAccessCheck, { signal, query });
          if (status === 200) yield accountOf(account);
        }
  },

  async *repositoriesOf(connection, { username, credential }, { signal }) {
    const own = credential === undefined ? { runAs: username } : { as: { username, password: credential } };
    const client = gerritClient(clients, connection, own);
    for (const source of sourcesOf({ ...connection.config, projects: undefined }))
      for await (const page of source.list(client, signal)) yield* page.map(({ name }) => name);
  },
});

/** Groups that a rule of the project, or of one that it inherits from, lets read a branch. */
async function readingGroups(client: HostClient, project: string, signal: AbortSignal): Promise<ReadonlySet<string>> {
  const groups = new Set<string>();
  const seen = new Set<string>();
  for (let path: string | undefined = project; path !== undefined && !seen.has(path); ) {
    if (seen.size >= MOST_PARENTS) throw tooDeep();
    seen.add(path);
    const access: z.output<typeof gerritAccess> = await client.get(`${path}/access`, gerritAccess, { signal });
    // Of branches; of a pattern by expression, whoever it lets read may read one.
    if (!access.config_visible) throw hidden(path);
    for (const [ref, { permissions }] of Object.entries(access.local))
      if (/^refs\/(?:\*|heads\/)/.test(ref) || ref.startsWith('^'))
        for (const [group, { action }] of Object.entries(permissions['read']?.rules ?? {})) if (action === 'ALLOW') groups.add(group);
    const parent = access.inherits_from;
    path = parent && projectPath(parent.name);
  }
  return groups;
}

async function* membersOf(client: HostClient, group: string, signal: AbortSignal): AsyncIterable<readonly GerritAccount[]> {
  if (!EVERYBODY.includes(group)) {
    // The server's other groups of its own, such as the owners of a project, have no list of members.
    if (!group.includes(':')) yield await listedMembers(client, group, signal);
    return;
  }
  let seen = 0;
  const next = (page: readonly GerritAccount[]): { readonly S: number } | undefined => {
    seen += page.length;
    return page.some(({ _more_accounts }) => _more_accounts) ? { S: seen } : undefined;
  };
  yield* client.pages('accounts/', accounts, { signal, query: { q: 'is:active', o: 'DETAILS', n: LENGTH }, next });
}

async function listedMembers(client: HostClient, group: string, signal: AbortSignal): Promise<readonly GerritAccount[]> {
  try {
    return await client.get(`groups/${encodeURIComponent(group)}/members/`, accounts, { signal, query: { recursive: '' } });
  } catch (error) {
    throw isAbsent(error) ? hiddenGroup(group) : error;
  }
}

const accountOf = ({ _account_id, username }: GerritAccount): HostAccount => ({
  id: String(_account_id),
  username: username ?? String(_account_id),
});

const hidden = (path: string): SextantError =>
  new SextantError('SEXTANT_CODE_HOST_REFUSED', {
    what: `The account of the connection may not see the rights of ${decodeURIComponent(path)}.`,
    why: 'A server tells them only to whoever may read the ref refs/meta/config.',
    fix: 'Give the account Read on refs/meta/config of All-Projects.',
  });

const hiddenGroup = (group: string): SextantError =>
  new SextantError('SEXTANT_CODE_HOST_REFUSED', {
    what: `The account of the connection may not see who is in the group ${group}.`,
    why: 'A server shows a group to its members and owners, unless it is visible to all.',
    fix: 'Make the group visible to all, or the account of the connection one of its members.',
  });

const tooDeep = (): SextantError =>
  new SextantError('SEXTANT_CODE_HOST_ANSWER', {
    what: 'The rights of a project could not be read.',
    why: `It inherits from more than ${MOST_PARENTS} projects.`,
    fix: 'See the parents of the project at the server.',
  });
