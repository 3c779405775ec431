import { type JobHandler, RevSpec, SextantError } from '@sextant/sdk';
import { repositoryIndexed } from '../../api.js';
import type { config } from '../../config.js';
import { indexRepository } from '../../jobs/index-repository.js';
import { gitBlobSource } from '../../source/git-blob-source.js';
import type { IndexDeps } from './deps.js';
import type { SharedIndex } from './shared-index.js';

/**
 * Brings the index of one repository to the heads of its branches. A repository that was never fetched waits for its
 * mirror, whose first fetch enqueues this job; one that is gone loses its index.
 */
export const indexRepositoryJob =
  (shared: SharedIndex): JobHandler<typeof indexRepository, IndexDeps, typeof config> =>
  async ({ repositoryId }, { sources, git, events }, job) => {
    const store = await shared.store();
    const repository = await sources.byId(repositoryId);
    if (!repository) {
      await store.remove(repositoryId);
      return;
    }
    const { name } = repository;
    const head = await git.defaultBranch({ repository: name, signal: job.signal });
    if (!head) return; // An empty repository, or one whose mirror is not there yet.
    const extra = job.config.branches[name] ?? [];
    const wanted = extra.filter((branch) => branch !== head.name);
    const commits =
      wanted.length === 0
        ? []
        : await git.resolveMany({
            items: wanted.map((branch) => ({ repository: name, revision: RevSpec.parse(`refs/heads/${branch}`) })),
            signal: job.signal,
          });
    const branches = [
      { name: head.name, commit: head.target as string },
      ...wanted.flatMap((branch, i) => (commits[i] ? [{ name: branch, commit: commits[i] as string }] : [])),
    ];
    job.progress(`indexing ${head.name} at ${head.target.slice(0, 12)}`);
    const report = await withoutConflict(() =>
      store.update({ repository: { id: repositoryId, name }, branches, source: gitBlobSource(git, name), signal: job.signal }),
    );
    if (report.compaction) {
      job.progress(`compacting: ${report.compaction}`);
      await withoutConflict(() => store.compact(repositoryId, job.signal));
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
