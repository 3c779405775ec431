import './git-errors.js';
import { type RepoName, SextantError } from '@sextant/sdk';
import type { Git } from './api.js';
import { type FetchDeps, fetchMirror } from './mirror/fetch-mirror.js';
import { FetchesUnderWay } from './mirror/fetches-under-way.js';
import { lockMirror } from './mirror/mirror-lock.js';
import { aheadBehind, mergeBase } from './reads/ancestry.js';
import { readArchive } from './reads/archive.js';
import { readBlame } from './reads/blame.js';
import { readBlob, readBlobs } from './reads/blob.js';
import { readCommit } from './reads/commit.js';
import { readContributors } from './reads/contributors.js';
import { readChangedPaths, readDiff } from './reads/diff.js';
import { readLog, readLogWithDiffs } from './reads/log.js';
import { readRefs } from './reads/refs.js';
import type { RepositoryReader } from './reads/repository-reader.js';
import { defaultBranch, resolveMany, resolveRevision } from './reads/resolve.js';
import { readEntry, readTree } from './reads/tree.js';

/** Every git read and the care of the mirrors, on this machine's disk. */
export function gitOnDisk(deps: FetchDeps): Git {
  const { runner, pool, files } = deps;
  const underWay = new FetchesUnderWay();
  const reader: RepositoryReader = { runner, pool, directory: (name) => files.directory(name) };
  const watched = <R>(repository: RepoName, work: Promise<R>): Promise<R> => work.catch((error) => noteDamage(repository, error));
  async function* watchedStream<T>(repository: RepoName, items: AsyncIterable<T>): AsyncGenerator<T> {
    try {
      yield* items;
    } catch (error) {
      await noteDamage(repository, error);
    }
  }
  /** A read that met damage marks the mirror; the next fetch clones it again beside the old one. */
  async function noteDamage(repository: RepoName, error: unknown): Promise<never> {
    if (SextantError.is(error) && error.code === 'SEXTANT_GIT_CORRUPT' && (await files.exists(repository))) {
      await files.writeNote(files.pathOf(repository), { corrupt: error.why ?? error.what });
    }
    throw error;
  }
  return {
    resolve: (o) => watched(o.repository, resolveRevision(reader, o)),
    resolveMany: (o) => resolveMany(reader, o),
    defaultBranch: (o) => watched(o.repository, defaultBranch(reader, o)),
    commit: (o) => watched(o.repository, readCommit(reader, o)),
    tree: (o) => watchedStream(o.repository, readTree(reader, o)),
    entry: (o) => watched(o.repository, readEntry(reader, o)),
    blob: (o) => watchedStream(o.repository, readBlob(reader, o)),
    blobs: (o) => watchedStream(o.repository, readBlobs(reader, o)),
    archive: (o) => watchedStream(o.repository, readArchive(reader, o)),
    log: (o) => watchedStream(o.repository, readLog(reader, o)),
    logWithDiffs: (o) => watchedStream(o.repository, readLogWithDiffs(reader, o)),
    blame: (o) => watched(o.repository, readBlame(reader, o)),
    diff: (o) => watchedStream(o.repository, readDiff(reader, o)),
    changedPaths: (o) => watchedStream(o.repository, readChangedPaths(reader, o)),
    mergeBase: (o) => watched(o.repository, mergeBase(reader, o)),
    aheadBehind: (o) => watched(o.repository, aheadBehind(reader, o)),
    refs: (o) => watched(o.repository, readRefs(reader, o)),
    contributors: (o) => watched(o.repository, readContributors(reader, o)),
    fetch: (o) => underWay.during(files.pathOf(o.repository), o.signal, (signal) => fetchMirror(deps, { ...o, signal })),
    async mirror({ repository, signal }) {
      if (!(await files.exists(repository))) return null;
      const { sizeBytes, lastFetched, corrupt } = await files.note(files.pathOf(repository));
      const head = await defaultBranch(reader, { repository, ...(signal ? { signal } : {}) }).catch(() => null);
      return { sizeBytes, lastFetched, corrupt, head: head?.name ?? null };
    },
    async remove({ repository, signal }) {
      const path = files.pathOf(repository);
      await underWay.end(path);
      await using _lock = await lockMirror(files.root, path);
      signal?.throwIfAborted();
      pool.evict(path);
      await files.remove(path);
    },
    async rename({ repository, to, signal }) {
      const [from, target] = [files.pathOf(repository), files.pathOf(to)];
      if (from === target || !(await files.exists(repository))) return;
      await using _from = await lockMirror(files.root, from);
      await using _to = await lockMirror(files.root, target);
      signal?.throwIfAborted();
      // A mirror that already stands at the new name is the newer one.
      pool.evict(from);
      if (await files.exists(to)) await files.remove(from);
      else await files.move(from, target);
    },
  };
}
