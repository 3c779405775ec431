import { type CommitOid, type RepoPath, SextantError } from '@sextant/sdk';
import { type RepositoryReader, runIn, type Target } from './repository-reader.js';
import { pathNotFound } from './tree.js';

type Range = Target & { readonly oid: CommitOid; readonly path: RepoPath; readonly start?: number; readonly end?: number };

/** What is read in one go by a shared reader; larger files get a process of their own, which may be as slow as who reads. */
const SMALL = 1024 * 1024;

/** The bytes of a file. Of a symbolic link: the name it points to. */
export async function* readBlob(
  reader: RepositoryReader,
  { repository, oid, path, start = 0, end, signal }: Range,
): AsyncGenerator<Buffer> {
  const gitDir = await reader.directory(repository);
  const info = await reader.pool.use(gitDir, { repository, signal }, (git) => git.info(`${oid}:${path}`));
  if (info?.type !== 'blob') throw pathNotFound(path, oid);
  if (start > info.size) {
    throw new SextantError('SEXTANT_GIT_RANGE', {
      what: `The range begins at ${start}, behind the end of the file.`,
      why: `It has ${info.size} bytes.`,
      fix: 'Ask for a range inside the file.',
    });
  }
  const stop = Math.min(end ?? info.size, info.size);
  if (stop <= start) return;
  if (info.size <= SMALL) {
    const blob = await reader.pool.use(gitDir, { repository, signal }, (git) => git.object(info.oid));
    if (!blob) throw pathNotFound(path, oid);
    yield blob.content.subarray(start, stop);
    return;
  }
  let at = 0;
  for await (const chunk of reader.runner.stream(
    { subcommand: 'cat-file', options: ['blob'], operands: [info.oid] },
    { ...runIn(gitDir, { repository, signal }), lane: 'bulk' },
  )) {
    const part = chunk.subarray(Math.max(0, start - at), Math.max(0, stop - at));
    at += chunk.length;
    if (part.length > 0) yield part;
    if (at >= stop) return;
  }
}

/** Blobs by hash, in frames as git writes them: `<oid> <size>\n<bytes>\n`, or `<oid> missing\n` for one that is not there. */
export async function* readBlobs(
  reader: RepositoryReader,
  { repository, oids, signal }: Target & { readonly oids: readonly string[] },
): AsyncGenerator<Buffer> {
  for (const oid of oids)
    if (!/^(?:[0-9a-f]{40}|[0-9a-f]{64})$/.test(oid))
      throw new SextantError('SEXTANT_GIT_ARGUMENT_REFUSED', { what: 'An object id is malformed.', fix: 'Give full hashes.' });
  if (oids.length === 0) return;
  const gitDir = await reader.directory(repository);
  yield* reader.runner.stream(
    { subcommand: 'cat-file', options: ['--batch=%(objectname) %(objectsize)', '--buffer'] },
    { ...runIn(gitDir, { repository, signal }), input: linesOf(oids), lane: 'bulk' },
  );
}

function* linesOf(oids: readonly string[]): Generator<string> {
  for (let i = 0; i < oids.length; i += 512) yield `${oids.slice(i, i + 512).join('\n')}\n`;
}
