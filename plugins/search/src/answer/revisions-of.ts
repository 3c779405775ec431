import type { Repository } from '@sextant/plugin-code-host/api';
import type { Git, Ref } from '@sextant/plugin-git/api';
import { type CommitOid, type RepoName, RevSpec } from '@sextant/sdk';
import type { Revision } from '../query/revisions.js';
import { refGlob } from './ref-glob.js';

/** What a list of revisions means in one repository. */
export interface ResolvedRevision {
  /** As named in the query; a glob's hits by their own short names. */
  readonly name: string;
  readonly commit: CommitOid;
}
export interface RepositoryRevisions {
  readonly wanted: readonly ResolvedRevision[];
  /** From `^a`: what these reach is left out. */
  readonly not: readonly CommitOid[];
  /** Names that stand for nothing here. */
  readonly missing: readonly string[];
}

const PAGE = 1_000;

/** @throws what git throws, but for revisions that do not exist */
export async function revisionsOf(
  git: Git,
  repository: Repository,
  revisions: readonly Revision[],
  signal: AbortSignal,
): Promise<RepositoryRevisions> {
  const at = { repository: repository.name, signal };
  const wanted = new Map<string, CommitOid>();
  const missing: string[] = [];
  const positive = revisions.filter((r) => r.kind !== 'exclude' && !(r.kind === 'glob' && r.exclude));
  const plain = (positive.length > 0 ? positive : [{ kind: 'name' as const, name: 'HEAD' }]).filter((r) => r.kind === 'name');
  const excluded = revisions.filter((r) => r.kind === 'exclude');
  const names = [...plain, ...excluded].map((r) => r.name);
  const commits = await resolved(git, repository.name, names, signal);
  for (const { name } of plain) {
    const commit = commits.get(name);
    if (commit) wanted.set(name, commit);
    else missing.push(name);
  }
  for (const revision of positive) {
    if (revision.kind !== 'at-time') continue;
    const commit = await lastBefore(git, repository.name, revision.base, revision.time, signal);
    if (commit) wanted.set(commit, commit);
    else missing.push(`${revision.base} at ${revision.time}`);
  }
  const globs = positive.filter((r) => r.kind === 'glob');
  if (globs.length > 0) {
    const takes = globs.map((r) => refGlob(r.glob, 'include'));
    const drops = revisions.filter((r) => r.kind === 'glob' && r.exclude).map((r) => refGlob((r as { glob: string }).glob, 'exclude'));
    let found = false;
    for await (const ref of allRefs(git, at)) {
      if (!takes.some((test) => test(ref.name)) || drops.some((test) => test(ref.name))) continue;
      found = true;
      wanted.set(ref.type === 'branch' ? ref.shortName : ref.name, ref.target);
    }
    if (!found) missing.push(...globs.map((r) => `*${r.glob}`));
  }
  return {
    wanted: [...wanted].map(([name, commit]) => ({ name, commit })),
    not: excluded.flatMap(({ name }) => commits.get(name) ?? []),
    missing,
  };
}

async function resolved(
  git: Git,
  repository: RepoName,
  names: readonly string[],
  signal: AbortSignal,
): Promise<ReadonlyMap<string, CommitOid>> {
  const known = [...new Set(names)].filter((name) => RevSpec.is(name));
  if (known.length === 0) return new Map();
  const commits = await git.resolveMany({ items: known.map((name) => ({ repository, revision: RevSpec.parse(name) })), signal });
  return new Map(known.flatMap((name, i) => (commits[i] ? [[name, commits[i]] as const] : [])));
}

async function* allRefs(git: Git, at: { readonly repository: RepoName; readonly signal: AbortSignal }): AsyncGenerator<Ref> {
  for (let after: string | undefined; ; ) {
    const page = await git.refs({ ...at, limit: PAGE, ...(after === undefined ? {} : { after }) });
    yield* page;
    const last = page.at(-1);
    if (!last || page.length < PAGE) return;
    after = last.name;
  }
}

async function lastBefore(git: Git, repository: RepoName, base: string, time: string, signal: AbortSignal): Promise<CommitOid | undefined> {
  const from = (await resolved(git, repository, [base], signal)).get(base);
  if (!from) return undefined;
  for await (const commit of git.log({ repository, from: [from], before: time, limit: 1, signal })) return commit.oid;
  return undefined;
}
