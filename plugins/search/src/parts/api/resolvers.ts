import type { Repository } from '@sextant/plugin-code-host/api';
import type { GitCommitParent, GitEntryParent } from '@sextant/plugin-git/api';
import { type ConfigOf, decodeNodeId, type Operation, type Resolved, type ResolverMap, SextantError } from '@sextant/sdk';
import { seesWhole } from '../../answer/viewer.js';
import type { PatternType, SearchAlert, SearchMatch } from '../../api.js';
import type { config } from '../../config.js';
import type { IndexedRepository } from '../../engine/contract.js';
import { enqueueIndexing } from '../../jobs/index-repository.js';
import { aggregationFields } from './aggregation-fields.js';
import type { CollectedAnswer } from './collect-answer.js';
import { completenessOf } from './completeness-of.js';
import { type ApiDeps, ownSearch } from './deps.js';
import { LazyAnswer } from './lazy-answer.js';
import { lineMatchesOf } from './line-matches.js';
import { parsedTree } from './parsed-tree.js';
import { PATTERN_TYPE_OF_VERSION, type QueryVersion } from './route-arguments.js';
import { byReason, skippedPage } from './skipped-page.js';
import { sparklineOf } from './sparkline.js';

/** Of one list of repositories. */
const MOST_REPOSITORIES = 10_000;

type FileParent = Extract<SearchMatch, { path: string }> & { readonly found: Repository };
type CommitParent = Extract<SearchMatch, { type: 'commit' }> & { readonly found: Repository };

export function searchResolvers(d: Resolved<ApiDeps>, settings: () => ConfigOf<typeof config>): ResolverMap {
  const service = ownSearch(d);
  return {
    Query: {
      search: (_parent, args: { query: string; version?: QueryVersion | null; patternType?: PatternType | null }, op) =>
        new LazyAnswer(
          service,
          {
            query: args.query,
            actor: op.actor,
            signal: op.signal,
            contextLines: 0,
            patternType: args.patternType ?? PATTERN_TYPE_OF_VERSION[args.version ?? 'V3'],
          },
          d.visibility,
        ),
      searchSuggestions: async (
        _parent,
        args: { query: string; position: number; first: number; patternType?: PatternType | null },
        op,
      ) => {
        const { suggestions, verdict } = await service.suggest({
          query: args.query,
          position: args.position,
          first: args.first,
          actor: op.actor,
          signal: op.signal,
          ...(args.patternType ? { patternType: args.patternType } : {}),
        });
        return {
          suggestions: suggestions.map((suggestion) => ({ ...suggestion, kind: suggestion.kind.toUpperCase() })),
          completeness: completenessOf(verdict),
        };
      },
      parseSearchQuery: (_parent, { query, patternType }: { query: string; patternType?: PatternType | null }) =>
        parsedTree(query, patternType ?? 'standard'),
      searchQueryExplain: async (_parent, { query, patternType }: { query: string; patternType?: PatternType | null }, op) => {
        const told = await service.explain({ query, actor: op.actor, signal: op.signal, ...(patternType ? { patternType } : {}) });
        return 'work' in told ? { explanation: told, alert: null } : { explanation: null, alert: told };
      },
    },
    Mutation: {
      reindexRepository: async (_parent, args: { repository: string }, op) => {
        const id = decodeNodeId('Repository', args.repository);
        const repository = id === undefined ? undefined : await d.repositories.byId(op.actor, Number(id));
        if (!repository)
          throw new SextantError('SEXTANT_SEARCH_ARGUMENT', { what: 'No repository has this id.', fix: 'Give the id of a repository.' });
        await enqueueIndexing(d.jobs, repository.id, settings());
        return { alwaysNil: null };
      },
    },
    Search: {
      results: (answer: LazyAnswer) => answer,
      stats: (answer: LazyAnswer) => answer,
      ...aggregationFields(service),
    },
    SearchResultsStats: {
      approximateResultCount: counted(approximateResultCount),
      languages: async (answer: LazyAnswer) => {
        const matches = await answer.matches();
        const lines = new Map<string, number>();
        for (const match of matches)
          if (match.type === 'content' && match.language)
            lines.set(match.language, (lines.get(match.language) ?? 0) + lineMatchesOf(match.chunks).length);
        return [...lines].map(([name, totalLines]) => ({ name, totalLines })).sort((a, b) => b.totalLines - a.totalLines);
      },
    },
    SearchResults: {
      results: async (answer: LazyAnswer, _args, op) => {
        const matches = await answer.matches();
        const found = await d.repositories.byIds(op.actor, [...new Set(matches.map((m) => m.repository.id))]);
        return matches.flatMap((match) => {
          const repository = found.get(match.repository.id);
          if (!repository) return [];
          return [
            match.type === 'repo'
              ? { __typename: 'Repository', ...repository }
              : { __typename: match.type === 'commit' ? 'CommitSearchResult' : 'FileMatch', ...match, found: repository },
          ];
        });
      },
      matchCount: counted((answer) => answer.progress.matchCount),
      resultCount: counted((answer) => answer.progress.matchCount),
      approximateResultCount: counted(approximateResultCount),
      limitHit: counted(limitHit),
      repositoriesCount: counted((answer) => answer.progress.repositoriesCount),
      repositories: async (answer: LazyAnswer, _args, op) => {
        const ids = [...new Set((await answer.matches()).map(({ repository }) => repository.id))].sort((a, b) => a - b);
        const found = await d.repositories.byIds(op.actor, ids.slice(0, MOST_REPOSITORIES));
        return [...found.values()].sort((a, b) => a.id - b.id);
      },
      sparkline: async (answer: LazyAnswer) => sparklineOf(await answer.matches(), d.clock.now()),
      cloning: counted((answer, op) => named(answer, ['repository-cloning'], op)),
      missing: counted((answer, op) => named(answer, ['repository-missing', 'not-indexed'], op)),
      timedout: counted((answer, op) => named(answer, ['timed-out'], op)),
      indexUnavailable: counted((answer) => answer.verdict.reasons.some((r) => r.reason === 'shard-missing')),
      alert: counted((answer) => answer.alert ?? null),
      elapsedMilliseconds: counted((answer) => answer.progress.durationMs),
      dynamicFilters: counted((answer) => answer.filters),
      completeness: counted((answer) => completenessOf(answer.verdict)),
    },
    SearchAlert: {
      problems: ({ problems = [] }: SearchAlert) => problems.map(({ message, ...range }) => ({ message, range })),
    },
    FileMatch: {
      repository: (match: FileParent) => match.found,
      file: fileOf,
      revSpec: (match: FileParent) => match.branches[0] ?? null,
      lineMatches: (match: FileParent) =>
        match.type === 'content'
          ? lineMatchesOf(match.chunks).map(({ line, ...rest }) => ({ preview: line, limitHit: false, ...rest }))
          : [],
      chunkMatches: (match: FileParent) =>
        match.type === 'content'
          ? match.chunks.map((c) => ({ content: c.content, contentStart: c.start, ranges: c.ranges, contentTruncated: c.truncated }))
          : [],
      captures: (match: FileParent) => (match.type === 'content' ? (match.captures ?? []) : []),
      pathMatches: (match: FileParent) =>
        match.type === 'symbol'
          ? []
          : match.pathRanges.map(([start, end]) => ({
              start: { offset: start, line: 0, column: start },
              end: { offset: end, line: 0, column: end },
            })),
      resource: (match: FileParent) => `git://${match.found.name}?${match.commit}#${match.path}`,
      symbols: (match: FileParent) => (match.type === 'symbol' ? match.symbols.map((symbol) => ({ ...symbol, at: fileOf(match) })) : []),
      limitHit: () => false,
      freshness: freshnessOf,
    },
    CommitSearchResult: {
      label: (match: CommitParent) =>
        markdown(
          `[${match.found.name}](/${match.found.name}) › [${match.author.name}](${urlOf(match)}): [${subjectOf(match)}](${urlOf(match)})`,
          `${match.found.name} › ${match.author.name}: ${subjectOf(match)}`,
        ),
      url: urlOf,
      detail: (match: CommitParent) =>
        markdown(`[\`${match.oid.slice(0, 7)}\` ${match.author.date}](${urlOf(match)})`, `${match.oid.slice(0, 7)} ${match.author.date}`),
      commit: (match: CommitParent): GitCommitParent => ({ repository: match.found, oid: match.oid }) as GitCommitParent,
      messagePreview: (match: CommitParent) => (match.diff === undefined ? highlighted(match.message, match.ranges) : null),
      diffPreview: (match: CommitParent) => (match.diff === undefined ? null : highlighted(match.diff, match.ranges)),
      matches: (match: CommitParent) => [{ url: urlOf(match), body: fenced(match), highlights: highlights(match.ranges, 1) }],
      freshness: freshnessOf,
    },
    Repository: {
      textSearchIndex: (repository: Repository, _args, op) =>
        op
          .loader<number, IndexedRepository | undefined>('indexed')
          .load(repository.id)
          .then((status) => (status ? { status, repository } : null)),
      language: async (repository: Repository, _args, op) => {
        const status = await op.loader<number, IndexedRepository | undefined>('indexed').load(repository.id);
        return (status && seesWhole(await d.visibility.of(op.actor), repository.id) && status.language) || '';
      },
    },
    RepositoryStats: {
      indexed: async (_parent: unknown, _args: unknown, op: Operation) => (await d.engine.status({ signal: op.signal })).length,
    },
    RepositoryTextSearchIndex: {
      status: async ({ status }: { status: IndexedRepository }, _args: unknown, op: Operation) =>
        seesWhole(await d.visibility.of(op.actor), status.repository)
          ? {
              updatedAt: status.indexedAt,
              contentByteSize: status.contentBytes,
              contentFilesCount: status.documents,
              indexByteSize: status.indexBytes,
              indexShardsCount: status.shards,
              degraded: status.state !== 'ok',
              skippedFilesCount: Object.values(status.skippedFiles).reduce((a, b) => a + b, 0),
              skippedFilesByReason: byReason(status.skippedFiles),
            }
          : null,
      refs: async ({ status, repository }: { status: IndexedRepository; repository: Repository }) => {
        const mirror = (await d.mirrors.states([repository.id])).get(repository.id);
        return status.branches.map(({ name, commit }) => ({
          name,
          indexedCommit: commit,
          current: mirror?.head?.branch !== name || mirror.head.commit === commit,
        }));
      },
      skippedFiles: async (
        { repository }: { repository: Repository },
        { first, offset, reason }: { first: number; offset: number; reason?: string | null },
        op: Operation,
      ) =>
        skippedPage(d, await d.visibility.of(op.actor), {
          repository: repository.id,
          limit: Math.min(Math.max(first, 0), 1_000),
          offset: Math.max(offset, 0),
          ...(reason ? { reason } : {}),
          signal: op.signal,
        }),
    },
  };

  async function named(answer: CollectedAnswer, reasons: readonly string[], op: Operation): Promise<readonly Repository[]> {
    const names = answer.verdict.reasons.filter((r) => reasons.includes(r.reason)).flatMap((r) => r.repositories ?? []);
    if (names.length === 0) return [];
    return d.repositories.list(op.actor, { names }, { limit: names.length });
  }
}

/** A field that needs no matches. */
const counted =
  <T>(read: (answer: CollectedAnswer, op: Operation) => T) =>
  async (answer: LazyAnswer, _args: unknown, op: Operation): Promise<Awaited<T>> =>
    await read(await answer.counted(), op);

const limitHit = (answer: CollectedAnswer): boolean => answer.verdict.reasons.some((r) => r.reason === 'capped');

function approximateResultCount(answer: CollectedAnswer): string {
  return `${answer.progress.matchCount}${answer.verdict.exhaustive ? '' : '+'}`;
}

const fileOf = (match: FileParent): GitEntryParent =>
  ({
    repository: match.found,
    oid: match.commit,
    path: match.path,
    ...(match.branches[0] ? { rev: match.branches[0] } : {}),
  }) as GitEntryParent;

const freshnessOf = ({ commit, freshness, repository }: SearchMatch): object => ({
  commit,
  ...freshness,
  fetchedAt: repository.lastFetched ?? null,
});
const urlOf = (match: CommitParent): string => `/${match.found.name}/-/commit/${match.oid}`;
const subjectOf = (match: CommitParent): string => match.message.split('\n', 1)[0] ?? '';

const escaped = (text: string): string => text.replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`);
const markdown = (text: string, plain: string): object => ({ text, html: escaped(plain) });

function fenced(match: CommitParent): object {
  const text = match.diff ?? match.message;
  return { text: `\`\`\`${match.diff === undefined ? 'COMMIT_EDITMSG' : 'diff'}\n${text}\n\`\`\``, html: `<pre>${escaped(text)}</pre>` };
}

const highlights = (ranges: CommitParent['ranges'], from: number): readonly object[] =>
  ranges.map(([line, character, length]) => ({ line: line + from, character, length }));
const highlighted = (value: string, ranges: CommitParent['ranges']): object => ({ value, highlights: highlights(ranges, 1) });
