import { type RemoteNode, SextantError } from '@sextant/sdk';
import type {
  EngineCounts,
  EngineDocument,
  EngineEvent,
  EngineExplanation,
  EngineRequest,
  SearchEngine,
  SearchScope,
} from '../engine/contract.js';
import { ToldDocuments } from '../engine/told-documents.js';
import { type Holdings, taggedIds } from '../placement/holdings.js';
import { HoldingsView } from './holdings-view.js';
import { EMPTY, merged, unanswered } from './merge-summaries.js';
import { type Shares, SpreadRoute } from './spread-route.js';

type Node = RemoteNode<SearchEngine>;

/** Milliseconds after the deadline in which a node must have said something. */
const LATE_AFTER = 1_000;
/** A node at work says something ten times a second; one that is silent for so many milliseconds hangs. */
const SILENT_AFTER = 2_000;
const CALL_TIMEOUT = 5_000;
/** Timers take no longer spans than 24 days. */
const MAX_WAIT = 2 ** 31 - 1;
const ENDED = new DOMException('the search ended', 'AbortError');

/** What one node was asked. */
interface Part {
  readonly node: Node;
  readonly repositories: readonly number[];
  readonly iterator: AsyncIterator<EngineEvent>;
  next: Promise<IteratorResult<EngineEvent> | Failure>;
  /** Milliseconds for which it was waited for since it last said something. */
  silentFor: number;
  /** The documents that it has answered. */
  readonly given: ToldDocuments;
  /** What it has counted: told when it is done, as another node would count the same again. */
  readonly counts: EngineCounts[];
}
interface Failure {
  readonly error: unknown;
}

/**
 * Many search nodes as one. Which node is asked for a repository goes by what the nodes say that they hold, and each is
 * answered for by one. Where that node fails or falls silent, another one that holds the repository answers; without one it is named as unanswered.
 */
export class SpreadEngine implements SearchEngine {
  readonly #view: HoldingsView;

  /** @param now monotonic milliseconds @param silentAfter milliseconds of silence after which another copy is asked */
  constructor(
    private readonly nodes: readonly Node[],
    private readonly now: () => number = () => performance.now(),
    private readonly silentAfter = SILENT_AFTER,
  ) {
    this.#view = new HoldingsView(nodes, now);
  }

  async *search(request: EngineRequest): AsyncGenerator<EngineEvent> {
    const startedAt = this.now();
    const dueAt = startedAt + request.limits.deadline;
    const route = new SpreadRoute(this.#view);
    const open = new Set<Part>();
    /** What nodes had answered before they failed. */
    const given = new ToldDocuments();
    const held: EngineDocument[] = [];
    let summary = EMPTY;
    /** Milliseconds for which nobody may say anything from now on. */
    let patience = 0;
    let heard = true;
    const end = new AbortController();
    const signal = request.signal ? AbortSignal.any([request.signal, end.signal]) : end.signal;
    const ask = ({ shares, unanswered: lost, notIndexed }: Shares): void => {
      for (const [node, repositories] of shares) open.add(this.#part(node, repositories, { ...request, signal }, dueAt));
      summary = merged(summary, { ...(lost.length > 0 ? unanswered(lost) : EMPTY), notIndexed });
    };
    const askInstead = (part: Part): void => {
      open.delete(part);
      given.addAll(part.given);
      ask(route.instead(part.node, part.repositories));
    };
    try {
      ask(await route.shares(new Set(request.scope.repositories.map(({ id }) => id))));
      while (open.size > 0) {
        // Counted from here: who reads slowly makes no node late.
        if (heard) patience = Math.max(dueAt - this.now(), 0) + LATE_AFTER;
        const wait = Math.min(patience, this.silentAfter);
        const first = await firstOf(open, wait);
        heard = first !== undefined;
        patience -= wait;
        for (const part of silentOf(open, this.silentAfter)) {
          if (!route.isElsewhere(part.node, part.repositories)) continue;
          void part.iterator.return?.().catch(() => undefined);
          this.#view.down(part.node);
          askInstead(part);
        }
        if (!first && patience > 0) continue;
        if (!first) {
          for (const { node } of open) this.#view.down(node);
          summary = merged(summary, unanswered([...open].flatMap(({ repositories }) => repositories)));
          break;
        }
        const [part, result] = first;
        if ('error' in result || result.done) {
          request.signal?.throwIfAborted();
          this.#failed(part.node, 'error' in result ? result.error : undefined);
          askInstead(part);
          continue;
        }
        // Also after the last event: the call ends when its stream does.
        part.next = nextOf(part.iterator);
        if (result.value.type === 'done') {
          open.delete(part);
          const { notIndexed } = result.value.summary;
          summary = merged(summary, { ...result.value.summary, notIndexed: [] });
          if (part.counts.length > 0) yield { type: 'counted', counts: part.counts };
          if (notIndexed.length > 0) ask(await route.moved(part.node, notIndexed));
        } else if (result.value.type === 'counted') {
          if (this.nodes.length === 1) yield result.value;
          else part.counts.push(...result.value.counts);
        } else if (result.value.type === 'documents') {
          const documents = given.without(result.value.documents);
          this.#note(part, documents);
          if (request.hold !== undefined && this.now() < startedAt + request.hold) held.push(...documents);
          else yield { type: 'documents', documents: held.length > 0 ? bestFirst([...held.splice(0), ...documents], request) : documents };
        }
      }
      if (held.length > 0) yield { type: 'documents', documents: bestFirst(held, request) };
      yield { type: 'done', summary };
    } finally {
      if (open.size > 0) end.abort(ENDED);
      for (const { iterator } of open) void iterator.return?.().catch(() => undefined);
    }
  }

  async explain({ scope, ...o }: Parameters<SearchEngine['explain']>[0]): Promise<EngineExplanation> {
    const route = new SpreadRoute(this.#view);
    const answers: EngineExplanation[] = [];
    const ask = async ({ shares, unanswered: lost, notIndexed }: Shares): Promise<void> => {
      answers.push({ repositories: [], notIndexed, degraded: [], unanswered: lost });
      await Promise.all(
        [...shares].map(async ([node, ids]) => {
          try {
            const answer = await node.client.explain({ scope: shareOf(scope, ids), signal: within(o.signal) });
            answers.push({ ...answer, notIndexed: [] });
            if (answer.notIndexed.length > 0) await ask(await route.moved(node, answer.notIndexed));
          } catch (error) {
            o.signal?.throwIfAborted();
            this.#failed(node, error);
            await ask(route.instead(node, ids));
          }
        }),
      );
    };
    await ask(await route.shares(new Set(scope.repositories.map(({ id }) => id))));
    return {
      repositories: answers.flatMap((a) => a.repositories),
      notIndexed: answers.flatMap((a) => a.notIndexed),
      degraded: answers.flatMap((a) => a.degraded),
      unanswered: answers.flatMap((a) => a.unanswered ?? []),
    };
  }

  /** Of several that hold a repository, the one that is searched speaks for it. */
  async status(o: Parameters<SearchEngine['status']>[0]): ReturnType<SearchEngine['status']> {
    await this.#view.refresh();
    const answers = await Promise.all(
      this.#view.up.map(async (node) => {
        const told = await node.client.status({ ...o, signal: within(o.signal) }).catch((error: unknown) => {
          o.signal?.throwIfAborted();
          this.#failed(node, error);
          return [];
        });
        this.#view.saw(
          node,
          told.map(({ repository }) => repository),
        );
        return told.map((status) => ({ node, status }));
      }),
    );
    return [...Map.groupBy(answers.flat(), ({ status }) => status.repository)]
      .map(([id, told]) => {
        const [first] = told.length > 1 ? this.#view.holders(id) : [];
        return (told.find(({ node }) => node === first) ?? told[0]!).status;
      })
      .sort((a, b) => a.repository - b.repository);
  }

  async skippedFiles(o: Parameters<SearchEngine['skippedFiles']>[0]): ReturnType<SearchEngine['skippedFiles']> {
    await this.#view.refresh();
    let failure: unknown;
    for (const node of this.#view.holders(o.repository)) {
      try {
        return await node.client.skippedFiles(o);
      } catch (error) {
        o.signal?.throwIfAborted();
        this.#failed(node, error);
        failure = error;
      }
    }
    if (failure !== undefined || !this.#view.allUp) throw failure ?? noNode();
    return [];
  }

  async holdings({ knows }: Parameters<SearchEngine['holdings']>[0]): Promise<Holdings> {
    return taggedIds(
      (await this.status({})).map(({ repository }) => repository),
      knows,
    );
  }

  #part(node: Node, repositories: readonly number[], request: EngineRequest, dueAt: number): Part {
    const scope = shareOf(request.scope, repositories);
    const limits = { ...request.limits, deadline: Math.max(1, dueAt - this.now()) };
    const iterator = node.client.search({ ...request, scope, limits })[Symbol.asyncIterator]();
    return { node, repositories, iterator, next: nextOf(iterator), silentFor: 0, given: new ToldDocuments(), counts: [] };
  }

  /** Remembers what could come a second time, from another node. */
  #note(part: Part, documents: readonly EngineDocument[]): void {
    if (this.nodes.length > 1) part.given.add(documents);
  }

  /** A node that answers with an error of its own answers. */
  #failed(node: Node, error: unknown): void {
    if (!SextantError.is(error) || error.code.startsWith('SEXTANT_REMOTE_')) this.#view.down(node);
  }
}

/** The part of a scope that one node is asked for. */
function shareOf<S extends SearchScope>(scope: S, repositories: readonly number[]): S {
  const ids = new Set(repositories);
  return { ...scope, repositories: scope.repositories.filter(({ id }) => ids.has(id)) };
}

const nextOf = (iterator: AsyncIterator<EngineEvent>): Part['next'] => iterator.next().catch((error: unknown) => ({ error }));

const within = (signal: AbortSignal | undefined): AbortSignal =>
  AbortSignal.any([AbortSignal.timeout(CALL_TIMEOUT), ...(signal ? [signal] : [])]);

const silentOf = (parts: Iterable<Part>, longest: number): readonly Part[] => [...parts].filter(({ silentFor }) => silentFor >= longest);

/** The part that has something to say first; undefined: nobody has within `patience` milliseconds. */
async function firstOf(parts: Iterable<Part>, patience: number): Promise<readonly [Part, Awaited<Part['next']>] | undefined> {
  const began = performance.now();
  const late = Promise.withResolvers<undefined>();
  const timer = setTimeout(() => late.resolve(undefined), Math.min(patience, MAX_WAIT));
  try {
    const first = await Promise.race([late.promise, ...[...parts].map(async (part) => [part, await part.next] as const)]);
    const waited = first ? performance.now() - began : patience;
    for (const part of parts) part.silentFor = part === first?.[0] ? 0 : part.silentFor + waited;
    return first;
  } finally {
    clearTimeout(timer);
  }
}

/** As one node sorts: equal scores in the order of the scope. */
function bestFirst(documents: readonly EngineDocument[], { scope }: EngineRequest): readonly EngineDocument[] {
  const places = new Map(scope.repositories.map(({ id }, place) => [id, place]));
  const placeOf = ({ repository }: EngineDocument): number => places.get(repository) ?? 0;
  return [...documents].sort((a, b) => b.score - a.score || placeOf(a) - placeOf(b));
}

const noNode = (): SextantError =>
  new SextantError('SEXTANT_SEARCH_NO_NODE', {
    what: 'No search node that answers holds this repository.',
    fix: 'Start the processes with the role search, and name them under `remotes`.',
  });
