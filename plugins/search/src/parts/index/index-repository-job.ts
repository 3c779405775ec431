import { type JobHandler, SextantError } from '@sextant/sdk';
import { repositoryIndexed } from '../../api.js';
import type { config } from '../../config.js';
import { indexRepository } from '../../jobs/index-repository.js';
import { gitBlobSource } from '../../source/git-blob-source.js';
import type { IndexDeps } from './deps.js';
import type { SharedIndex } from './shared-index.js';
import { wantedBranches } from './wanted-branches.js';

/**
 * Brings the index of one repository to the heads of its branches. A repository that was never fetched waits for its
 * mirror, whose first fetch enqueues this job; one that is gone loses its index.
 */
export const indexRepositoryJob =
  (shared: SharedIndex): JobHandler<typeof indexRepository, IndexDeps, typeof config> =>
  async ({ repositoryId }, { sources, git, events }, job) => {
    const store = await shared.builder();
    const repository = await sources.byId(repositoryId);
    if (!repository) {
      await store.remove(repositoryId);
      return;
    }
    const { name } = repository;
    const branches = await wantedBranches(git, name, job.config.branches[name], job.signal);
    if (!branches) return;
    job.progress(`indexing ${branches[0]!.name} at ${branches[0]!.commit.slice(0, 12)}`);
    const request = { repository: { id: repositoryId, name }, branches, source: gitBlobSource(git, name), signal: job.signal };
    const report = await withoutConflict(() => store.update(request));
    for (const problem of report.problems)
      job.log.warn('symbols of some files were read by the own scanners', { repository: name, problem });
    if (report.compaction) {
      job.progress(`compacting: ${report.compaction}`);
      await withoutConflict(() => store.compact(repositoryId, job.signal));
      // A damaged shard was found by it.
      if (!(await store.isCurrent(request.repository, branches))) await withoutConflict(() => store.update(request));
    }
    if (report.changed) {
      job.log.info('indexed a repository', { repository: name, documents: report.repository.documents, blobsRead: report.blobsRead });
      await events.publish(repositoryIndexed, { repositoryId });
    }
  };

const TRIES = 3;

/** A quarantine, or another builder, may publish during an update; the next one starts from what they left. */
async function withoutConflict<T>(work: () => Promise<T>): Promise<T> {
  for (let tried = 1; ; tried++) {
    try {
      return await work();
    } catch (error) {
      if (tried === TRIES || !(SextantError.is(error) && error.code === 'SEXTANT_SEARCH_INDEX_CONFLICT')) throw error;
    }
  }
}
