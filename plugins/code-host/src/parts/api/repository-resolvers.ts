import { encodeNodeId, type Operation, type Page, pageRequest, RepoName, type ResolverMap, SextantError } from '@sextant/sdk';
import type { Repository } from '../../api.js';
import type { KindRegistry } from '../../connections/kind-registry.js';
import type { RepositoryEditor } from '../../repositories/repository-editor.js';
import { type ListedRepositories, REPOSITORY_LIST, type RepositoryList, type RepositoryOrder } from '../../repositories/repository-list.js';
import type { RepositoryStore } from '../../repositories/repository-store.js';
import { connectionIdOf, numberOf } from './node-ids.js';

const PAGE = { max: 10_000, default: 50 };

interface ListArguments {
  readonly first?: number | null;
  readonly after?: string | null;
  readonly names?: readonly string[] | null;
  readonly query?: string | null;
  readonly cloned?: boolean | null;
  readonly notCloned?: boolean | null;
  readonly indexed?: boolean | null;
  readonly notIndexed?: boolean | null;
  readonly orderBy?: RepositoryOrder | null;
  readonly descending?: boolean | null;
  readonly externalService?: string | null;
}

interface RepositoryArguments {
  readonly name?: string | null;
  readonly cloneURL?: string | null;
}

type Metadata = readonly { readonly key: string; readonly value: string | null }[];

/** What GraphQL calls a RepositoryConnection: the page and the total are asked for only when they are selected. */
export interface RepositoryConnectionSource {
  page(): Promise<Page<Repository>>;
  count(): Promise<number>;
}

export function repositoryResolvers(services: {
  readonly repositories: RepositoryStore;
  readonly list: RepositoryList;
  readonly editor: RepositoryEditor;
  readonly kinds: KindRegistry;
  /** Told of each repository that somebody opens. */
  readonly accessed: (repository: Repository, operation: Operation) => void;
}): ResolverMap {
  const { repositories, list, editor, kinds, accessed } = services;
  /** The repository behind a mutation's argument, if the actor may see it. */
  const target = async (nodeId: string, operation: Operation): Promise<Repository> => {
    const id = numberOf('Repository', nodeId);
    const repository = id === undefined ? undefined : await repositories.byId(operation.actor, id);
    if (!repository)
      throw new SextantError('SEXTANT_CODE_HOST_REPOSITORY_NOT_FOUND', { what: 'There is no such repository.', fix: 'Check its id.' });
    return repository;
  };
  const named = async (
    { name, cloneURL, hashedName }: RepositoryArguments & { readonly hashedName?: string | null },
    operation: Operation,
  ): Promise<Repository | null> => {
    if (typeof name !== 'string' && typeof cloneURL !== 'string' && typeof hashedName !== 'string')
      throw new SextantError('SEXTANT_VALUE_REPOSITORY_NAME', { what: 'No repository was named.', fix: 'Give "name" or "cloneURL".' });
    const { actor } = operation;
    const repository =
      typeof name === 'string'
        ? await repositories.byName(actor, RepoName.parse(name))
        : typeof cloneURL === 'string'
          ? await repositories.byCloneUrl(actor, cloneURL)
          : await repositories.byHashedName(actor, hashedName!);
    if (repository) accessed(repository, operation);
    return repository ?? null;
  };
  const metadata = (repository: Repository, _args: unknown, operation: Operation): Promise<Metadata> =>
    operation.loader<number, Metadata>('metadata').load(repository.id);
  const add = async (_parent: unknown, args: { repo: string; key: string; value?: string | null }, operation: Operation) => {
    await editor.addMetadata((await target(args.repo, operation)).id, args.key, args.value ?? null);
    return EMPTY;
  };
  const update = async (_parent: unknown, args: { repo: string; key: string; value?: string | null }, operation: Operation) => {
    await editor.updateMetadata((await target(args.repo, operation)).id, args.key, args.value ?? null);
    return EMPTY;
  };
  const remove = async (_parent: unknown, args: { repo: string; key: string }, operation: Operation) => {
    await editor.deleteMetadata((await target(args.repo, operation)).id, args.key);
    return EMPTY;
  };
  return {
    Query: {
      repository: (_parent, args: RepositoryArguments, operation) => named(args, operation),
      repositoryRedirect: (_parent, args: RepositoryArguments & { readonly hashedName?: string | null }, operation) =>
        named(args, operation),
      repositories: (_parent, args: ListArguments, operation): RepositoryConnectionSource => {
        const request = pageRequest(REPOSITORY_LIST, args, PAGE);
        const filter = filterOf(args);
        return { page: () => list.page(operation.actor, filter, request), count: () => list.count(operation.actor, filter) };
      },
    },
    Mutation: {
      deleteRepository: async (_parent, args: { repository: string }, operation) => {
        await editor.remove((await target(args.repository, operation)).id);
        return EMPTY;
      },
      addRepoMetadata: add,
      addRepoKeyValuePair: add,
      updateRepoMetadata: update,
      updateRepoKeyValuePair: update,
      deleteRepoMetadata: remove,
      deleteRepoKeyValuePair: remove,
    },
    // Every repository that is found is one of this server.
    RepositoryRedirect: { __resolveType: () => 'Repository' },
    RepositoryConnection: {
      nodes: async (source: RepositoryConnectionSource, _args, operation) => (await pageOnce(source, operation)).nodes,
      pageInfo: async (source: RepositoryConnectionSource, _args, operation) => (await pageOnce(source, operation)).pageInfo,
      totalCount: (source: RepositoryConnectionSource) => source.count(),
    },
    Repository: {
      id: (repository: Repository) => encodeNodeId('Repository', repository.id),
      url: (repository: Repository) => pagePath(repository.name),
      externalRepository: ({ external }: Repository) => ({
        id: external.id,
        serviceType: external.serviceType,
        serviceID: external.serviceId,
      }),
      externalURLs: ({ webUrl, external }: Repository) =>
        webUrl
          ? [{ url: webUrl, serviceType: external.serviceType, serviceKind: kinds.ofServiceType(external.serviceType)?.kind ?? null }]
          : [],
      label: (repository: Repository) => ({
        text: `[${repository.name}](${pagePath(repository.name)})`,
        html: `<p><a href="${escapeHtml(pagePath(repository.name))}" rel="nofollow">${escapeHtml(repository.name)}</a></p>`,
      }),
      viewerCanAdminister: (_repository: Repository, _args, operation) => operation.actor.siteAdmin,
      keyValuePairs: metadata,
      metadata,
      isFork: (repository: Repository) => repository.fork,
      isArchived: (repository: Repository) => repository.archived,
      isPrivate: (repository: Repository) => repository.private,
    },
  };
}

export const EMPTY = { alwaysNil: null };

const pages = new WeakMap<RepositoryConnectionSource, Promise<Page<Repository>>>();

/** `nodes` and `pageInfo` come of one read. */
function pageOnce(source: RepositoryConnectionSource, _operation: Operation): Promise<Page<Repository>> {
  const page = pages.get(source) ?? source.page();
  pages.set(source, page);
  return page;
}

function filterOf(args: ListArguments): ListedRepositories {
  const excluded = (property: boolean | null | undefined): boolean => property === false;
  return {
    ...(args.names ? { names: args.names } : {}),
    ...(args.query ? { query: args.query } : {}),
    ...(args.externalService ? { connectionId: connectionIdOf(args.externalService) } : {}),
    orderBy: args.orderBy ?? 'REPOSITORY_NAME',
    descending: args.descending ?? false,
    with: [...(excluded(args.notCloned) ? (['cloned'] as const) : []), ...(excluded(args.notIndexed) ? (['indexed'] as const) : [])],
    without: [...(excluded(args.cloned) ? (['cloned'] as const) : []), ...(excluded(args.indexed) ? (['indexed'] as const) : [])],
  };
}

/** A name in a path: `@` would begin a revision, `%`, `?` and `#` would end the name. */
export const pagePath = (name: string): string =>
  `/${name
    .split('/')
    .map((segment) => encodeURIComponent(segment).replaceAll('%3A', ':'))
    .join('/')}`;

const escapeHtml = (text: string): string => text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
