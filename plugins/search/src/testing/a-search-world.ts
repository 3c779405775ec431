import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Repository } from '@sextant/plugin-code-host/api';
import type { MirrorState } from '@sextant/plugin-git/api';
import { type Actor, ANONYMOUS, type Clock, type Contribution, type Labels, type Logger, type Meter, RepoName } from '@sextant/sdk';
import type { AuthorDirectory } from '../answer/author-accounts.js';
import { RepositoryCatalog } from '../answer/repository-catalog.js';
import { SearchService } from '../answer/search-service.js';
import type { SearchSettings } from '../answer/search-services.js';
import type {
  SearchEngine as EngineService,
  ResultSource,
  SearchAlert,
  SearchEvent,
  SearchFilter,
  SearchMatch,
  SearchPredicate,
  SearchProgress,
  SearchRequest,
  SearchScope,
  Verdict,
} from '../api.js';
import { InlineExecutor } from '../engine/inline-executor.js';
import { SearchEngine } from '../engine/search-engine.js';
import { tracedSearch } from '../engine/traced-search.js';
import { IndexStore } from '../index/index-store.js';
import { MemoryBlobSource, type MemoryTree } from '../index/memory-blob-source.js';
import { holdingsOf, taggedIds } from '../placement/holdings.js';
import { languageOf } from '../query/languages/languages.js';
import { BlockingParser } from '../structural/blocking-parser.js';
import { type FakeCommit, FakeGit } from './fake-git.js';
import { FakeWall } from './fake-wall.js';

export const silent: Logger = { debug() {}, info() {}, warn() {}, error() {}, child: () => silent };
export const admin: Actor = { kind: 'user', id: 'user:1', userId: 1, username: 'admin', siteAdmin: true, via: 'session' };
export const aUser = (id: number): Actor => ({ kind: 'user', id: `user:${id}`, userId: id, siteAdmin: false, via: 'session' });
export { ANONYMOUS };

export interface CollectedEvents {
  readonly events: readonly SearchEvent[];
  readonly matches: readonly SearchMatch[];
  readonly verdict: Verdict;
  readonly alert: SearchAlert | undefined;
  readonly filters: readonly SearchFilter[];
  readonly progress: SearchProgress;
}

// Threads and processes run compiled code, as in production.
const inline = () => new InlineExecutor(50, new BlockingParser(new URL('../../dist/structural/', import.meta.url)));

/** What a repository of the world is made of. */
export interface Planned extends Partial<Omit<Repository, 'id' | 'name'>> {
  readonly tree?: MemoryTree;
  /** Older commits, oldest first. */
  readonly history?: readonly Omit<FakeCommit, 'oid'>[];
  readonly message?: string;
  readonly diff?: FakeCommit['diff'];
  /** Default: the index holds the default branch. */
  readonly indexed?: boolean;
  readonly status?: MirrorState['status'];
}

/** Search over repositories in memory: a real index and engine, git and the wall as a test writes them. */
export class SearchWorld {
  readonly git = new FakeGit();
  readonly wall = new FakeWall();
  readonly states = new Map<number, MirrorState>();
  readonly source = new MemoryBlobSource();
  readonly damaged: number[] = [];
  /** What plugins contribute. */
  readonly predicates: Contribution<SearchPredicate>[] = [];
  readonly resultSources: Contribution<ResultSource>[] = [];
  /** The spans that began, with all that was said of them. */
  readonly spans: { readonly name: string; readonly attributes: Record<string, Labels[string]> }[] = [];
  settings: SearchSettings = {
    defaultTimeout: 10_000,
    maxTimeout: 60_000,
    defaultLimit: 500,
    structural: true,
    suggestTimeout: 10_000,
    unindexedBytes: 1 << 30,
    unindexedRepositories: 50,
    historyRepositories: 50,
    historyRepositoriesInTime: 10_000,
  };
  /** Stands between the search and its node. */
  node: EngineService;
  readonly service: SearchService;
  readonly clock: Clock = {
    now: () => new Date('2026-02-01T00:00:00Z'),
    monotonic: () => performance.now() + this.#ahead,
    sleep: async () => undefined,
  };
  readonly meter: Pick<Meter, 'span'> = {
    span: (name, work, labels = {}) => {
      const attributes = { ...labels };
      this.spans.push({ name, attributes });
      return work({ set: (attribute, value) => void Object.assign(attributes, { [attribute]: value }) });
    },
  };
  /** Undefined: no accounts in this installation. */
  authors: AuthorDirectory | undefined;
  #ahead = 0;

  private constructor(
    readonly folder: string,
    readonly store: IndexStore,
    readonly engine: SearchEngine,
    readonly scanner: InlineExecutor,
  ) {
    this.node = this.realNode;
    this.service = new SearchService({
      engine: {
        search: (o) => this.node.search(o),
        explain: (o) => this.node.explain(o),
        status: (o) => this.node.status(o),
        holdings: (o) => this.node.holdings(o),
        skippedFiles: (o) => this.node.skippedFiles(o),
      },
      scanner,
      git: this.git.asGit(),
      mirrors: { states: async () => this.states },
      repositories: this.wall.repositories,
      visibility: this.wall.visibility,
      catalog: new RepositoryCatalog(this.wall.repositories, this.wall.visibility, () => performance.now()),
      clock: this.clock,
      log: silent,
      meter: this.meter,
      rankers: [],
      predicates: this.predicates,
      resultSources: this.resultSources,
      authors: () => this.authors,
      isLarge: () => false,
      damaged: (id) => void this.damaged.push(id),
      settings: () => this.settings,
    });
  }

  /** Lets this many milliseconds pass at once. */
  pass(milliseconds: number): void {
    this.#ahead += milliseconds;
  }

  /** @param executor what shards, and files without an index, are searched by */
  static async open(executor = inline): Promise<SearchWorld> {
    const folder = await mkdtemp(join(tmpdir(), 'sextant-search-'));
    const store = await IndexStore.open(folder, { languageOf, retireAfter: 0 });
    return new SearchWorld(folder, store, new SearchEngine(store, executor()), executor());
  }

  async close(): Promise<void> {
    await this.engine.close();
    await this.scanner.close();
    await rm(this.folder, { recursive: true, force: true });
  }

  get realNode(): EngineService {
    return {
      search: (o) => tracedSearch(this.meter, o, (request) => this.engine.search(request)),
      explain: ({ scope }) => this.engine.explain(scope),
      status: async ({ repositories }) => (repositories ? await this.store.list(repositories) : this.store.list()),
      holdings: async ({ knows }) => holdingsOf(await this.store.manifests(), knows),
      skippedFiles: ({ repository, ...page }) => this.store.skipped(repository, page),
    };
  }

  /** The node as one that holds these repositories alone, as they are at each call. */
  nodeWith(held: ReadonlySet<number>): EngineService {
    const { realNode } = this;
    const within = (scope: SearchScope): SearchScope => ({ repositories: scope.repositories.filter(({ id }) => held.has(id)) });
    const without = ({ repositories }: SearchScope): number[] => [...new Set(repositories.flatMap(({ id }) => (held.has(id) ? [] : [id])))];
    return {
      ...realNode,
      search: async function* (request) {
        const missing = without(request.scope);
        for await (const event of realNode.search({ ...request, scope: within(request.scope) }))
          yield event.type === 'done'
            ? { ...event, summary: { ...event.summary, notIndexed: [...event.summary.notIndexed, ...missing] } }
            : event;
      },
      explain: async (o) => {
        const told = await realNode.explain({ ...o, scope: within(o.scope) });
        return { ...told, notIndexed: [...told.notIndexed, ...without(o.scope)] };
      },
      status: async (o) => (await realNode.status(o)).filter(({ repository }) => held.has(repository)),
      holdings: async ({ knows }) => taggedIds([...held], knows),
    };
  }

  async add(name: string, planned: Planned = {}): Promise<Repository> {
    const { tree = {}, history = [], message, diff, indexed = true, status = 'cloned', ...facts } = planned;
    const id = this.wall.known.length + 1;
    const repository: Repository = {
      id,
      name: RepoName.parse(name),
      description: '',
      fork: false,
      archived: false,
      private: true,
      stars: 0,
      createdAt: new Date(0),
      updatedAt: new Date(0),
      deletedAt: undefined,
      external: { id: String(id), serviceType: 'local', serviceId: '/' },
      webUrl: undefined,
      topics: [],
      ...facts,
    };
    this.wall.known.push(repository);
    const commits = [...history, { tree, ...(message ? { message } : {}), ...(diff ? { diff } : {}) }].map((c) => ({
      ...c,
      oid: this.source.commit({ ...c.tree, '.name': `${name}\n` }),
      tree: { ...c.tree, '.name': `${name}\n` },
    }));
    const head = commits.at(-1)!.oid;
    this.git.mirrors.set(name, { commits, refs: new Map([['refs/heads/main', head]]), head: 'refs/heads/main' });
    this.mirror(repository, { status, head: { branch: 'main', commit: head } });
    if (indexed) await this.index(repository);
    return repository;
  }

  mirror({ id }: Pick<Repository, 'id'>, state: Partial<MirrorState>): void {
    this.states.set(id, { ...(this.states.get(id) ?? { repositoryId: id, status: 'cloned' }), ...state } as MirrorState);
  }

  async index({ id, name }: Pick<Repository, 'id' | 'name'>): Promise<void> {
    const mirror = this.git.mirrors.get(name)!;
    await this.store.update({
      repository: { id, name },
      branches: [{ name: 'main', commit: mirror.refs.get(mirror.head)! }],
      source: this.source,
    });
  }

  start(query: string, actor: Actor, more: Partial<SearchRequest> = {}): AsyncIterable<SearchEvent> {
    return this.service.search({ query, actor, signal: new AbortController().signal, ...more });
  }

  async ask(query: string, actor: Actor = admin, more: Partial<SearchRequest> = {}): Promise<CollectedEvents> {
    const events: SearchEvent[] = [];
    for await (const event of this.start(query, actor, more)) events.push(event);
    const last = <T extends SearchEvent['type']>(type: T) =>
      events.findLast((e) => e.type === type) as Extract<SearchEvent, { type: T }> | undefined;
    return {
      events,
      matches: events.flatMap((e) => (e.type === 'matches' ? e.matches : [])),
      verdict: last('verdict')!.verdict,
      alert: last('alert')?.alert,
      filters: last('filters')?.filters ?? [],
      progress: last('progress')!.progress,
    };
  }
}
