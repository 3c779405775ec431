import type { Repository } from '@sextant/plugin-code-host/api';
import { RevSpec } from '@sextant/sdk';
import type { Revision } from '../query/revisions.js';
import type { SearchRun, Target } from './search-run.js';

export interface ResolvedRevisions {
  readonly indexed: readonly { readonly repository: Repository; readonly branch?: string }[];
  readonly unindexed: readonly Target[];
}

const MAX_REVISIONS = 50;

/** Decides for each repository and revision whether the index can answer it, or its files must be read. */
export async function resolveRevisions(
  run: SearchRun,
  revisions: readonly Revision[],
  repositories: readonly Repository[],
  index: 'yes' | 'only' | 'no',
): Promise<ResolvedRevisions> {
  if (revisions.length === 0 && index !== 'no') return { indexed: repositories.map((repository) => ({ repository })), unindexed: [] };
  const indexed: { repository: Repository; branch?: string }[] = [];
  const unindexed: Target[] = [];
  const held = new Map<number, readonly { readonly name: string; readonly commit: string }[]>(
    index === 'no'
      ? []
      : (await run.engine.status({ repositories: repositories.map((r) => r.id), signal: run.signal })).map((s) => [
          s.repository,
          s.branches,
        ]),
  );
  for (const repository of repositories) {
    const names = revisions.length === 0 ? ['HEAD'] : await namesOf(run, repository, revisions);
    if (names.length === 0)
      run.tally.leaveOut('repository-missing', `${repository.name} has no such revision`, { repository: repository.name });
    const commits = await run.git.resolveMany({
      items: names.map((name) => ({ repository: repository.name, revision: RevSpec.parse(name) })),
      signal: run.signal,
    });
    const seen = new Set<string>();
    for (const [i, name] of names.entries()) {
      const commit = commits[i];
      if (!commit) {
        run.tally.leaveOut('repository-missing', `${repository.name} has no revision "${name}"`, { repository: repository.name });
        continue;
      }
      if (seen.has(commit)) continue;
      seen.add(commit);
      const branch = held.get(repository.id)?.find((b) => b.commit === commit);
      if (branch) indexed.push({ repository, branch: branch.name });
      else if (index !== 'only') unindexed.push({ repository, revision: name, commit });
      else run.tally.leaveOut('not-indexed', `${repository.name} has no index of "${name}"`, { repository: repository.name });
    }
  }
  return { indexed, unindexed };
}

async function namesOf(run: SearchRun, repository: Repository, revisions: readonly Revision[]): Promise<readonly string[]> {
  const names = new Set<string>();
  for (const revision of revisions) {
    if (revision.kind === 'name' && RevSpec.is(revision.name)) names.add(revision.name);
    else if (revision.kind === 'at-time') {
      const commit = await lastBefore(run, repository, revision.base, revision.time);
      if (commit) names.add(commit);
    } else if (revision.kind === 'glob' && !revision.exclude) {
      const test = globTest(revision.glob);
      for (let after: string | undefined; ; ) {
        const page = await run.git.refs({
          repository: repository.name,
          limit: 1_000,
          ...(after === undefined ? {} : { after }),
          signal: run.signal,
        });
        for (const ref of page) if (test(ref.name)) names.add(ref.name);
        const last = page.at(-1);
        if (!last || page.length < 1_000) break;
        after = last.name;
      }
    }
  }
  for (const revision of revisions) {
    if (revision.kind !== 'glob' || !revision.exclude) continue;
    const test = globTest(revision.glob);
    for (const name of names) if (test(name)) names.delete(name);
  }
  if (names.size > MAX_REVISIONS)
    run.tally.leaveOut('not-indexed', `${repository.name} has ${names.size} revisions that fit; ${MAX_REVISIONS} were searched`, {
      repository: repository.name,
    });
  return [...names].slice(0, MAX_REVISIONS);
}

async function lastBefore(run: SearchRun, repository: Repository, base: string, time: string): Promise<string | undefined> {
  if (!RevSpec.is(base)) return undefined;
  const from = await run.git
    .resolve({ repository: repository.name, revision: RevSpec.parse(base), signal: run.signal })
    .catch(() => undefined);
  if (!from) return undefined;
  for await (const commit of run.git.log({ repository: repository.name, from: [from], before: time, limit: 1, signal: run.signal }))
    return commit.oid;
  return undefined;
}

/** `refs/heads/*` as git reads it: a trailing slash or no wildcard means everything below. */
function globTest(glob: string): (ref: string) => boolean {
  const whole = /[*?[]/.test(glob) ? glob : `${glob.replace(/\/$/, '')}/*`;
  const pattern = new RegExp(
    `^${whole
      .replace(/[.+^${}()|\\]/g, '\\$&')
      .replace(/\*/g, '.*')
      .replace(/\?/g, '[^/]')}$`,
  );
  return (ref) => pattern.test(ref) || (!/[*?[]/.test(glob) && ref === glob);
}
