import { CommitOid, type RepoPath } from '@sextant/sdk';
import { RE2JS } from 're2js';
import type { Commit, DiffFile } from '../api.js';
import { NEWLINE, recordGroups } from '../process/records.js';
import { commitObject, commitObjects } from './commit.js';
import { DIFF_OPTIONS } from './diff.js';
import { parseHistory } from './diff-parser.js';
import { type RepositoryReader, runIn, type Target } from './repository-reader.js';

interface Span extends Target {
  readonly from: readonly CommitOid[];
  readonly not?: readonly CommitOid[];
  readonly after?: string;
  readonly before?: string;
  readonly limit: number;
}

export interface LogRequest extends Span {
  readonly path?: RepoPath;
  readonly follow?: boolean;
  readonly author?: string;
  readonly query?: string;
  readonly skip?: number;
}

const GROUP = 200;

const spanOptions = (o: Span): string[] => [...(o.after ? [`--since=${o.after}`] : []), ...(o.before ? [`--until=${o.before}`] : [])];
const spanOperands = (o: Span): string[] => [...o.from, ...(o.not ?? []).map((oid) => `^${oid}`)];

/** Commits, newest first. git gives hashes, the batch reader the commits: no separator that a message could hold is ever parsed. */
export async function* readLog(reader: RepositoryReader, o: LogRequest): AsyncGenerator<Commit> {
  if (o.limit <= 0 || o.from.length === 0) return;
  const gitDir = await reader.directory(o.repository);
  // RE2 over the author is ours, because git has no linear-time engine: then paging is ours too.
  const author = o.author ? RE2JS.compile(o.author, RE2JS.CASE_INSENSITIVE) : undefined;
  const paging = author ? [] : [`--max-count=${o.limit}`, ...(o.skip ? [`--skip=${o.skip}`] : [])];
  const query = o.query ? ['--fixed-strings', '--regexp-ignore-case', `--grep=${o.query}`] : [];
  const hashes = reader.runner.stream(
    {
      subcommand: 'log',
      options: ['--format=%H', ...paging, ...spanOptions(o), ...query, ...(o.follow && o.path ? ['--follow'] : [])],
      operands: spanOperands(o),
      paths: o.path ? [o.path] : [],
    },
    runIn(gitDir, o),
  );
  let skip = author ? (o.skip ?? 0) : 0;
  let left = o.limit;
  for await (const group of recordGroups(hashes, NEWLINE, GROUP)) {
    const oids = group.map((line) => line.toString('latin1')).filter(Boolean);
    // No reader is held while the caller looks at a commit: what the caller asks meanwhile may need one.
    for (const commit of await reader.pool.use(gitDir, o, (git) => commitObjects(git, oids))) {
      if (author && !author.matcher(`${commit.author.name} <${commit.author.email}>`).find()) continue;
      if (skip-- > 0) continue;
      yield commit;
      if (--left <= 0) return;
    }
  }
}

/** Commits with their changes against the first parent, newest first. */
export async function* readLogWithDiffs(
  reader: RepositoryReader,
  o: Span & { readonly paths?: readonly RepoPath[] },
): AsyncGenerator<{ readonly commit: Commit; readonly files: readonly DiffFile[] }> {
  if (o.limit <= 0 || o.from.length === 0) return;
  const gitDir = await reader.directory(o.repository);
  const output = reader.runner.stream(
    {
      subcommand: 'log',
      options: [
        '--format=commit %H',
        `--max-count=${o.limit}`,
        '--diff-merges=first-parent',
        ...spanOptions(o),
        ...DIFF_OPTIONS,
        '--unified=0',
      ],
      operands: spanOperands(o),
      paths: o.paths ?? [],
    },
    { ...runIn(gitDir, o), lane: 'bulk' },
  );
  for await (const { oid, files } of parseHistory(output)) {
    yield { commit: await reader.pool.use(gitDir, o, (git) => commitObject(git, oid)), files };
  }
}
