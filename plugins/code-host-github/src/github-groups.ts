import { type GroupMention, type HostAccount, type HostClient, type HostGroup, isAbsent } from '@sextant/plugin-code-host/api';
import { SextantError, z } from '@sextant/sdk';
import { githubMembership, githubOrganization, githubRepository, githubTeam, githubUser } from './github-api.js';

const PAGE = { per_page: 100 };
/** A list that goes on for no more pages is asked for to its end: by groups it would take as many requests. */
const SHORT = 2;
const repositories = z.array(githubRepository);
const users = z.array(githubUser);

/** Its private repositories, which its owners may read, and its members where it lets them. */
const organizationGroup = ({ id, login }: { readonly id: number; readonly login: string }): GroupMention => ({
  group: { id: organizationId(id), name: login },
});
/** Its internal repositories, which every member may read. */
const internalGroup = ({ id, login }: { readonly id: number; readonly login: string }): GroupMention => ({
  group: { id: `${organizationId(id)}:internal`, name: login },
});
const teamGroup = (id: number, slug: string, organization: string): GroupMention => ({
  group: { id: teamId(id), name: `${organization}/${slug}` },
});
export const organizationId = (id: number): string => `organization:${id}`;
export const teamId = (id: number): string => `team:${id}`;

/**
 * What the account of the client may read. A list that is short comes whole, and so does one of an account whose groups its credential may not tell: an
 * organization says to its members alone what they may read.
 */
export async function* accountBesidesGroups(client: HostClient, signal: AbortSignal): AsyncIterable<string | GroupMention> {
  const list = (query: Readonly<Record<string, string>>, left?: (pages: number) => void) =>
    client.pages('user/repos', repositories, { signal, query: { visibility: 'private', ...query, ...PAGE }, ...(left ? { left } : {}) });
  let groups: readonly GroupMention[] | undefined;
  let more = 0;
  let first = true;
  for await (const page of list({}, (pages) => (more = pages))) {
    yield* page.map(({ node_id }) => node_id);
    if (first && more > SHORT) groups = await unlessRefused(groupsOf(client, signal));
    if (groups) break;
    first = false;
  }
  if (!groups) return;
  for await (const page of list({ affiliation: 'owner,collaborator' })) yield* page.map(({ node_id }) => node_id);
  yield* groups;
}

/** Undefined: what the members of an organization may read is not told. */
async function groupsOf(client: HostClient, signal: AbortSignal): Promise<readonly GroupMention[] | undefined> {
  const found: GroupMention[] = [];
  const query = { state: 'active', ...PAGE };
  for await (const page of client.pages('user/memberships/orgs', z.array(githubMembership), { signal, query }))
    for (const { role, organization } of page) {
      const reads = role === 'admin' || (await readsAll(client, organization.login, signal));
      if (reads === undefined) return undefined;
      found.push(reads ? organizationGroup(organization) : internalGroup(organization));
    }
  for await (const page of client.pages('user/teams', z.array(githubTeam), { signal, query: PAGE }))
    for (const { id, slug, organization, parent } of page) {
      found.push(teamGroup(id, slug, organization.login));
      // What is given to a team is given to those below it.
      if (parent) found.push(teamGroup(parent.id, parent.slug, organization.login));
    }
  return found;
}

/** Whether the members of an organization may read all that is there. */
async function readsAll(client: HostClient, login: string, signal: AbortSignal): Promise<boolean | undefined> {
  const { default_repository_permission: permission } = await client.get(`orgs/${login}`, githubOrganization, { signal });
  return permission === null || permission === undefined ? undefined : permission !== 'none';
}

export async function* repositoriesOfGroup(client: HostClient, { id, name }: HostGroup, signal: AbortSignal): AsyncIterable<string> {
  const isInternal = id.endsWith(':internal');
  const path = id.startsWith('team:') ? `${pathOfTeam(name)}/repos` : `orgs/${name}/repos`;
  for await (const page of client.pages(path, repositories, { signal, query: PAGE }))
    for (const { node_id, private: isPrivate, visibility } of page)
      if (isPrivate && (!isInternal || visibility === 'internal')) yield node_id;
}

/**
 * Who may read a repository. Only where every member of its organization may is the list so long that it comes by groups; elsewhere roles of people could
 * give what no group does.
 */
export async function* readersBesidesGroups(
  client: HostClient,
  path: string,
  signal: AbortSignal,
): AsyncIterable<HostAccount | GroupMention> {
  const list = (affiliation: string, left?: (pages: number) => void) =>
    client.pages(`repos/${path}/collaborators`, users, { signal, query: { affiliation, ...PAGE }, ...(left ? { left } : {}) });
  let groups: readonly GroupMention[] | undefined;
  let more = 0;
  let first = true;
  for await (const page of list('all', (pages) => (more = pages))) {
    yield* page.map(accountOf);
    if (first && more > SHORT) groups = await unlessRefused(groupsReading(client, path, signal));
    if (groups) break;
    first = false;
  }
  if (!groups) return;
  for await (const page of list('direct')) yield* page.map(accountOf);
  yield* groups;
}

async function groupsReading(client: HostClient, path: string, signal: AbortSignal): Promise<readonly GroupMention[] | undefined> {
  const [owner = ''] = path.split('/');
  const organization = await client.get(`orgs/${owner}`, githubOrganization, { signal });
  const { default_repository_permission: permission } = organization;
  if (permission === null || permission === undefined || permission === 'none') return undefined;
  const found = [organizationGroup(organization)];
  for await (const page of client.pages(`repos/${path}/teams`, z.array(githubTeam.omit({ organization: true })), { signal, query: PAGE }))
    found.push(...page.map(({ id, slug }) => teamGroup(id, slug, owner)));
  return found;
}

export async function* membersOf(client: HostClient, { id, name }: HostGroup, signal: AbortSignal): AsyncIterable<HostAccount> {
  const path = id.startsWith('team:') ? `${pathOfTeam(name)}/members` : `orgs/${name}/members`;
  for await (const page of client.pages(path, users, { signal, query: PAGE })) yield* page.map(accountOf);
}

function pathOfTeam(name: string): string {
  const [organization = '', slug = ''] = name.split('/');
  return `orgs/${organization}/teams/${slug}`;
}

const accountOf = ({ id, login }: z.output<typeof githubUser>): HostAccount => ({ id: String(id), username: login });

async function unlessRefused<T>(asked: Promise<T | undefined>): Promise<T | undefined> {
  try {
    return await asked;
  } catch (error) {
    if (isAbsent(error) || (SextantError.is(error) && error.code === 'SEXTANT_CODE_HOST_REFUSED' && error.details['status'] === 403))
      return undefined;
    throw error;
  }
}
