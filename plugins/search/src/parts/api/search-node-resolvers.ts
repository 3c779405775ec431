import type { Repository } from '@sextant/plugin-code-host/api';
import { decodeNodeId, type Operation, type Resolved, type ResolverMap, SextantError } from '@sextant/sdk';
import { type SearchNode, SearchNodeStore } from '../../storage/search-node-store.js';
import type { ApiDeps } from './deps.js';

export function searchNodeResolvers(d: Resolved<ApiDeps>): Required<Pick<ResolverMap, 'Query' | 'Mutation'>> {
  // Made when it is needed: not all who read the schema have a database.
  const nodes = (): SearchNodeStore => new SearchNodeStore(d.db);

  async function listed({ actor }: Operation): Promise<readonly object[]> {
    const [all, pins] = await Promise.all([nodes().list(), nodes().pins()]);
    const ids = new Set([...all.flatMap(({ moving }) => moving.map(({ repository }) => repository)), ...pins.keys()]);
    const repositories = await d.repositories.byIds(actor, [...ids]);
    const found = (id: number): readonly Repository[] => [repositories.get(id)].filter((r) => r !== undefined);
    return all.map(({ isOnline, moving, ...node }) => ({
      ...node,
      state: stateOf(node),
      online: isOnline,
      moving: moving.flatMap(({ repository, from }) => found(repository).map((r) => ({ repository: r, from }))),
      pinned: [...pins].flatMap(([id, names]) => (names.includes(node.name) ? found(id) : [])),
    }));
  }

  async function steer(name: string, drained: boolean, op: Operation): Promise<object> {
    const all = await nodes().list();
    spread(named(all, name));
    const others = all.filter((node) => node.name !== name && node.place === 'listed' && !node.drained);
    if (drained && others.length === 0)
      throw new SextantError('SEXTANT_SEARCH_NODE', {
        what: `The search node "${name}" is the last one that is not drained.`,
        why: 'Nobody could hold its repositories.',
        fix: 'Undrain another one first, or add one to plugins.search.nodes.',
      });
    await nodes().drain(name, drained);
    return (await listed(op)).find((node) => (node as SearchNode).name === name) as object;
  }

  async function repositoryOf(nodeId: string, op: Operation): Promise<Repository> {
    const id = decodeNodeId('Repository', nodeId);
    const repository = id === undefined ? undefined : await d.repositories.byId(op.actor, Number(id));
    if (repository) return repository;
    throw new SextantError('SEXTANT_SEARCH_ARGUMENT', { what: 'No repository has this id.', fix: 'Give the id of a repository.' });
  }

  return {
    Query: { searchNodes: (_parent, _args, op) => listed(op) },
    Mutation: {
      drainSearchNode: (_parent, { name }: { name: string }, op) => steer(name, true, op),
      undrainSearchNode: (_parent, { name }: { name: string }, op) => steer(name, false, op),
      pinRepositoryToSearchNodes: async (_parent, args: { repository: string; nodes: readonly string[] }, op) => {
        const { id } = await repositoryOf(args.repository, op);
        const names = [...new Set(args.nodes)];
        if (names.length === 0)
          throw new SextantError('SEXTANT_SEARCH_ARGUMENT', { what: 'No node is named.', fix: 'Name one, or unpin the repository.' });
        const all = await nodes().list();
        for (const name of names) spread(named(all, name));
        await nodes().pin(id, names);
        return { alwaysNil: null };
      },
      unpinRepositoryFromSearchNodes: async (_parent, args: { repository: string }, op) => {
        await nodes().pin((await repositoryOf(args.repository, op)).id, []);
        return { alwaysNil: null };
      },
    },
  };
}

function stateOf({ place, drained, repositories }: Pick<SearchNode, 'place' | 'drained' | 'repositories'>): string {
  if (place === 'everything') return 'EVERYTHING';
  if (place === 'listed' && !drained) return 'ACTIVE';
  return repositories > 0 ? 'DRAINING' : 'DRAINED';
}

function named(all: readonly SearchNode[], name: string): SearchNode {
  const node = all.find((n) => n.name === name);
  if (node) return node;
  throw new SextantError('SEXTANT_SEARCH_NODE', {
    what: `No search node is called "${name}".`,
    ...(all.length > 0 ? { why: `There are ${all.map((n) => n.name).join(', ')}.` } : {}),
    fix: 'Name one of plugins.search.nodes, as in the configuration of the process with the role index.',
  });
}

function spread({ name, place }: SearchNode): void {
  if (place === 'listed') return;
  throw new SextantError('SEXTANT_SEARCH_NODE', {
    what: `The search node "${name}" cannot be steered.`,
    why:
      place === 'everything'
        ? 'The index is not spread: every node holds all of it.'
        : 'The configuration does not name it, so it is being emptied.',
    fix: 'Name it in plugins.search.nodes of the process with the role index.',
  });
}
