import { type Actor, defineEvent, extensionPoint, type IdSet, type RepoName, serviceToken, z } from '@sextant/sdk';
import type { CloneSource } from './api/code-host-kinds.js';

export {
  type CloneSource,
  type CodeHostKind,
  type Connection,
  codeHostKinds,
  type FoundRepository,
  type ListOptions,
} from './api/code-host-kinds.js';
export { type FreshnessSource, type FreshnessState, type FreshnessStep, freshnessSteps } from './api/freshness.js';
export {
  type HostAnswer,
  type HostClient,
  type HostClientOptions,
  type HostClients,
  type HostRequest,
  hostClients,
  type PagedRequest,
} from './api/host-clients.js';
export {
  type AccountsBy,
  type GroupMention,
  type HostAccount,
  type HostGroup,
  type HostGroups,
  type HostPermissions,
  type HostQuestion,
  type HostRepository,
  type KeptHostGroups,
  type PermissionHost,
  type PermissionHosts,
  permissionHosts,
  type RequestTally,
  type Restrictions,
} from './api/permissions.js';
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
export { cloneSourceOf, type HostOfClone, pathOfClone, sshUrlOf } from './host-clients/clone-source.js';
export {
  accountsBy,
  authorization,
  authorizationOrExternal,
  gitSshKey,
  gitUrlType,
  groupsCacheTTL,
  groupsKeptFor,
  hostUrl,
  nameByPattern,
  ownerAndName,
  pathPattern,
  re2Pattern,
  repositoryQuery,
} from './host-clients/connection-keys.js';
export {
  isAbsent,
  type ListedHost,
  listedBySources,
  type PagedSource,
  pagedSource,
  type RepositorySource,
  singleSource,
} from './host-clients/repository-sources.js';
export { askBySsh, SSH_OPTIONS, type SshQuestion } from './ssh/ask-by-ssh.js';
export { pinSsh, type SshPin } from './ssh/pinned-host.js';
export { startSshAgent } from './ssh/ssh-agent.js';

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
  /**
   * A predicate over a column of repository ids, with its parameters numbered from `from`. Whole repositories alone: of what lies in a file, ask
   * `canSee(repositoryId, path)` of each row too, and read on until a page is full.
   */
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

/**
 * Where grants come from. The grants of all sources are joined: one can add to what the others grant, and take nothing away from it. The plugin
 * `permissions` is a source too, and grants every user what no connection leaves to its host; where yours alone is to decide, `openToAllUsers: false` of
 * `code-host` ends that. What a code host itself says of its own repositories is better told by {@link CodeHostKind.permissions}.
 *
 * Contribute it in the parts `api`, `worker`, `index` and `cli`: the wall stands in each. Know repositories by `permissionHosts`; `repositories` and
 * `visibility` are behind the wall, which waits for the source.
 */
export interface PermissionSource {
  /** Told to people where grants of this source are missing. Stays the same: one that was there once and is gone hides what it granted. */
  readonly name: string;
  /**
   * What one user may see, or a guest (`actor.guest`), who has no account; not asked about site admins, unless they are held to grants. The wall asks for each
   * request and waits for the answer: keep answers, bound your own waits, and say by `epoch` when they change. A throw grants nothing, the person is told so,
   * and `code-host` is degraded. No answer within `plugins.code-host.permissionsTimeout` (30 s) fails what waits for it.
   */
  grants(actor: Actor): Promise<Grants>;
}

export interface Grants {
  /** The user sees every repository. */
  readonly all: boolean;
  readonly repositories: IdSet;
  /** For repositories of which only some paths are granted, by id; absent: the whole repository. */
  readonly paths?: ReadonlyMap<number, PathRules>;
  /** Another whenever the grants are others, the same while they are: answers are kept by it. */
  readonly epoch: string;
  /** In words for the person, while more is to come: the first sync of their permissions is under way, say. */
  readonly limited?: string;
}
export const permissionSources = extensionPoint<PermissionSource>('code-host.permission-sources@1');

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

/** The sync of a connection failed, after one that worked or as its first; those after it are not told. */
export const connectionSyncFailed = defineEvent(
  'code-host.connection-sync-failed@1',
  z.object({ connectionId: z.number(), code: z.string() }),
);

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
