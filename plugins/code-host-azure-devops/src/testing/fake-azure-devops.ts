import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import {
  type FakeAnswer,
  type FakeDelivery,
  type FakeEntry,
  fakePage,
  ProtocolServer,
  RequestWindow,
} from '@sextant/plugin-code-host/testing';
import type { TeamProjectReference, WebApiTeam } from 'azure-devops-node-api/interfaces/CoreInterfaces.js';
import type { GitRepository } from 'azure-devops-node-api/interfaces/GitInterfaces.js';

/** As it travels: the types have a number for what is a word there. */
type Project = Omit<TeamProjectReference, 'visibility'> & { readonly visibility: 'private' | 'public' };
type Repository = Omit<GitRepository, 'project'> & { readonly project: Project };

/** Its name is `organization/project/repository`. */
export interface FakeAzureRepository extends FakeEntry {
  readonly public?: boolean;
  readonly fork?: boolean;
  readonly disabled?: boolean;
  /** Users that may read it; the owner of the connection's token may read all. */
  readonly readers?: readonly string[];
}

interface Caller {
  readonly user: string;
  readonly scopes: readonly string[];
}

/** The id that the host gives to one of the test's. */
export const guidOf = (id: number): string => `00000000-0000-4000-8000-${String(id).padStart(12, '0')}`;
const basic = (user: string, password: string): string => `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;

const OWNER = 'owner';
const SCOPES = ['vso.code', 'vso.project'];

/**
 * A fake of Azure DevOps, for tests: the part of its API that is asked here, with tokens and scopes, whole lists of repositories or parts of them with a
 * token to go on by, teams by number, its limit, which it tells of when it is near, and service hooks. Its answers are typed by the API as
 * azure-devops-node-api has it.
 */
export class FakeAzureDevops extends ProtocolServer<FakeAzureRepository> {
  readonly token = 'fake-azure-token';
  readonly callers = new Map<string, Caller>([
    [basic('', 'fake-azure-token'), { user: OWNER, scopes: SCOPES }],
    [basic('CORP\\ana', 'secret:word'), { user: 'ana', scopes: SCOPES }],
    ['Bearer anas-sign-in', { user: 'ana', scopes: SCOPES }],
  ]);
  /** Projects by organization: one without repositories is there too. */
  readonly projects = new Map<string, readonly string[]>([
    ['acme', ['Forge', 'Old Tools', 'Empty']],
    ['ben', ['Bellows']],
  ]);
  readonly teams: readonly (WebApiTeam & { readonly members: readonly string[] })[] = [1, 2, 3].map((at) => ({
    id: guidOf(300 + at),
    name: `Team ${at}`,
    projectName: 'Forge',
    members: ['ana'],
  }));
  /** Entries of a part of a list of repositories; undefined: it is given whole, as the host gives it. */
  partSize: number | undefined;
  /** Tokens that were good once. */
  readonly expired = new Set<string>();
  protected override readonly contentType = 'application/json; charset=utf-8; api-version=7.0';

  static async start(repositories: readonly FakeAzureRepository[]): Promise<FakeAzureDevops> {
    return await new FakeAzureDevops(repositories).listening();
  }

  override restore(): void {
    super.restore();
    this.partSize = undefined;
  }

  /** What a service hook sends that has this password. */
  delivery(event: string, resource: object, secret: string): FakeDelivery {
    const body = JSON.stringify({
      subscriptionId: guidOf(800),
      notificationId: 1,
      id: randomUUID(),
      eventType: event,
      publisherId: 'tfs',
      resource,
      resourceVersion: '1.0',
      createdDate: '2026-01-02T03:04:05.678Z',
    });
    return { body, headers: { 'content-type': 'application/json; charset=utf-8', authorization: basic('sextant', secret) } };
  }

  protected override refusal({ secondsLeft }: RequestWindow): FakeAnswer {
    return failure(429, 'TF400733: The request has been canceled: Request was blocked due to exceeding usage of resource.', {
      'retry-after': String(secondsLeft),
    });
  }

  protected override limitHeaders({ limit, remaining, end }: RequestWindow): Readonly<Record<string, string>> {
    if (remaining > limit / 2) return {};
    return {
      'x-ratelimit-resource': 'Core/Concurrency',
      'x-ratelimit-limit': String(limit),
      'x-ratelimit-remaining': String(remaining),
      'x-ratelimit-reset': String(Math.ceil(end / 1_000)),
    };
  }

  protected override letsGitIn(user: string, password: string): boolean {
    return user !== '' && (this.callers.get(basic('', password))?.scopes.includes('vso.code') ?? false);
  }

  protected route(request: IncomingMessage, url: URL): FakeAnswer {
    const path = url.pathname.slice(1);
    this.asked.push(`${request.method} ${decodeURIComponent(path)}`);
    const { authorization = '' } = request.headers;
    const caller = this.callers.get(authorization);
    if (!caller) {
      if (request.headers['x-tfs-fedauthredirect'] !== 'Suppress')
        return { status: 302, body: undefined, headers: { location: 'https://spsprod.internal.example/_signin' } };
      return this.expired.has(authorization)
        ? failure(401, 'Access Denied: The Personal Access Token used has expired.')
        : { status: 401, body: undefined, headers: { 'content-type': 'text/html' } };
    }
    if (!url.searchParams.get('api-version')?.startsWith('7.0')) return failure(400, 'No api-version was supplied for the request.');
    const [before = '', after = ''] = path.split('/_apis/');
    const [org = '', project] = before.split('/').map(decodeURIComponent);
    const known = this.projects.get(org.toLowerCase());
    if (!known) return { status: 404, body: undefined, headers: { 'content-type': 'text/html' } };
    if (after === 'teams') return caller.scopes.includes('vso.project') ? this.#teamsOf(url, caller) : notAuthorized(caller);
    if (!caller.scopes.includes('vso.code')) return notAuthorized(caller);
    if (project !== undefined && !known.some((one) => same(one, project)))
      return failure(404, `TF200016: The following project does not exist: ${project}.`);
    const readable = this.repositories.filter((one) => same(one.name.split('/')[0] ?? '', org) && mayRead(one, caller));
    const id = /^git\/repositories\/([^/]+)$/.exec(after)?.[1];
    if (id !== undefined) {
      const found = readable.find((one) => guidOf(one.id) === id);
      return found ? { body: shown(found) } : failure(404, `TF401019: The Git repository with name or identifier ${id} does not exist.`);
    }
    if (after !== 'git/repositories') return failure(404, 'The controller for path was not found.');
    const listed = readable.filter((one) => project === undefined || same(one.name.split('/')[1] ?? '', project));
    return this.#list(url, listed.map(shown));
  }

  #list(url: URL, list: readonly Repository[]): FakeAnswer {
    const { listing } = this.faults;
    const size = this.partSize ?? Math.max(1, list.length);
    const number = Number(url.searchParams.get('continuationToken') ?? 1);
    const { items, goesOn } = fakePage(listing, list, number, size);
    return {
      body: { count: listing === 'wrong-total' ? 1_000 : items.length, value: items },
      headers: goesOn ? { 'x-ms-continuationtoken': String(number + 1) } : {},
    };
  }

  #teamsOf(url: URL, { user }: Caller): FakeAnswer {
    const skip = Number(url.searchParams.get('$skip') ?? 0);
    const mine = this.teams.filter(({ members }) => members.includes(user)).map(({ members: _members, ...team }) => team);
    const value = mine.slice(skip, skip + Math.min(2, Number(url.searchParams.get('$top') ?? 100)));
    return { body: { count: value.length, value } };
  }
}

const same = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();
const mayRead = ({ readers = [] }: FakeAzureRepository, { user }: Caller): boolean => user === OWNER || readers.includes(user);

function shown({ id, name, public: isPublic = false, fork = false, disabled = false }: FakeAzureRepository): Repository {
  const [org = '', project = '', repository = ''] = name.split('/');
  // As a server that calls itself otherwise than it is reached.
  const root = `https://azure.internal.example/${encodeURIComponent(org)}/${encodeURIComponent(project)}`;
  return {
    id: guidOf(id),
    name: repository,
    url: `${root}/_apis/git/repositories/${guidOf(id)}`,
    project: { id: guidOf(100), name: project, state: 'wellFormed', visibility: isPublic ? 'public' : 'private' },
    defaultBranch: 'refs/heads/main',
    size: 24_000,
    remoteUrl: `${root}/_git/${encodeURIComponent(repository)}`,
    sshUrl: `git@ssh.azure.internal.example:v3/${[org, project, repository].map(encodeURIComponent).join('/')}`,
    webUrl: `${root}/_git/${encodeURIComponent(repository)}`,
    isDisabled: disabled,
    isInMaintenance: false,
    ...(fork ? { isFork: true } : {}),
  };
}

const failure = (status: number, message: string, headers: Readonly<Record<string, string>> = {}): FakeAnswer => ({
  status,
  body: { $id: '1', innerException: null, message, typeName: 'Microsoft.VisualStudio.Services.Common.VssServiceException', errorCode: 0 },
  headers,
});

const notAuthorized = ({ user }: Caller): FakeAnswer =>
  failure(401, `TF400813: The user '${user}' is not authorized to access this resource.`);
