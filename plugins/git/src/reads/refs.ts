import { CommitOid } from '@sextant/sdk';
import type { Git, Ref } from '../api.js';
import { NEWLINE, records } from '../process/records.js';
import { type RepositoryReader, runIn, type Target } from './repository-reader.js';

const PREFIX = { branch: 'refs/heads/', tag: 'refs/tags/' } as const;

/** Refs that name commits, sorted by full name, or by date. Names are listed without opening objects; only the page's own are resolved. */
export async function readRefs(
  reader: RepositoryReader,
  o: Target & Omit<Parameters<Git['refs']>[0], keyof Target>,
): Promise<readonly Ref[]> {
  if (o.limit <= 0) return [];
  const gitDir = await reader.directory(o.repository);
  const query = o.query?.toLowerCase();
  const after = o.after === undefined ? undefined : Buffer.from(o.after);
  const options = ['--format=%(refname)', ...(o.newestFirst ? ['--sort=-creatordate'] : [])];
  let skip = o.skip ?? 0;
  const command = { subcommand: 'for-each-ref', options, operands: o.type ? [PREFIX[o.type]] : [] };
  const page: Ref[] = [];
  yieldPages: for await (const names of batches(records(reader.runner.stream(command, runIn(gitDir, o)), NEWLINE), matches, o.limit)) {
    const infos = await reader.pool.use(gitDir, o, (git) => git.infos(names.map((name) => `${name}^{commit}`)));
    for (const [i, name] of names.entries()) {
      const info = infos[i];
      if (info?.type !== 'commit') continue; // a tag of a blob or tree has nothing to browse
      if (skip-- > 0) continue;
      page.push({ ...describeRef(name), target: CommitOid.parse(info.oid) });
      if (page.length >= o.limit) break yieldPages;
    }
  }
  return page;

  function matches(name: Buffer): boolean {
    // Sorted by bytes, as git does it: a comparison of UTF-16 would lose names beyond the basic plane.
    if (after && Buffer.compare(name, after) <= 0) return false;
    return query === undefined || describeRef(name.toString('utf8')).shortName.toLowerCase().includes(query);
  }
}

export function describeRef(name: string): Omit<Ref, 'target'> {
  if (name.startsWith(PREFIX.branch)) return { name, shortName: name.slice(PREFIX.branch.length), type: 'branch' };
  if (name.startsWith(PREFIX.tag)) return { name, shortName: name.slice(PREFIX.tag.length), type: 'tag' };
  return { name, shortName: name.replace(/^refs\//, ''), type: 'other' };
}

async function* batches(names: AsyncIterable<Buffer>, matches: (name: Buffer) => boolean, limit: number): AsyncGenerator<string[]> {
  let batch: string[] = [];
  for await (const name of names) {
    if (name.length === 0 || !matches(name)) continue;
    batch.push(name.toString('utf8'));
    if (batch.length >= Math.min(limit, 1000)) {
      yield batch;
      batch = [];
    }
  }
  if (batch.length > 0) yield batch;
}
