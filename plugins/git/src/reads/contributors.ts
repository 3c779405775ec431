import type { CommitOid, RepoPath } from '@sextant/sdk';
import { NEWLINE, records } from '../process/records.js';
import { type RepositoryReader, runIn, type Target } from './repository-reader.js';

export interface Contributor {
  readonly name: string;
  readonly email: string;
  readonly count: number;
}

/** Authors by number of commits, most first. */
export async function readContributors(
  reader: RepositoryReader,
  o: Target & { readonly revision?: CommitOid; readonly path?: RepoPath; readonly after?: string; readonly limit: number },
): Promise<readonly Contributor[]> {
  const gitDir = await reader.directory(o.repository);
  const revision = o.revision ?? (await reader.pool.use(gitDir, o, (git) => git.info('HEAD^{commit}')))?.oid;
  if (!revision || o.limit <= 0) return [];
  const command = {
    subcommand: 'shortlog',
    options: ['-s', '-n', '-e', ...(o.after ? [`--since=${o.after}`] : [])],
    operands: [revision],
    paths: o.path ? [o.path] : [],
  };
  const found: Contributor[] = [];
  for await (const line of records(reader.runner.stream(command, runIn(gitDir, o)), NEWLINE)) {
    const match = /^\s*(\d+)\t(.*?) ?<(.*)>$/.exec(line.toString('utf8'));
    if (match) found.push({ count: Number(match[1]), name: match[2]!, email: match[3]! });
    if (found.length >= o.limit) break;
  }
  return found;
}
