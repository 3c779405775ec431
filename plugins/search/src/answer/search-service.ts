import type { Repositories, Repository, VisibilityService } from '@sextant/plugin-code-host/api';
import type { Git, Mirrors } from '@sextant/plugin-git/api';
import { type Clock, type CommitOid, type Contribution, type Logger, RevSpec } from '@sextant/sdk';
import type { Ranker, Search, SearchAlert, SearchEngine, SearchEvent, SearchMatch, SearchRequest, Verdict } from '../api.js';
import type { DocExpr } from '../engine/contract.js';
import type { ShardExecutor } from '../engine/shard-executor.js';
import type { QueryError } from '../query/ast.js';
import { parseQuery } from '../query/parse-query.js';
import type { PlanAlternative, RepositoryPredicate, SearchPlan } from '../query/plan.js';
import { toPlan } from '../query/to-plan.js';
import { applyRankers } from './apply-rankers.js';
import { Selection } from './apply-select.js';
import { type CommitScope, commitMatches } from './commit-matches.js';
import { indexedMatches } from './indexed-matches.js';
import { mergeStreams } from './merge-streams.js';
import type { RepositoryCatalog } from './repository-catalog.js';
import { repositoryStream } from './repository-stream.js';
import { resolveRevisions } from './resolve-revisions.js';
import { resolveScope } from './resolve-scope.js';
import { type Matches, type SearchRun, type Target, wantedOf } from './search-run.js';
import { countOf, Tally } from './tally.js';
import { unindexedMatches } from './unindexed-matches.js';

export interface SearchSettings {
  readonly defaultTimeout: number;
  readonly maxTimeout: number;
  readonly defaultLimit: number;
  readonly unindexedBytes: number;
  readonly unindexedRepositories: number;
}

export interface SearchServices {
  readonly engine: SearchEngine;
  readonly scanner: ShardExecutor;
  readonly git: Git;
  readonly mirrors: Mirrors;
  readonly repositories: Repositories;
  readonly visibility: VisibilityService;
  readonly catalog: RepositoryCatalog;
  readonly clock: Clock;
  readonly log: Logger;
  readonly rankers: readonly Contribution<Ranker>[];
  readonly isLarge: (path: string) => boolean;
  /** Told of a repository whose index failed during a search. */
  damaged(repositoryId: number): void;
  settings(): SearchSettings;
}

const ALL = 1_000_000_000;
const PROGRESS_EVERY = 500;

/** Search for a person: the query is parsed and planned, the wall says where it may look, index and mirrors answer, the verdict says what was left out. */
export class SearchService implements Search {
  constructor(private readonly services: SearchServices) {}

  async *search(request: SearchRequest): AsyncGenerator<SearchEvent> {
    const { clock } = this.services;
    const tally = new Tally(() => clock.monotonic());
    const parsed = parseQuery(request.query, { patternType: request.patternType ?? 'standard' });
    if (!parsed.ok) {
      yield { type: 'alert', alert: alertOf(parsed.errors) };
      tally.leaveOut('error', 'The query could not be understood, so nothing was searched');
      yield* ending(tally, 0, false);
      return;
    }
    const plan = toPlan(parsed.query, { now: clock.now() });
    if (plan.providers.length > 0) {
      yield {
        type: 'alert',
        alert: {
          kind: 'no-provider',
          title: 'Nothing answers this part of the query yet',
          description: `No plugin provides ${plan.providers.map((p) => `"${p.text}" (${p.provider})`).join(', ')}.`,
          proposedQueries: [],
        },
      };
      tally.leaveOut('error', `No plugin answers ${plan.providers.map((p) => p.text).join(', ')}, so nothing was searched`);
      yield* ending(tally, 0, false);
      return;
    }
    yield* this.#run(plan, request, tally);
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

  async *#run(plan: SearchPlan, request: SearchRequest, tally: Tally): AsyncGenerator<SearchEvent> {
    const { clock } = this.services;
    const settings = this.services.settings();
    const wantsAll = plan.options.count === 'all';
    const limit = wantsAll ? ALL : ((plan.options.count as number | undefined) ?? settings.defaultLimit);
    const timeout = Math.min(
      plan.options.timeout ?? (wantsAll || limit > settings.defaultLimit * 10 ? settings.maxTimeout : settings.defaultTimeout),
      settings.maxTimeout,
    );
    const due = clock.monotonic() + timeout;
    const controller = new AbortController();
    const signal = AbortSignal.any([request.signal, controller.signal]);
    const visible = await this.services.catalog.of(request.actor);
    const epoch = await this.services.visibility.epoch(request.actor);
    const run: SearchRun = {
      git: this.services.git,
      engine: this.services.engine,
      scanner: this.services.scanner,
      tally,
      signal,
      contextLines: request.contextLines ?? 1,
      remaining: () => limit - tally.matchCount,
      timeLeft: () => due - clock.monotonic(),
      countAll: wantsAll,
      damaged: (id) => this.services.damaged(id),
      mirrors: await this.services.mirrors.states(visible.map((r) => r.id)),
      unindexedBytes: settings.unindexedBytes,
      unindexedRepositories: settings.unindexedRepositories,
    };
    const searched = new Set<number>();
    const streams: Matches[] = [];
    let named = false;
    for (const alternative of plan.alternatives) {
      named ||= alternative.repositories.include.length > 0;
      const scope = await resolveScope(alternative.repositories, visible, request.actor, {
        repositories: this.services.repositories,
        hasFile: (ids, predicate) => this.#withFile(run, ids, predicate),
        hasCommitAfter: (repository, time) => this.#hasCommitAfter(repository, time, signal),
      });
      if (scope.excluded > 0)
        tally.leaveOut('excluded', `${scope.excluded} forks and archived repositories were left out, as the query does not ask for them`, {
          count: scope.excluded,
          harmless: true,
        });
      for (const { id } of scope.repositories) searched.add(id);
      streams.push(...(await this.#streamsOf(run, alternative, scope.repositories, settings)));
    }
    if (!(await this.services.visibility.of(request.actor)).unrestricted)
      tally.leaveOut('permission-limited', 'Only repositories you may see were searched', { harmless: true });
    if (named && searched.size === 0)
      yield {
        type: 'alert',
        alert: {
          kind: 'no-repositories',
          title: 'No repository fits',
          description: 'No repository that you may see fits the repository filters of this query.',
          proposedQueries: [],
        },
      };

    yield { type: 'progress', progress: tally.progress(false, searched.size) };
    yield* this.#deliver(mergeStreams(streams), {
      run,
      plan,
      request,
      limit,
      epoch,
      searched: searched.size,
      abort: () => controller.abort(),
    });
    const capped = tally.matchCount >= limit && !wantsAll;
    if (request.signal.aborted) return;
    yield { type: 'filters', filters: tally.filters(capped) };
    yield* ending(tally, searched.size, capped);
  }

  async *#deliver(
    matches: Matches,
    o: {
      readonly run: SearchRun;
      readonly plan: SearchPlan;
      readonly request: SearchRequest;
      readonly limit: number;
      readonly epoch: string;
      readonly searched: number;
      readonly abort: () => void;
    },
  ): AsyncGenerator<SearchEvent> {
    const { tally } = o.run;
    const { clock, visibility } = this.services;
    const selection = new Selection(o.plan.options.select);
    const display = o.request.display ?? ALL;
    let shown = 0;
    let said = clock.monotonic();
    let { epoch } = o;
    let allowed: (id: number, path?: string) => boolean = (await visibility.of(o.request.actor)).canSee.bind(
      await visibility.of(o.request.actor),
    );
    for await (const batch of matches) {
      // A grant that was taken away since the search began must not leak what is still to come.
      const now = await visibility.epoch(o.request.actor);
      if (now !== epoch) {
        epoch = now;
        const next = await visibility.of(o.request.actor);
        allowed = next.canSee.bind(next);
      }
      const visible = batch.filter((match) => allowed(match.repository.id, 'path' in match ? match.path : undefined));
      const ranked = applyRankers(visible, this.services.rankers, o.request);
      const chosen = within(selection.apply(ranked), o.limit - tally.matchCount);
      if (chosen.length === 0) continue;
      tally.add(chosen);
      const send = chosen.slice(0, Math.max(0, display - shown));
      shown += send.length;
      if (send.length > 0) yield { type: 'matches', matches: send };
      if (tally.matchCount >= o.limit) {
        tally.leaveOut('capped', `The limit of ${o.limit} results was reached; there may be more`);
        o.abort();
        return;
      }
      if (clock.monotonic() - said > PROGRESS_EVERY) {
        said = clock.monotonic();
        yield { type: 'progress', progress: tally.progress(false, o.searched) };
      }
    }
  }

  async #streamsOf(
    run: SearchRun,
    alternative: PlanAlternative,
    repositories: readonly Repository[],
    settings: SearchSettings,
  ): Promise<readonly Matches[]> {
    const { kinds, expr, index } = alternative;
    const streams: Matches[] = [];
    if (kinds.includes('repository')) streams.push(repositoryStream(run, expr, repositories));
    if (alternative.structural) {
      run.tally.leaveOut('error', 'Structural search is not available yet');
      return streams;
    }
    const cloned = repositories.filter((r) => this.#isSearchable(run, r));
    if (alternative.commits) {
      const scopes = await this.#commitScopes(run, alternative, cloned);
      for (const kind of ['commit', 'diff'] as const)
        if (kinds.includes(kind)) streams.push(commitMatches(run, scopes, expr, alternative.commits, kind));
    }
    const want = wantedOf(kinds);
    if (!want) return streams;
    const { indexed, unindexed } = await resolveRevisions(
      run,
      alternative.repositories.revisions,
      alternative.repositories.revisions.length === 0 ? repositories : cloned,
      index,
    );
    streams.push(this.#documents(run, indexed, unindexed, { expr, want, index, settings }));
    return streams;
  }

  async *#documents(
    run: SearchRun,
    indexed: readonly { readonly repository: Repository; readonly branch?: string }[],
    unindexed: readonly Target[],
    o: {
      readonly expr: DocExpr;
      readonly want: 'content' | 'path' | 'symbol';
      readonly index: 'yes' | 'only' | 'no';
      readonly settings: SearchSettings;
    },
  ): Matches {
    const more: Target[] = [...unindexed];
    let missing: readonly Repository[] = [];
    yield* indexedMatches(run, indexed, o.expr, o.want, (repositories) => {
      missing = repositories;
    });
    for (const repository of missing) {
      if (o.index === 'only') run.tally.leaveOut('not-indexed', `${repository.name} has no index yet`, { repository: repository.name });
      else {
        const head = this.#isSearchable(run, repository)
          ? await this.services.git.defaultBranch({ repository: repository.name, signal: run.signal }).catch(() => null)
          : null;
        if (head) more.push({ repository, revision: head.name, commit: head.target });
      }
    }
    yield* unindexedMatches(run, more, o.expr, o.want, this.services.isLarge);
  }

  /** A repository whose mirror is there. Others are named in the verdict. */
  #isSearchable(run: SearchRun, { id, name }: Repository): boolean {
    const state = run.mirrors.get(id);
    if (state?.status === 'cloned') return true;
    if (state?.status === 'cloning' || state?.status === 'queued')
      run.tally.leaveOut('repository-cloning', `${name} is being cloned`, { repository: name });
    else if (state?.status === 'corrupt') run.tally.leaveOut('degraded', `${name} is damaged and is cloned again`, { repository: name });
    else run.tally.leaveOut('repository-missing', `${name} is not cloned`, { repository: name });
    return false;
  }

  async #commitScopes(
    run: SearchRun,
    { repositories: { revisions } }: PlanAlternative,
    repositories: readonly Repository[],
  ): Promise<readonly CommitScope[]> {
    const scopes: CommitScope[] = [];
    for (const repository of repositories) {
      const resolve = async (name: string): Promise<CommitOid[]> =>
        RevSpec.is(name)
          ? [
              await this.services.git
                .resolve({ repository: repository.name, revision: RevSpec.parse(name), signal: run.signal })
                .catch(() => undefined),
            ].filter((oid) => oid !== undefined)
          : [];
      const from: CommitOid[] = [];
      const not: CommitOid[] = [];
      const wanted = revisions.filter((r) => r.kind !== 'exclude');
      for (const revision of wanted.length > 0 ? wanted : [{ kind: 'name' as const, name: 'HEAD' }]) {
        if (revision.kind === 'name') from.push(...(await resolve(revision.name)));
        else if (revision.kind === 'at-time') from.push(...(await resolve(revision.base)));
        else if (revision.kind === 'glob' && !revision.exclude)
          for (const ref of await this.services.git.refs({
            repository: repository.name,
            query: revision.glob,
            limit: 1_000,
            signal: run.signal,
          }))
            from.push(ref.target);
      }
      for (const revision of revisions) if (revision.kind === 'exclude') not.push(...(await resolve(revision.name)));
      if (from.length > 0) scopes.push({ repository, from, not });
      else run.tally.leaveOut('repository-missing', `${repository.name} has no such revision`, { repository: repository.name });
    }
    return scopes;
  }

  /** Repositories with a file that fits, by the index; one hit a repository is enough, so the limits are wide and the rest is counted. */
  async #withFile(
    run: SearchRun,
    ids: readonly number[],
    predicate: Extract<RepositoryPredicate, { name: 'has-file' }>,
  ): Promise<ReadonlySet<number>> {
    const of: DocExpr[] = [];
    if (predicate.path !== undefined) of.push({ op: 'path', pattern: { kind: 'regexp', source: predicate.path, caseSensitive: false } });
    if (predicate.content !== undefined)
      of.push({ op: 'content', pattern: { kind: 'regexp', source: predicate.content, caseSensitive: false } });
    const holding = new Set<number>();
    const limits = { maxMatches: ALL, maxDocuments: 1_000_000, contextLines: 0, deadline: Math.max(1, run.timeLeft()), countAll: false };
    for await (const event of run.engine.search({
      scope: { repositories: ids.map((id) => ({ id })) },
      expr: { op: 'and', of },
      limits,
      want: 'path',
      signal: run.signal,
    })) {
      if (event.type === 'documents') for (const { repository } of event.documents) holding.add(repository);
      else if (event.type === 'done' && (event.summary.timedOut || event.summary.limitHit))
        run.tally.leaveOut('timed-out', 'The condition on files could not be checked in all repositories');
    }
    return holding;
  }

  async #hasCommitAfter(repository: Repository, after: string, signal: AbortSignal): Promise<boolean> {
    const head = await this.services.git.defaultBranch({ repository: repository.name, signal }).catch(() => null);
    if (!head) return false;
    for await (const _ of this.services.git.log({ repository: repository.name, from: [head.target], after, limit: 1, signal })) return true;
    return false;
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

function* ending(tally: Tally, repositories: number, _capped: boolean): Generator<SearchEvent> {
  yield { type: 'verdict', verdict: tally.verdict() };
  yield { type: 'progress', progress: tally.progress(true, repositories) };
}

export function alertOf(errors: readonly QueryError[]): SearchAlert {
  return {
    kind: 'invalid-query',
    title: 'The query cannot be understood',
    description: errors.map((e) => `${e.message} (at ${e.start + 1}–${e.end})`).join('\n'),
    proposedQueries: errors.flatMap((e) => (e.fix ? [{ description: e.fix.description, query: e.fix.query }] : [])),
  };
}
