import { type Actor, defineEvent, extensionPoint, type IdSet, type RepoName, type Secret, serviceToken, z } from '@sextant/sdk';
import type { HostPermissions } from './api/permissions.js';
import type { HostWebhooks } from './api/webhooks.js';

export {
  type HostAnswer,
  type HostClient,
  type HostClientOptions,
  type HostClients,
  type HostRequest,
  hostClients,
  type PagedRequest,
} from './api/host-clients.js';
export type { HostAccount, HostGroup, HostPermissions } from './api/permissions.js';
export {
  type KnownLimits,
  type RateLimitState,
  type RateLimits,
  rateLimits,
  type Spender,
  type Turn,
  type TurnRequest,
} from './api/rate-limits.js';
export { type HostEvent, type HostWebhooks, permissionsOutdated, pullRequestChanged, type WebhookProof } from './api/webhooks.js';

/** A repository as Sextant knows it. The id is a stable int32 and never reused. */
export interface Repository {
  readonly id: number;
  readonly name: RepoName;
  readonly description: string;
  readonly fork: boolean;
  readonly archived: boolean;
  readonly private: boolean;
  readonly stars: number;
  readonly createdAt: Date;
  readonly updatedAt: Date;
  /** Set while the repository is gone at its host and waits to be purged. */
  readonly deletedAt: Date | undefined;
  readonly external: ExternalRepository;
  /** For people: where it is on the web. */
  readonly webUrl: string | undefined;
  readonly topics: readonly string[];
}

/** Its identity at the host: the three together are unique, and survive a rename. */
export interface ExternalRepository {
  readonly id: string;
  /** `github`, `gitlab`, `other`, `local`, … */
  readonly serviceType: string;
  /** The host's URL. */
  readonly serviceId: string;
}

export interface RepositoryFilter {
  /** Case-insensitive substring of the name, or an exact name when `names` is given. */
  readonly query?: string;
  readonly names?: readonly string[];
  readonly ids?: readonly number[];
  /** RE2 patterns over the name, all of which must match somewhere in it; upper and lower case are the same. */
  readonly namePatterns?: readonly string[];
  readonly fork?: boolean;
  readonly archived?: boolean;
  readonly private?: boolean;
  /** Only what this connection gives. */
  readonly connectionId?: number;
  readonly includeDeleted?: boolean;
}

/** Every method but `forMirror` goes through the wall: what the actor may not see is not there. */
export interface Repositories {
  byName(actor: Actor, name: RepoName): Promise<Repository | undefined>;
  byId(actor: Actor, id: number): Promise<Repository | undefined>;
  byIds(actor: Actor, ids: readonly number[]): Promise<ReadonlyMap<number, Repository>>;
  list(actor: Actor, filter: RepositoryFilter, page: { readonly limit: number; readonly afterId?: number }): Promise<readonly Repository[]>;
  count(actor: Actor, filter: RepositoryFilter): Promise<number>;
  /** Key-value metadata. */
  metadata(
    actor: Actor,
    ids: readonly number[],
  ): Promise<ReadonlyMap<number, readonly { readonly key: string; readonly value: string | null }[]>>;
}
export const repositories = serviceToken<Repositories>('code-host.repositories@1');

/** What one actor may see, worked out once per request or job. */
export interface Visibility {
  /** Moves when anything an answer may depend on has changed; part of every cache key. */
  readonly epoch: string;
  /** Sees everything; `repos` then holds nothing. */
  readonly unrestricted: boolean;
  readonly repos: IdSet;
  /** Rules for paths inside a repository, by its id; absent: the whole repository. */
  readonly paths?: ReadonlyMap<number, PathRules>;
  /** In words, when a source of permissions did not answer and less is shown than there may be; undefined otherwise. */
  readonly limited: string | undefined;
  canSee(repositoryId: number, path?: string): boolean;
  /** A predicate over a column of repository ids, with its parameters numbered from `from`. */
  sql(column: string, from: number): { readonly text: string; readonly parameters: readonly unknown[] };
}

export interface PathRules {
  allows(path: string): boolean;
}

/** The wall: the one place that decides who sees which repository. */
export interface VisibilityService {
  of(actor: Actor): Promise<Visibility>;
  /** The epoch now: a long stream asks again and filters what is still to come. */
  epoch(actor: Actor): Promise<string>;
}
export const visibility = serviceToken<VisibilityService>('code-host.visibility@1');

/** Where grants come from. No answer means nothing is visible. */
export interface PermissionSource {
  readonly name: string;
  /** What one user may see. A throw grants nothing, and the answer says so. */
  grants(actor: Actor): Promise<Grants>;
}

export interface Grants {
  /** The user sees every repository. */
  readonly all: boolean;
  readonly repositories: IdSet;
  /** For repositories of which only some paths are granted, by id; absent: the whole repository. */
  readonly paths?: ReadonlyMap<number, PathRules>;
  readonly epoch: string;
}
export const permissionSources = extensionPoint<PermissionSource>('code-host.permission-sources@1');

/** One repository as a host lists it. */
export interface FoundRepository {
  readonly externalId: string;
  readonly name: string;
  /** As the host names it, such as `owner/name`, where that is not the name. */
  readonly nameAtHost?: string;
  /** Bytes at the host. */
  readonly size?: number;
  readonly description?: string;
  readonly fork?: boolean;
  readonly archived?: boolean;
  readonly private?: boolean;
  readonly stars?: number;
  readonly topics?: readonly string[];
  readonly webUrl?: string;
  /** What git clones from, without credentials. */
  readonly cloneUrl: string;
}

export interface Connection<C = unknown> {
  readonly id: number;
  readonly kind: string;
  readonly displayName: string;
  /** The validated configuration; secrets are {@link Secret}. */
  readonly config: C;
  /** What an admin allows, beside what the host does. */
  readonly requestsPerHour?: number | undefined;
}

/** What git needs to reach a repository. Credentials travel by a helper, never by URL, argv or a file. */
export interface CloneSource {
  readonly url: string;
  readonly credentials?: { readonly username: string; readonly password: Secret };
  /** Only `code-host-local` may set it, and only inside its configured roots. */
  readonly localFolder?: boolean;
  /** A private key in OpenSSH form, for ssh URLs. */
  readonly sshKey?: Secret;
}

/** A code host of one kind. */
// biome-ignore lint/suspicious/noExplicitAny: the kind's own schema types its connections
export interface CodeHostKind<S extends z.ZodObject = any> {
  /** `OTHER`, `LOCAL`, `GITHUB`: GraphQL's ExternalServiceKind. */
  readonly kind: string;
  readonly title: string;
  /** The connection's configuration; keys with meta `secret` are redacted and kept on edit. */
  readonly config: S;
  serviceType(): string;
  serviceId(connection: Connection<z.output<S>>): string;
  /** Lists everything the connection gives, page by page, in bounded memory. A throw means "do not know", and deletes nothing. */
  list(
    connection: Connection<z.output<S>>,
    options: { readonly signal: AbortSignal; progress(text: string): void },
  ): AsyncIterable<FoundRepository>;
  /**
   * One repository that a whole list has no more, asked for by itself before it is deleted: hosts page by position, and what changes meanwhile can move
   * others over the edge of a page. Undefined: the host does not have it, or the connection does not choose it. A throw means "do not know".
   */
  find?(
    connection: Connection<z.output<S>>,
    repository: { readonly name: string; readonly externalId: string; readonly cloneUrl: string },
    options: { readonly signal: AbortSignal },
  ): Promise<FoundRepository | undefined>;
  cloneSource(
    connection: Connection<z.output<S>>,
    repository: { readonly name: string; readonly externalId: string; readonly cloneUrl: string },
  ): Promise<CloneSource>;
  /** Tries the connection and names what is wrong: an unreachable address, a missing scope. */
  check(
    connection: Connection<z.output<S>>,
    signal: AbortSignal,
  ): Promise<{ readonly ok: true } | { readonly ok: false; readonly problem: string; readonly fix: string }>;
  /** How the host tells of what happens there; absent for hosts that do not. */
  readonly webhooks?: HostWebhooks;
  /** Who may read what; absent for hosts that do not say. */
  readonly permissions?: HostPermissions<Connection<z.output<S>>>;
  /** Watches for changes where the host is this machine; calls back with the external ids that changed, or with none for "list again". */
  watch?(connection: Connection<z.output<S>>, changed: (externalIds: readonly string[]) => void): AsyncDisposable;
}
export const codeHostKinds = extensionPoint<CodeHostKind>('code-host.kinds@1');

/** What the git plugin needs to mirror: no actor, all repositories. */
export interface MirrorSources {
  cloneSource(repositoryId: number): Promise<CloneSource | undefined>;
  /** Repositories to mirror, by id, in pages. */
  all(page: {
    readonly limit: number;
    readonly afterId?: number;
  }): Promise<readonly { readonly id: number; readonly name: RepoName; readonly deletedAt: Date | undefined }[]>;
  byId(id: number): Promise<{ readonly id: number; readonly name: RepoName; readonly deletedAt: Date | undefined } | undefined>;
  byName(name: RepoName): Promise<{ readonly id: number; readonly name: RepoName } | undefined>;
}
export const mirrorSources = serviceToken<MirrorSources>('code-host.mirror-sources@1');

/** Repositories appeared, changed, were renamed or went away. */
export const repositoriesChanged = defineEvent(
  'code-host.repositories-changed@1',
  z.object({ ids: z.array(z.number()).max(200), reason: z.enum(['added', 'updated', 'renamed', 'deleted', 'purged', 'pushed']) }),
);

/** Connections were added, edited or removed. */
export const connectionsChanged = defineEvent('code-host.connections-changed@1', z.object({ ids: z.array(z.number()).max(200) }));

/**
 * A yes-or-no property of repositories that another plugin knows, for the arguments of `repositories(…)`: git knows `cloned`, search knows `indexed`.
 * While nobody contributes the name, the argument that asks for it is refused.
 */
export interface RepositoryPropertyFilter {
  readonly name: 'cloned' | 'indexed';
  /** The ids that have the property. Visibility is applied by whoever asks. */
  having(): Promise<IdSet>;
}
export const repositoryFilters = extensionPoint<RepositoryPropertyFilter>('code-host.repository-filters@1');

/** What repositories take on disk, for `orderBy: SIZE`: bytes by id; 0 for those not there. */
export interface RepositorySizes {
  bytes(ids: readonly number[]): Promise<ReadonlyMap<number, number>>;
}
export const repositorySizes = extensionPoint<RepositorySizes>('code-host.repository-sizes@1', { arity: 'one' });
