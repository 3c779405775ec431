import type { Repository } from '@sextant/plugin-code-host/api';
import type { DocExpr, EngineDocument, PatternSpec, SearchLimits } from '../engine/contract.js';
import { exactFilter } from '../query/exact-filter.js';
import { escapeRegexp } from '../query/pattern-runs.js';
import type { Candidate } from './candidate.js';
import { type NameRanker, patternSource } from './name-ranker.js';
import { type SuggestionRun, TIME_UP, weightOf, written, writtenValue } from './suggestion-run.js';

/** Matches of one search, among which the best are looked for, and the best documents of them. */
const MAX_MATCHES = 1_000;
const MAX_DOCUMENTS = 100;
/** A score would read the content of every document; the names themselves tell which fits best. */
const SYMBOL_LIMITS = { scores: false, maxMatches: 500, maxDocuments: 50 };
/** Files looked at for their languages where each must be judged. */
const MAX_JUDGED = 10_000;

type Find = (pattern: PatternSpec, capped: () => void) => Promise<readonly Candidate[]>;

/**
 * Names are looked for by their beginning first, by all of them when too many begin so, and anywhere in them only when there are
 * not enough: a name that fits worse than those found is not needed, and short text is in very many.
 * @param begins the pattern as it begins a name
 */
async function inStages(run: SuggestionRun, begins: PatternSpec, anywhere: PatternSpec, find: Find): Promise<readonly Candidate[]> {
  let many = false;
  const capped = (): void => {
    many = true;
  };
  const found = [...(await find(begins, capped))];
  if (many) found.push(...(await find(regexp(`${begins.source}$`), capped)));
  if (found.length < run.first) found.push(...(await find(anywhere, capped)));
  return found;
}

const regexp = (source: string): PatternSpec => ({ kind: 'regexp', source, caseSensitive: false });

interface Asked {
  readonly want: 'path' | 'symbol';
  readonly condition: DocExpr;
  readonly limits?: Partial<SearchLimits>;
  /** Hears that not all of what fits was looked at. */
  readonly capped?: () => void;
}

/** Files whose paths fit; `as` filters that find the one file, or the value of `file:` alone. */
export function fileSuggestions(
  run: SuggestionRun,
  pattern: PatternSpec,
  ranker: NameRanker,
  as: 'filters' | 'value',
): Promise<readonly Candidate[]> {
  const begins = regexp(`(?:^|/)(?:${patternSource(pattern)})`);
  const find: Find = (stage, capped) => filesNamed(run, stage, capped, ranker, as);
  return pattern.source === '' ? find(pattern, () => undefined) : inStages(run, begins, pattern, find);
}

async function filesNamed(
  run: SuggestionRun,
  pattern: PatternSpec,
  capped: () => void,
  ranker: NameRanker,
  as: 'filters' | 'value',
): Promise<readonly Candidate[]> {
  const condition: DocExpr = pattern.source === '' ? { op: 'const', value: true } : { op: 'match', in: ['path'], pattern };
  const found: Candidate[] = [];
  for await (const [document, repository, only] of documents(run, { want: 'path', condition, capped })) {
    const { path } = document;
    const fit = ranker(path);
    if (fit === undefined) continue;
    const filter = exactFilter('file', path);
    const both = `${only ? '' : `${written(run, exactFilter('repo', repository.name))} `}${written(run, filter)}`;
    found.push({
      kind: 'file',
      label: path,
      detail: repository.name,
      insertText: as === 'value' ? writtenValue(run, filter) : both,
      fit,
      weight: weightOf(repository),
      of: { repositoryId: repository.id, path },
    });
  }
  return found;
}

/** Definitions whose names fit. @param typed whether the query says already what kind of results it wants */
export function symbolSuggestions(
  run: SuggestionRun,
  pattern: PatternSpec,
  ranker: NameRanker,
  typed: boolean,
): Promise<readonly Candidate[]> {
  const begins = regexp(`^${patternSource(pattern)}`);
  return inStages(run, begins, pattern, (stage, capped) => symbolsNamed(run, stage, capped, ranker, typed));
}

async function symbolsNamed(
  run: SuggestionRun,
  pattern: PatternSpec,
  capped: () => void,
  ranker: NameRanker,
  typed: boolean,
): Promise<readonly Candidate[]> {
  const found: Candidate[] = [];
  const condition: DocExpr = { op: 'match', in: ['symbol'], pattern };
  for await (const [document, repository] of documents(run, { want: 'symbol', condition, capped, limits: SYMBOL_LIMITS })) {
    for (const { name, kind, line } of document.symbols) {
      const fit = ranker(name);
      // What is no plain word would need other quotes in each kind of query.
      if (fit === undefined || !/^[\p{L}\p{N}_$][\p{L}\p{N}_$.]*$/u.test(name) || /^(?:and|or|not)$/i.test(name)) continue;
      const text = run.patternType === 'regexp' ? escapeRegexp(name) : name;
      found.push({
        kind: 'symbol',
        label: name,
        detail: `${kind} · ${repository.name}/${document.path}:${line + 1}`,
        insertText: typed ? text : `type:symbol ${text}`,
        fit,
        weight: weightOf(repository),
        of: { repositoryId: repository.id, path: document.path },
      });
    }
  }
  return found;
}

/** Which of these languages the files in scope are of. */
export async function languagesPresent(
  run: SuggestionRun,
  names: readonly string[],
): Promise<ReadonlyMap<string, NonNullable<Candidate['of']>>> {
  const { seesWhole } = run;
  const present = new Map<string, NonNullable<Candidate['of']>>();
  const condition: DocExpr = { op: 'language', names };
  const take = ({ language, repository, path }: EngineDocument): void => {
    if (language !== undefined && !present.has(language)) present.set(language, { repositoryId: repository, path });
  };
  const plain = { scores: false, maxMatches: MAX_JUDGED, maxDocuments: MAX_JUDGED };
  for await (const [document] of documents(run, { want: 'path', condition, limits: { ...plain, firstOf: 'language' } }, seesWhole))
    take(document);
  // The first file of a language may be one that the asker may not read.
  for await (const [document] of documents(run, { want: 'path', condition, limits: plain }, (id) => !seesWhole(id))) take(document);
  return present;
}

/** The best documents in scope that the asker may see; with each its repository, and whether it is the only one in scope. */
async function* documents(
  run: SuggestionRun,
  { want, condition, limits, capped }: Asked,
  among: (repositoryId: number) => boolean = () => true,
): AsyncGenerator<readonly [EngineDocument, Repository, boolean]> {
  for (const scope of run.scopes) {
    const all = await run.resolve(scope, { all: false });
    const byId = new Map(all.filter(({ id }) => among(id)).map((repository) => [repository.id, repository]));
    if (byId.size === 0) continue;
    if (run.timeLeft() <= 0) return run.tally.leaveOut('timed-out', TIME_UP);
    try {
      const events = run.engine.search({
        scope: { repositories: [...byId.keys()].map((id) => ({ id })) },
        expr: { op: 'and', of: [scope.expr, condition] },
        want,
        limits: {
          maxMatches: MAX_MATCHES,
          maxDocuments: MAX_DOCUMENTS,
          contextLines: 0,
          lines: false,
          countAll: false,
          deadline: Math.max(1, run.timeLeft()),
          ...limits,
        },
        signal: run.signal,
      });
      for await (const event of events) {
        if (event.type === 'documents') {
          for (const document of event.documents) {
            const repository = byId.get(document.repository);
            if (repository && run.sees(repository.id, document.path)) yield [document, repository, all.length === 1];
          }
        } else if (event.type === 'done') {
          const { limitHit, timedOut, degraded, unanswered = [], notIndexed } = event.summary;
          if (limitHit) {
            run.tally.leaveOut('capped', 'More fits than was looked at; type more of it');
            capped?.();
          }
          if (timedOut) run.tally.leaveOut('timed-out', TIME_UP);
          const leaveOut = (reason: 'degraded' | 'shard-missing' | 'not-indexed', ids: readonly number[], message: string): void => {
            for (const repository of ids.flatMap((id) => byId.get(id) ?? [])) run.tally.leaveOut(reason, message, { repository });
          };
          leaveOut(
            'degraded',
            degraded.map((d) => d.repository),
            'A part of the index is damaged',
          );
          leaveOut('shard-missing', unanswered, 'A search node does not answer');
          leaveOut('not-indexed', notIndexed, 'There is no index yet');
        }
      }
    } catch (error) {
      if (run.signal.aborted) throw error;
      run.log.warn('No search node answers', { error });
      for (const repository of byId.values()) run.tally.leaveOut('shard-missing', 'A search node does not answer', { repository });
    }
  }
}
