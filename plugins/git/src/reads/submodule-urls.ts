import type { CommitOid } from '@sextant/sdk';
import type { Reading } from '../process/cat-file-pool.js';
import { NUL, records } from '../process/records.js';
import { type RepositoryReader, runIn } from './repository-reader.js';

/** URL by path, of what `.gitmodules` at the commit tells; empty when there is none or it is not to be read. */
export async function submoduleUrls(
  reader: RepositoryReader,
  gitDir: string,
  oid: CommitOid,
  reading: Reading,
): Promise<ReadonlyMap<string, string>> {
  const file = await reader.pool.use(gitDir, reading, (git) => git.info(`${oid}:.gitmodules`));
  if (file?.type !== 'blob' || file.size > 1024 * 1024) return new Map();
  const byName = new Map<string, { path?: string; url?: string }>();
  // 1: nothing matched; 128: not a configuration file. Neither is a reason to hide the tree.
  const command = { subcommand: 'config', options: ['-z', `--blob=${file.oid}`, '--get-regexp', '^submodule\\..*\\.(path|url)$'] };
  for await (const record of records(reader.runner.stream(command, { ...runIn(gitDir, reading), accept: [0, 1, 128, 3] }), NUL)) {
    const match = /^submodule\.([\s\S]+)\.(path|url)\n([\s\S]*)$/.exec(record.toString('utf8'));
    if (!match) continue;
    const known = byName.get(match[1]!) ?? {};
    known[match[2] as 'path' | 'url'] = match[3]!;
    byName.set(match[1]!, known);
  }
  return new Map([...byName.values()].flatMap(({ path, url }) => (path !== undefined && url !== undefined ? [[path, url] as const] : [])));
}
