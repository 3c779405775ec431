import { CommitOid, type NodeKind, RevSpec } from '@sextant/sdk';
import type { GitCommitParent } from '../../api.js';
import { describeRef } from '../../reads/refs.js';
import { orNull } from './git-access.js';
import type { Api } from './wiring.js';

/** `<repository id>:<rest>`; undefined for anything else. */
function split(id: string): { readonly repositoryId: number; readonly rest: string } | undefined {
  const match = /^(\d{1,10}):([\s\S]+)$/.exec(id);
  const repositoryId = Number(match?.[1]);
  return match && repositoryId <= 0x7fffffff ? { repositoryId, rest: match[2]! } : undefined;
}

/** A commit by its id: asked of the wall like any other way to it. */
export const commitNode = (d: Api): NodeKind => ({
  kind: 'GitCommit',
  async load(id, op): Promise<GitCommitParent | null> {
    const parts = split(id);
    if (!parts || !CommitOid.is(parts.rest)) return null;
    const repository = await d.repositories.byId(op.actor, parts.repositoryId);
    const commit = repository && (await d.git.commit({ repository: repository.name, oid: parts.rest, signal: op.signal }).catch(orNull));
    return repository && commit ? { repository, oid: commit.oid, commit } : null;
  },
});

export const refNode = (d: Api): NodeKind => ({
  kind: 'GitRef',
  async load(id, op) {
    const parts = split(id);
    if (!parts || !RevSpec.is(parts.rest)) return null;
    const repository = await d.repositories.byId(op.actor, parts.repositoryId);
    const target =
      repository && (await d.git.resolve({ repository: repository.name, revision: parts.rest, signal: op.signal }).catch(orNull));
    return repository && target ? { ...describeRef(parts.rest), target, repository } : null;
  },
});
