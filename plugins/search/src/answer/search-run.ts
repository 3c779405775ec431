import type { Repository } from '@sextant/plugin-code-host/api';
import type { Git, MirrorState } from '@sextant/plugin-git/api';
import type { CommitOid, Logger, Meter } from '@sextant/sdk';
import type { Freshness, SearchEngine, SearchMatch } from '../api.js';
import type { EngineCounts, EngineSummary, PatternSpec, SearchLimits } from '../engine/contract.js';
import type { ShardExecutor } from '../engine/shard-executor.js';
import type { SkipReason } from '../index/skip-reason.js';
import type { SymbolSources } from '../index/symbols/symbol-sources.js';
import { isCode } from '../query/languages/languages.js';
import type { ResultKind } from '../query/plan.js';
import { MAX_PARSE_BYTES, MAX_PARSE_MS, type UnparsedFiles } from '../structural/contract.js';
import type { AuthorAccounts } from './author-accounts.js';
import type { Provided } from './provided.js';
import type { NamedRepository, Tally } from './tally.js';

/** Everything one search works with. */
export interface SearchRun {
  readonly git: Git;
  readonly engine: SearchEngine;
  /** Threads that search files which no index holds. */
  readonly scanner: ShardExecutor;
  readonly tally: Tally;
  readonly log: Logger;
  readonly meter: Pick<Meter, 'span'>;
  readonly signal: AbortSignal;
  /** When it began. */
  readonly now: Date;
  readonly contextLines: number;
  /** False: nobody will see the lines around hits. */
  readonly lines: boolean;
  /** One document is enough to know that a repository has a match. */
  readonly firstOf?: 'repository' | undefined;
  /** Matches are only counted: nobody asks which of them is better. */
  readonly counting?: Counting | undefined;
  /** Best first, and equal for equal input, at the price of waiting for all of it. */
  readonly ordered: boolean;
  /** What plugins add to the query language. */
  readonly provided: Provided;
  /** The users that `author:@user` names; absent where nothing but the scope of a query is worked out. */
  readonly accounts?: AuthorAccounts;
  /** Matches that may still be collected. */
  remaining(): number;
  /** Milliseconds until the answer is due. */
  timeLeft(): number;
  readonly countAll: boolean;
  /** So many documents are looked at, and what else the index holds is only counted; undefined: all that is found is looked at. */
  readonly lookedAt: number | undefined;
  /** Takes in what the index has counted, as far as the asker may see it at this moment. */
  addCounts(repository: NamedRepository, counts: EngineCounts, freshness: Freshness): Promise<void>;
  /** What is said of what was found and is not shown. */
  capped(): string;
  /** Told of a repository whose index failed: it is built anew soon. */
  damaged(repositoryId: number): void;
  /** Takes in what has changed of what the asker may see. */
  look(): Promise<void>;
  /** May the asker read this file? */
  sees(repositoryId: number, path: string): boolean;
  /** False where rules hide files of the repository from the asker: no one file speaks for it. */
  seesWhole(repositoryId: number): boolean;
  readonly isLarge: (path: string) => boolean;
  /** Where definitions in files without an index come from; default: the own scanners. */
  readonly symbolSources?: (() => Promise<SymbolSources>) | undefined;
  /** Those that the query names by `lang:`. */
  readonly languages: readonly string[];
  readonly mirrors: ReadonlyMap<number, MirrorState>;
  readonly unindexedBytes: number;
  readonly unindexedRepositories: number;
  /** Most repositories whose histories are searched, without and with a time in the query; -1: all. */
  readonly historyRepositories: number;
  readonly historyRepositoriesInTime: number;
  /** Revisions that were asked for and are not there. */
  readonly missing: { readonly repository: NamedRepository; readonly revision: string }[];
}

/** What is counted beside the matches themselves. */
export interface Counting {
  /** The regexp whose first group's values are counted. */
  readonly countedGroup?: PatternSpec;
}

/** A repository with one of its revisions: `commit` as resolved, `revision` as asked for. */
export interface Target {
  readonly repository: Repository;
  readonly revision: string;
  readonly commit: CommitOid;
}

export type Matches = AsyncIterable<readonly SearchMatch[]>;

export const limitsOf = (run: SearchRun): SearchLimits => ({
  maxMatches: Math.max(1, run.remaining()),
  maxDocuments: Math.max(1, Math.min(run.remaining(), 100_000)),
  contextLines: run.contextLines,
  lines: run.lines,
  ...(run.firstOf ? { firstOf: run.firstOf } : {}),
  ...(run.counting ? { scores: false, ...run.counting } : {}),
  deadline: Math.max(1, run.timeLeft()),
  countAll: run.countAll,
});

/** The same for the index, which can count what nobody will look at. */
export const indexLimitsOf = (run: SearchRun): SearchLimits => ({
  ...limitsOf(run),
  ...(run.lookedAt === undefined ? {} : { counts: true, maxDocuments: run.lookedAt }),
});

/** For engines: to hold everything back until it can be sent best first. */
export const holdOf = (run: SearchRun): { readonly hold?: number } => (run.ordered ? { hold: Math.max(1, run.timeLeft()) } : {});

/** What is searched for in documents: lines, paths only, or symbols. */
export const wantedOf = (kinds: readonly ResultKind[]): 'content' | 'path' | 'symbol' | undefined =>
  kinds.includes('symbol') ? 'symbol' : kinds.includes('content') ? 'content' : kinds.includes('path') ? 'path' : undefined;

/**
 * One part of a search failed: the rest goes on, and the verdict says so. The cause is for the log, as it may tell of paths and hosts.
 * @throws the error, when it is the search that was aborted
 */
export function failed(
  run: Pick<SearchRun, 'tally' | 'log' | 'signal'>,
  error: unknown,
  message: string,
  repository?: NamedRepository,
): void {
  if (run.signal.aborted) throw error;
  run.log.warn(message, { ...(repository ? { repository: repository.name } : {}), error });
  run.tally.leaveOut('error', message, repository ? { repository } : {});
}

/** Carries what a node left out into the verdict. */
export function noteSummary(
  summary: EngineSummary,
  run: Pick<SearchRun, 'tally' | 'damaged' | 'capped' | 'languages'>,
  named: (id: number) => NamedRepository | undefined,
): void {
  const { tally } = run;
  if (summary.limitHit) tally.leaveOut('capped', run.capped());
  if (summary.timedOut) tally.leaveOut('timed-out', `The time was up after ${summary.shardsDone} of ${summary.shardsTotal} parts`);
  for (const { repository: id } of summary.degraded) {
    const repository = named(id);
    run.damaged(id);
    tally.leaveOut('degraded', 'A part of the index is damaged and is built anew', repository ? { repository } : {});
  }
  for (const id of summary.unanswered ?? []) {
    const repository = named(id);
    tally.leaveOut('shard-missing', 'A search node does not answer', repository ? { repository } : {});
  }
  // Text was never in a binary file or a link; anything else that was not read may hold a hit.
  for (const files of summary.unparsed ?? []) noteUnparsed(files, run);
  const entries = Object.entries(summary.skippedFiles).sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1));
  const notText = entries.filter(([reason]) => reason === 'binary' || reason === 'symlink');
  const unread = entries.filter((entry) => !notText.includes(entry));
  const say = (list: typeof entries): string => list.map(([reason, n]) => `${n} ${SKIPPED[reason] ?? reason}`).join(', ');
  const count = (list: typeof entries): number => list.reduce((sum, [, n]) => sum + n, 0);
  if (unread.length > 0)
    tally.leaveOut('skipped-files', `${files(count(unread))} known by path only (${say(unread)})`, { count: count(unread) });
  else if (notText.length > 0)
    tally.leaveOut('skipped-files', `${files(count(notText))} not text and known by path only (${say(notText)})`, {
      count: count(notText),
      harmless: true,
    });
}

/** Why files are not searched, in words. */
const SKIPPED: Readonly<Record<string, string>> = {
  'too-large': 'too large',
  'too-many-trigrams': 'taken for data',
  symlink: 'linked',
  missing: 'unreadable',
} satisfies Partial<Record<SkipReason, string>>;

/** A pattern that is no code of a language, or a language that is none of programming, has nothing to find there, unless it was named. */
function noteUnparsed({ reason, language, count }: UnparsedFiles, { tally, languages }: Pick<SearchRun, 'tally' | 'languages'>): void {
  if (reason === 'no-engine') {
    tally.leaveOut('error', 'The structural engine does not run on this machine');
    return;
  }
  const hopeless = reason === 'pattern' || (reason === 'no-grammar' && (language === undefined || !isCode(language)));
  const harmless = hopeless && (language === undefined || !languages.includes(language));
  const them = count === 1 ? '1 file' : `${count} files`;
  const where = language === undefined ? `${them} of no known language` : `${them} in ${language}`;
  const message = {
    'no-grammar': `${where} ${count === 1 ? 'has' : 'have'} no structural grammar`,
    pattern: `The pattern cannot be read as ${language}, of which ${them} may hold it`,
    'too-large': `${where} ${count === 1 ? 'is' : 'are'} too large to parse (over ${MAX_PARSE_BYTES >> 10} KiB)`,
    encoding: `${where} ${count === 1 ? 'is' : 'are'} not UTF-8 and ${count === 1 ? 'was' : 'were'} not parsed`,
    crashed: `The parser crashed at ${where}`,
    slow: `The parser gave up ${where} after ${MAX_PARSE_MS / 1_000} s each`,
  }[reason];
  tally.leaveOut('not-parsed', message, { count, harmless });
}

const files = (count: number): string => (count === 1 ? '1 file is' : `${count} files are`);
