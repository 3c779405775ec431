import { CommitOid, type RepoPath, SextantError } from '@sextant/sdk';
import type { BlameHunk, Signature } from '../api.js';
import { NEWLINE, records } from '../process/records.js';
import { isoDate } from './parse-commit.js';
import { type RepositoryReader, runIn, type Target } from './repository-reader.js';
import { pathNotFound } from './tree.js';
import { unquotePath } from './unquote-path.js';

interface Origin {
  readonly fields: Map<string, string>;
}

const GROUP = /^([0-9a-f]{40}|[0-9a-f]{64}) \d+ (\d+)(?: (\d+))?$/;

/** Bytes. git holds every version of the file whole. */
const MAX_SIZE = 32 * 1024 * 1024;

/** Who wrote which lines. Lines count from 1, both ends included. */
export async function readBlame(
  reader: RepositoryReader,
  o: Target & { readonly oid: CommitOid; readonly path: RepoPath; readonly startLine?: number; readonly endLine?: number },
): Promise<readonly BlameHunk[]> {
  const gitDir = await reader.directory(o.repository);
  const file = await reader.pool.use(gitDir, o, (git) => git.info(`${o.oid}:${o.path}`));
  if (file?.type !== 'blob') throw pathNotFound(o.path, o.oid);
  if (file.size > MAX_SIZE)
    throw new SextantError('SEXTANT_GIT_TOO_LARGE', {
      what: `The file has more than ${MAX_SIZE} bytes.`,
      fix: 'Read its history instead.',
    });
  const range = o.startLine || o.endLine ? [`-L${Math.max(1, o.startLine ?? 1)},${o.endLine ?? ''}`] : [];
  const output = reader.runner.stream(
    { subcommand: 'blame', options: ['--porcelain', ...range], operands: [o.oid], paths: [o.path] },
    runIn(gitDir, o),
  );
  return parsePorcelain(records(output, NEWLINE));
}

/** git tells about a commit where it first appears; later groups give only its hash, and the file name where it differs. */
export async function parsePorcelain(lines: AsyncIterable<Buffer>): Promise<BlameHunk[]> {
  const origins = new Map<string, Origin>();
  const hunks: (Omit<BlameHunk, 'author' | 'message'> & { readonly origin: Origin })[] = [];
  let open: { oid: string; startLine: number; lines: number; origin: Origin } | undefined;
  let expectGroup = true;
  for await (const bytes of lines) {
    if (!expectGroup && bytes[0] !== 9) {
      const text = bytes.toString('utf8');
      const space = text.indexOf(' ');
      open?.origin.fields.set(space === -1 ? text : text.slice(0, space), space === -1 ? '' : text.slice(space + 1));
      continue;
    }
    if (bytes[0] === 9) {
      if (open && open.lines > 0) {
        hunks.push({
          startLine: open.startLine,
          endLine: open.startLine + open.lines - 1,
          commit: CommitOid.parse(open.oid),
          filename: unquotePath(open.origin.fields.get('filename') ?? ''),
          origin: open.origin,
        });
      }
      open = undefined;
      expectGroup = true;
      continue;
    }
    const group = GROUP.exec(bytes.toString('latin1'));
    if (!group) continue;
    const origin = origins.get(group[1]!) ?? { fields: new Map<string, string>() };
    origins.set(group[1]!, origin);
    open = { oid: group[1]!, startLine: Number(group[2]), lines: Number(group[3] ?? 0), origin };
    expectGroup = false;
  }
  return hunks.map(({ origin, ...hunk }) => ({ ...hunk, author: authorOf(origin.fields), message: origin.fields.get('summary') ?? '' }));
}

const authorOf = (fields: ReadonlyMap<string, string>): Signature => ({
  name: fields.get('author') ?? '',
  email: (fields.get('author-mail') ?? '').replace(/^<|>$/g, ''),
  date: isoDate(Number(fields.get('author-time') ?? 0), fields.get('author-tz') ?? '+0000'),
});
