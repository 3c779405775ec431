import { type RemoteNode, serviceToken } from '@sextant/sdk';
import type { EngineEvent, EngineExplanation, EngineRequest, EngineSummary, SearchEngine } from './engine/contract.js';
import { UnparsedTally } from './structural/unparsed-tally.js';

/** A search node, here or in another process. Several nodes hold the same index; a request goes to one of them by its scope. */
export const searchEngine = serviceToken<SearchEngine>('search.engine@1', {
  remote: {
    role: 'search',
    methods: { search: 'stream', status: 'call', skippedFiles: 'call', explain: 'call' },
    combine: (nodes) => new SpreadEngine(nodes),
  },
});

/**
 * Repositories are spread over nodes by rendezvous hashing, so that a node more or less moves only its own share. A node
 * that cannot be asked makes its repositories degraded, not the search fail.
 */
export class SpreadEngine implements SearchEngine {
  constructor(private readonly nodes: readonly RemoteNode<SearchEngine>[]) {}

  async *search(request: EngineRequest): AsyncIterable<EngineEvent> {
    const shares = Map.groupBy(request.scope.repositories, ({ id }) =>
      nodeOf(
        this.nodes.map((n) => n.address),
        id,
      ),
    );
    const summaries: EngineSummary[] = [];
    const running = [...shares].map(([address, repositories]) => {
      const node = this.nodes.find((n) => n.address === address) as RemoteNode<SearchEngine>;
      const iterator = node.client.search({ ...request, scope: { ...request.scope, repositories } })[Symbol.asyncIterator]();
      const lost = (): IteratorResult<EngineEvent> => ({
        done: false,
        value: { type: 'done', summary: unanswered(repositories.map((r) => r.id)) },
      });
      return { iterator, next: iterator.next().catch(lost), lost };
    });
    const open = new Set(running);
    try {
      while (open.size > 0) {
        const [entry, result] = await Promise.race([...open].map(async (e) => [e, await e.next] as const));
        if (result.done) {
          open.delete(entry);
          continue;
        }
        entry.next = entry.iterator.next().catch(entry.lost);
        if (result.value.type === 'done') {
          summaries.push(result.value.summary);
          open.delete(entry);
        } else if (result.value.type === 'documents') yield result.value;
      }
      yield { type: 'done', summary: summaries.reduce(merged, EMPTY) };
    } finally {
      for (const { iterator } of open) void iterator.return?.();
    }
  }

  async explain({ scope, ...o }: Parameters<SearchEngine['explain']>[0]): Promise<EngineExplanation> {
    const addresses = this.nodes.map((n) => n.address);
    const shares = Map.groupBy(scope.repositories, ({ id }) => nodeOf(addresses, id));
    const answers = await Promise.all(
      [...shares].map(async ([address, repositories]): Promise<EngineExplanation> => {
        const node = this.nodes.find((n) => n.address === address);
        try {
          if (node) return await node.client.explain({ ...o, scope: { repositories } });
        } catch {
          o.signal?.throwIfAborted();
        }
        return { repositories: [], notIndexed: [], degraded: [], unanswered: repositories.map(({ id }) => id) };
      }),
    );
    return {
      repositories: answers.flatMap((a) => a.repositories),
      notIndexed: answers.flatMap((a) => a.notIndexed),
      degraded: answers.flatMap((a) => a.degraded),
      unanswered: answers.flatMap((a) => a.unanswered ?? []),
    };
  }

  async status(o: Parameters<SearchEngine['status']>[0]): ReturnType<SearchEngine['status']> {
    const answers = await Promise.allSettled(this.nodes.map((node) => node.client.status(o)));
    const addresses = this.nodes.map((n) => n.address);
    return answers.flatMap((answer, i) =>
      answer.status === 'fulfilled' ? answer.value.filter((r) => nodeOf(addresses, r.repository) === addresses[i]) : [],
    );
  }

  skippedFiles(o: Parameters<SearchEngine['skippedFiles']>[0]): ReturnType<SearchEngine['skippedFiles']> {
    const address = nodeOf(
      this.nodes.map((n) => n.address),
      o.repository,
    );
    return (this.nodes.find((n) => n.address === address) as RemoteNode<SearchEngine>).client.skippedFiles(o);
  }
}

/** Rendezvous hashing: the node whose hash with the repository is greatest. */
export function nodeOf(addresses: readonly string[], repository: number): string {
  let best = '';
  let bestWeight = -1;
  for (const address of addresses) {
    const weight = hash(`${address}\0${repository}`);
    if (weight > bestWeight || (weight === bestWeight && address < best)) {
      best = address;
      bestWeight = weight;
    }
  }
  return best;
}

/** FNV-1a with a final mix. */
function hash(text: string): number {
  let h = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193);
  h ^= h >>> 16;
  h = Math.imul(h, 0x85ebca6b);
  return (h ^ (h >>> 13)) >>> 0;
}

const EMPTY: EngineSummary = {
  matchCount: 0,
  documentCount: 0,
  shardsTotal: 0,
  shardsDone: 0,
  limitHit: false,
  timedOut: false,
  notIndexed: [],
  degraded: [],
  skippedFiles: {},
};

const merged = (a: EngineSummary, b: EngineSummary): EngineSummary => ({
  matchCount: a.matchCount + b.matchCount,
  documentCount: a.documentCount + b.documentCount,
  shardsTotal: a.shardsTotal + b.shardsTotal,
  shardsDone: a.shardsDone + b.shardsDone,
  limitHit: a.limitHit || b.limitHit,
  timedOut: a.timedOut || b.timedOut,
  notIndexed: [...a.notIndexed, ...b.notIndexed],
  degraded: [...a.degraded, ...b.degraded],
  unanswered: [...(a.unanswered ?? []), ...(b.unanswered ?? [])],
  skippedFiles: Object.fromEntries(
    [...new Set([...Object.keys(a.skippedFiles), ...Object.keys(b.skippedFiles)])].map((k) => [
      k,
      (a.skippedFiles[k] ?? 0) + (b.skippedFiles[k] ?? 0),
    ]),
  ),
  ...unparsedIn(a, b),
});

function unparsedIn(...summaries: readonly EngineSummary[]): Pick<EngineSummary, 'unparsed'> {
  const tally = new UnparsedTally();
  for (const { unparsed } of summaries) tally.addAll(unparsed);
  return tally.list();
}

const unanswered = (repositories: readonly number[]): EngineSummary => ({
  ...EMPTY,
  shardsTotal: repositories.length,
  unanswered: repositories,
});
