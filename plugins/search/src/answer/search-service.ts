import type { MirrorState } from '@sextant/plugin-git/api';
import type { OpenSpan } from '@sextant/sdk';
import type {
  Aggregation,
  AggregationMode,
  AggregationRequest,
  PatternType,
  Search,
  SearchAlert,
  SearchEvent,
  SearchMatch,
  SearchRequest,
  Suggestions,
  SuggestRequest,
  Verdict,
} from '../api.js';
import type { SearchExplanation } from '../explanation.js';
import { parseQuery } from '../query/parse-query.js';
import type { SearchPlan } from '../query/plan.js';
import { toPlan } from '../query/to-plan.js';
import { aggregationModes } from './aggregation-modes.js';
import { alternativeMatches } from './alternative-matches.js';
import { applyRankers } from './apply-rankers.js';
import { Selection, showsLines } from './apply-select.js';
import { type AuthorAccounts, resolveAuthors } from './author-accounts.js';
import { closingAlerts } from './closing-alerts.js';
import { DistinctMatches } from './distinct-matches.js';
import { joinAlternatives, type ScopedAlternative } from './join-alternatives.js';
import { concatStreams, mergeStreams } from './merge-streams.js';
import { plural } from './plural.js';
import { Provided } from './provided.js';
import { withProvidedFiles } from './provided-files.js';
import { alertOf, noRepositories } from './query-alerts.js';
import { type Refusal, refused } from './refused.js';
import type { RepositoryCatalog } from './repository-catalog.js';
import { resolveScope } from './resolve-scope.js';
import { scopeServices } from './scope-services.js';
import type { Counting, Matches, SearchRun } from './search-run.js';
import type { SearchServices } from './search-services.js';
import { countOf, Tally } from './tally.js';
import { Viewer } from './viewer.js';

const ALL = 1_000_000_000;
const PROGRESS_EVERY = 500;
/** Made once: an error costs as much as a short search's parsing. */
const ENDED = new DOMException('the search ended', 'AbortError');

interface RunParts {
  readonly tally: Tally;
  readonly viewer: Viewer;
  readonly mirrors: ReadonlyMap<number, MirrorState>;
  readonly signal: AbortSignal;
  /** What is counted instead of shown. */
  readonly counting: Counting | undefined;
  readonly accounts?: AuthorAccounts | undefined;
}

/** Search for a person: the query is parsed and planned, the wall says where it may look, index and mirrors answer, the verdict says what was left out. */
export class SearchService implements Search {
  constructor(private readonly services: SearchServices) {}

  search(request: SearchRequest): AsyncGenerator<SearchEvent> {
    return this.#traced(request, undefined);
  }

  // What not every process is asked for is loaded when it is: a start waits for every module.
  async suggest(request: SuggestRequest): Promise<Suggestions> {
    const { suggest } = await import('../suggest/suggest.js');
    return suggest(this.services, request);
  }

  async aggregate(request: AggregationRequest): Promise<Aggregation> {
    const { aggregate } = await import('./aggregate.js');
    const { visibility, clock } = this.services;
    return aggregate(request, {
      now: clock.now(),
      visibility,
      events: (counting) => this.#traced({ ...request, contextLines: 0 }, counting),
    });
  }

  aggregationModes(query: string, patternType: PatternType = 'standard'): Readonly<Record<AggregationMode, string | undefined>> {
    return aggregationModes(query, patternType, this.services.clock.now());
  }

  #traced(request: SearchRequest, counting: Counting | undefined): AsyncGenerator<SearchEvent> {
    return this.services.meter.span('search', (span) => this.#search(request, span, counting));
  }

  async *#search(request: SearchRequest, span: OpenSpan, counting: Counting | undefined): AsyncGenerator<SearchEvent> {
    const { clock, meter } = this.services;
    const tally = new Tally(() => clock.monotonic(), clock.now());
    const patternType = request.patternType ?? 'standard';
    const parsed = meter.span('parse query', () => parseQuery(request.query, { patternType }), {
      'sextant.search.pattern_type': patternType,
    });
    if (!parsed.ok) {
      yield { type: 'alert', alert: alertOf(parsed.errors) };
      tally.leaveOut('error', 'The query could not be understood, so nothing was searched');
      yield* ending(span, tally, 0);
      return;
    }
    const plan = toPlan(parsed.query, { now: clock.now() });
    const { refusal, accounts } = await this.#admit(plan, request);
    if (refusal) {
      yield { type: 'alert', alert: refusal.alert };
      tally.leaveOut('error', refusal.words);
      yield* ending(span, tally, 0);
      return;
    }
    const controller = new AbortController();
    try {
      yield* this.#run(span, plan, request, { tally, controller, counting, accounts });
    } finally {
      span.set('sextant.search.matches', tally.matchCount);
      controller.abort(ENDED);
    }
  }

  async count(request: Omit<SearchRequest, 'display'>): Promise<{ readonly count: number; readonly verdict: Verdict }> {
    let count = 0;
    let verdict: Verdict = { exhaustive: false, reasons: [], words: 'The search ended early.' };
    for await (const event of this.search({
      ...request,
      query: /\bcount:/i.test(request.query) ? request.query : `${request.query} count:all`,
      display: 0,
    })) {
      if (event.type === 'progress') count = event.progress.matchCount;
      if (event.type === 'verdict') verdict = event.verdict;
    }
    return { count, verdict };
  }

  async explain(request: Pick<SearchRequest, 'query' | 'patternType' | 'actor' | 'signal'>): Promise<SearchExplanation | SearchAlert> {
    const { clock, catalog, visibility, repositories, mirrors } = this.services;
    const parsed = parseQuery(request.query, { patternType: request.patternType ?? 'standard' });
    if (!parsed.ok) return alertOf(parsed.errors);
    const plan = toPlan(parsed.query, { now: clock.now() });
    const { refusal } = await this.#admit(plan, request);
    if (refusal) return refusal.alert;
    const viewer = await Viewer.of(visibility, request.actor);
    const states = new Map<number, MirrorState>();
    const tally = new Tally(() => clock.monotonic(), clock.now());
    const run = this.#runOf(plan, request, { tally, viewer, mirrors: states, signal: request.signal, counting: undefined });
    if (viewer.limited !== undefined) tally.leaveOut('permission-limited', viewer.limited.replace(/\.$/, ''));
    const visible = await catalog.of(request.actor);
    const [{ explainQuery }, { explainWork }] = await Promise.all([import('../query/explain.js'), import('./explain-search.js')]);
    const work = await explainWork(run, plan, { visible, actor: request.actor, repositories, mirrors, states });
    await viewer.look();
    return { query: explainQuery(parsed.query, { now: clock.now() }), ...work(viewer) };
  }

  async *#run(
    span: OpenSpan,
    plan: SearchPlan,
    request: SearchRequest,
    o: Pick<RunParts, 'tally' | 'counting' | 'accounts'> & { readonly controller: AbortController },
  ): AsyncGenerator<SearchEvent> {
    const { tally, controller, counting, accounts } = o;
    const { catalog, visibility } = this.services;
    const viewer = await Viewer.of(visibility, request.actor);
    const visible = await catalog.of(request.actor);
    const limit = this.#limitOf(plan, counting);
    const states = new Map<number, MirrorState>();
    const signal = AbortSignal.any([request.signal, controller.signal]);
    const run = this.#runOf(plan, request, { tally, viewer, mirrors: states, signal, counting, accounts });
    if (viewer.limited !== undefined) tally.leaveOut('permission-limited', viewer.limited.replace(/\.$/, ''));
    else if (!viewer.unrestricted) tally.leaveOut('permission-limited', 'Only repositories you may see were searched', { harmless: true });
    const { streams, searched } = await this.services.meter.span('plan search', async (planning) => {
      const planned = await this.#streams(plan, request, run, states, visible);
      planning.set('sextant.search.alternatives', plan.alternatives.length);
      planning.set('sextant.search.repositories', planned.searched.size);
      return planned;
    });
    const nowhere = searched.size === 0 && plan.alternatives.some((a) => a.repositories.include.length > 0);
    if (nowhere) yield { type: 'alert', alert: noRepositories };
    // Planning has asked index and mirrors, and names what it could not look at.
    await viewer.look();
    yield { type: 'progress', progress: tally.progress(false, searched.size, viewer.sees) };

    const matches = run.ordered ? concatStreams(streams) : mergeStreams(streams, () => controller.abort(ENDED));
    yield* this.#deliver(matches, { run, plan, request, limit, viewer, searched: searched.size, streams: streams.length });
    if (request.signal.aborted) return;
    await viewer.look();
    const settings = this.services.settings();
    for (const alert of closingAlerts(plan, { run, nowhere, settings, sees: viewer.sees })) yield { type: 'alert', alert };
    yield { type: 'filters', filters: tally.filters(tally.matchCount >= limit, viewer.sees) };
    yield* ending(span, tally, searched.size, viewer);
  }

  /** What together answers the query, and the repositories in its scope. */
  async #streams(
    plan: SearchPlan,
    { actor }: SearchRequest,
    run: SearchRun,
    states: Map<number, MirrorState>,
    visible: Awaited<ReturnType<RepositoryCatalog['of']>>,
  ): Promise<{ readonly streams: readonly Matches[]; readonly searched: ReadonlySet<number> }> {
    const { mirrors, repositories } = this.services;
    const searched = new Set<number>();
    const scoped: ScopedAlternative[] = [];
    const [forks, archived] = [new Set<number>(), new Set<number>()];
    for (const alternative of plan.alternatives) {
      const scope = await resolveScope(alternative.repositories, visible, actor, scopeServices(run, repositories));
      for (const id of scope.excluded.forks) forks.add(id);
      for (const id of scope.excluded.archived) archived.add(id);
      // Of those in scope only: a search of one repository must not pay for all the others.
      const unread: number[] = [];
      for (const { id } of scope.repositories) {
        if (searched.has(id)) continue;
        searched.add(id);
        unread.push(id);
      }
      for (const [id, state] of await mirrors.states(unread)) states.set(id, state);
      const expr = await withProvidedFiles(run, alternative, scope.repositories, actor);
      scoped.push({ alternative: { ...alternative, expr }, repositories: scope.repositories });
    }
    const streams: Matches[] = [];
    for (const part of joinAlternatives(scoped))
      streams.push(...(await alternativeMatches(run, part.alternative, part.repositories, { repositories, actor })));
    const unasked = (reason: 'excluded-fork' | 'excluded-archive', { size }: ReadonlySet<number>, what: string): void => {
      if (size > 0)
        run.tally.leaveOut(reason, `${what} left out, as the query does not ask for ${size === 1 ? 'it' : 'them'}`, {
          count: size,
          harmless: true,
        });
    };
    unasked('excluded-fork', forks, `${plural(forks.size, 'fork was', 'forks were')}`);
    unasked('excluded-archive', archived, `${plural(archived.size, 'archived repository was', 'archived repositories were')}`);
    return { streams, searched };
  }

  /** Why the query is not answered, or the users that it names. */
  async #admit(
    plan: SearchPlan,
    { actor }: Pick<SearchRequest, 'actor'>,
  ): Promise<{ readonly refusal?: Refusal; readonly accounts?: AuthorAccounts }> {
    const refusal = refused(plan, this.#offered());
    return refusal ? { refusal } : resolveAuthors(plan, actor, this.services.authors?.());
  }

  /** What may be asked for at this moment. */
  #offered(): { readonly provided: Provided; readonly structural: boolean } {
    const { predicates, resultSources, settings } = this.services;
    return { provided: new Provided(predicates, resultSources), structural: settings().structural };
  }

  /** Counting counts all, unless the query says otherwise. */
  #limitOf({ options }: SearchPlan, counting: Counting | undefined): number {
    const count = options.count ?? (counting ? 'all' : this.services.settings().defaultLimit);
    return count === 'all' ? ALL : count;
  }

  #runOf(plan: SearchPlan, request: Omit<SearchRequest, 'signal'>, o: RunParts): SearchRun {
    const { viewer, counting, accounts, ...parts } = o;
    const { select } = plan.options;
    const best = request.ordered && request.display !== 0;
    return {
      ...this.#budget(plan, this.#limitOf(plan, counting), o.tally, counting),
      ...parts,
      counting,
      ...(accounts ? { accounts } : {}),
      now: this.services.clock.now(),
      provided: this.#offered().provided,
      contextLines: request.contextLines ?? 1,
      // A ranker may look at them.
      lines: !counting && (this.services.rankers.length > 0 || (request.display !== 0 && showsLines(select))),
      ordered: request.ordered ?? false,
      lookedAt: this.#lookedAt(plan, request, counting),
      addCounts: async (repository, counts, freshness) => {
        await viewer.look();
        // Rules that came since may hide some of what was counted, and nothing tells which.
        if (!viewer.seesWhole(repository.id)) return;
        o.tally.addCounts(repository, counts, freshness);
        o.tally.leaveUnshown(request.display ?? 0, counts.documents);
      },
      look: () => viewer.look(),
      sees: viewer.sees,
      seesWhole: (id) => viewer.seesWhole(id),
      // Unless it matters which of its documents comes first.
      firstOf: select?.kind === 'repo' && !counting && this.services.rankers.length === 0 && !best ? 'repository' : undefined,
      languages: plan.alternatives.flatMap(({ structural }) => structural?.languages ?? []),
    };
  }

  /**
   * Where all is counted, what is not shown need not be made, unless a ranker, `select:` or the order has to look at it. As many are looked
   * at as a search without `count:all` would look at, so that the best of them are shown.
   */
  #lookedAt(
    { options, alternatives }: SearchPlan,
    { display, ordered }: Pick<SearchRequest, 'display' | 'ordered'>,
    counting: Counting | undefined,
  ): number | undefined {
    if (options.count !== 'all' || display === undefined) return undefined;
    if (counting || options.select || this.services.rankers.length > 0 || (ordered && display > 0)) return undefined;
    // What several alternatives find is found once.
    if (alternatives.length > 1 || alternatives.some(({ kinds }) => kinds.includes('symbol'))) return undefined;
    return display === 0 ? 0 : Math.max(display, this.services.settings().defaultLimit);
  }

  async *#deliver(
    matches: Matches,
    o: {
      readonly run: SearchRun;
      readonly plan: SearchPlan;
      readonly request: SearchRequest;
      readonly limit: number;
      readonly viewer: Viewer;
      readonly searched: number;
      /** How many the matches come from. */
      readonly streams: number;
    },
  ): AsyncGenerator<SearchEvent> {
    const { viewer, limit } = o;
    const { tally } = o.run;
    const { clock } = this.services;
    const selection = new Selection(o.plan.options.select);
    const distinct = new DistinctMatches(o.plan.alternatives.length > 1 ? o.streams : 1);
    const display = o.request.display ?? ALL;
    let shown = 0;
    let said = clock.monotonic();
    for await (const batch of matches) {
      await viewer.look();
      const visible = batch.filter((match) => viewer.maySee(match));
      const ranked = o.run.counting ? visible : applyRankers(visible, this.services.rankers, o.request);
      const chosen = within(distinct.of(selection.apply(ranked)), limit - tally.matchCount);
      if (chosen.length > 0) tally.add(chosen);
      const send = chosen.slice(0, Math.max(0, display - shown));
      shown += send.length;
      tally.leaveUnshown(display, chosen.length - send.length);
      if (send.length > 0) yield { type: 'matches', matches: send };
      if (tally.matchCount >= limit) {
        tally.leaveOut('capped', o.run.capped());
        return;
      }
      if (clock.monotonic() - said > PROGRESS_EVERY) {
        said = clock.monotonic();
        yield { type: 'progress', progress: tally.progress(false, o.searched, viewer.sees) };
      }
    }
  }

  #budget(plan: SearchPlan, limit: number, tally: Tally, counting: Counting | undefined) {
    const { clock, engine, scanner, git, log, meter, isLarge, symbolSources } = this.services;
    const { defaultLimit, defaultTimeout, maxTimeout, ...limits } = this.services.settings();
    const byDefault = !counting && limit > defaultLimit * 10 ? maxTimeout : defaultTimeout;
    const due = clock.monotonic() + Math.min(plan.options.timeout ?? byDefault, maxTimeout);
    return {
      engine,
      scanner,
      git,
      log,
      meter,
      isLarge,
      symbolSources,
      damaged: (id: number) => this.services.damaged(id),
      ...limits,
      missing: [],
      capped: () =>
        limit === ALL || (plan.options.select !== undefined && tally.matchCount < limit)
          ? 'More was found than one search collects'
          : `The limit of ${limit} ${limit === 1 ? 'result' : 'results'} was reached; there may be more`,
      countAll: plan.options.count === 'all',
      // What `select:` makes one of, or drops, does not count.
      remaining: () => (plan.options.select !== undefined && tally.matchCount < limit ? ALL : limit - tally.matchCount),
      timeLeft: () => due - clock.monotonic(),
    };
  }
}

/** As many of the matches as the limit still allows. */
function within(matches: readonly SearchMatch[], limit: number): readonly SearchMatch[] {
  const kept: SearchMatch[] = [];
  let count = 0;
  for (const match of matches) {
    if (count >= limit) break;
    kept.push(match);
    count += countOf(match);
  }
  return kept;
}

function* ending(span: OpenSpan, tally: Tally, repositories: number, viewer?: Viewer): Generator<SearchEvent> {
  const verdict = tally.verdict(viewer?.sees);
  span.set('sextant.search.exhaustive', verdict.exhaustive);
  yield { type: 'verdict', verdict };
  yield { type: 'progress', progress: tally.progress(true, repositories, viewer?.sees) };
}
