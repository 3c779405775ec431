import type { Git, TreeEntry } from '@sextant/plugin-git/api';
import { type CommitOid, type RepoName, RepoPath } from '@sextant/sdk';
import type { DocExpr } from '../engine/contract.js';
import { scanDocuments } from '../engine/scan-documents.js';
import type { ScanInput } from '../engine/scan-request.js';
import { IGNORE_FILES, ignoreRules } from '../index/path-globs.js';
import { DEFAULT_LIMITS, type SkipReason, skipBySize } from '../index/skip-reason.js';
import { languageOf } from '../query/languages/languages.js';
import { blobFrames } from '../source/git-blob-source.js';
import { failed, holdOf, limitsOf, type Matches, noteSummary, type SearchRun, type Target } from './search-run.js';
import { baseOf, toMatch } from './to-match.js';
import { asksForSymbols, withSymbols } from './unindexed-symbols.js';

/** Searches commits that no index holds, by reading their files: same evaluation, same limits, within a budget of bytes. */
export async function* unindexedMatches(
  run: SearchRun,
  targets: readonly Target[],
  expr: DocExpr,
  want: 'content' | 'path' | 'symbol',
): Matches {
  const budget = { left: run.unindexedBytes };
  const within = targets.slice(0, run.unindexedRepositories);
  for (const { repository } of targets.slice(run.unindexedRepositories)) {
    run.tally.leaveOut('not-indexed', `Only ${run.unindexedRepositories} revisions without an index are searched at a time`, {
      repository,
    });
  }
  for (const target of within) {
    if (run.remaining() <= 0) return void run.tally.leaveOut('capped', run.capped());
    if (run.timeLeft() <= 0 || run.signal.aborted) {
      run.tally.leaveOut('timed-out', 'The time was up before all revisions without an index were read', { repository: target.repository });
      continue;
    }
    try {
      yield* scanTarget(run, target, expr, want, budget);
    } catch (error) {
      failed(run, error, 'The files of a revision could not be read', target.repository);
    }
  }
}

async function* scanTarget(
  run: SearchRun,
  target: Target,
  expr: DocExpr,
  want: 'content' | 'path' | 'symbol',
  budget: { left: number },
): Matches {
  const { repository, commit, revision } = target;
  const request = {
    repository: { id: repository.id },
    revision,
    commit,
    expr,
    want,
    limits: limitsOf(run),
    languageOf,
    isLarge: run.isLarge,
    ...holdOf(run),
    signal: run.signal,
  };
  const mirror = run.mirrors.get(repository.id);
  const documents = documentsOf(run, target, budget);
  const read = run.symbolSources && asksForSymbols(expr, want) ? withSymbols(documents, await run.symbolSources(), languageOf) : documents;
  for await (const event of scanDocuments(request, read, run.scanner)) {
    if (event.type === 'documents') {
      yield event.documents.map((document) => toMatch(document, baseOf(repository, mirror, { branches: [revision], commit })));
    } else if (event.type === 'done') noteSummary({ ...event.summary, notIndexed: [] }, run, () => repository);
  }
}

const BATCH_BYTES = 8 << 20;
const BATCH_FILES = 1_000;

/** The files of a commit with their contents, read in batches. What the index would skip by size or by an ignore file is not read. */
async function* documentsOf(run: SearchRun, { repository, commit }: Target, budget: { left: number }): AsyncGenerator<ScanInput> {
  const { git, signal } = run;
  let batch: TreeEntry[] = [];
  let bytes = 0;
  const ignores = await ignoresOf(git, repository.name, commit, signal);
  for await (const entry of git.tree({ repository: repository.name, oid: commit, path: RepoPath.ROOT, recursive: true, signal })) {
    // What the asker may not see is not read, nor told to have been left out.
    if (entry.type !== 'blob' || !run.sees(repository.id, entry.path)) continue;
    const size = entry.size ?? 0;
    const skip = skipOf(run, entry, ignores);
    if (skip) {
      yield { path: entry.path, oid: entry.oid, skip };
      continue;
    }
    if (size > budget.left) {
      run.tally.leaveOut('not-indexed', 'The budget for reading revisions without an index is used up', { repository });
      return;
    }
    budget.left -= size;
    batch.push(entry);
    bytes += size;
    if (bytes < BATCH_BYTES && batch.length < BATCH_FILES) continue;
    yield* contents(git, repository.name, batch, signal);
    batch = [];
    bytes = 0;
  }
  yield* contents(git, repository.name, batch, signal);
}

/** In the order in which the index judges. */
function skipOf(run: SearchRun, { path, mode, size = 0 }: TreeEntry, ignores: (path: string) => boolean): SkipReason {
  if (ignores(path)) return 'ignored';
  return mode === '120000' ? 'symlink' : skipBySize(size, run.isLarge(path), DEFAULT_LIMITS);
}

async function ignoresOf(git: Git, repository: RepoName, oid: CommitOid, signal: AbortSignal): Promise<(path: string) => boolean> {
  const found = await Promise.all(IGNORE_FILES.map((path) => git.entry({ repository, oid, path: RepoPath.parse(path), signal })));
  const oids = [...new Set(found.filter((entry) => entry?.type === 'blob').map((entry) => (entry as TreeEntry).oid))];
  if (oids.length === 0) return () => false;
  let text = '';
  for await (const { content } of blobFrames(git.blobs({ repository, oids, signal }))) text += `${content.toString('utf8')}\n`;
  return ignoreRules(text);
}

async function* contents(
  git: Git,
  repository: Parameters<Git['blobs']>[0]['repository'],
  entries: readonly TreeEntry[],
  signal: AbortSignal,
): AsyncGenerator<ScanInput> {
  if (entries.length === 0) return;
  const waiting = Map.groupBy(entries, (entry) => entry.oid);
  for await (const { oid, content } of blobFrames(git.blobs({ repository, oids: [...waiting.keys()], signal }))) {
    for (const { path } of waiting.get(oid) ?? []) yield { path, oid, content: Buffer.from(content) };
    waiting.delete(oid);
  }
  for (const [oid, missing] of waiting) for (const { path } of missing) yield { path, oid, skip: 'missing' };
}
