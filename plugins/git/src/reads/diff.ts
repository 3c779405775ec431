import type { CommitOid, RepoPath } from '@sextant/sdk';
import type { DiffFile } from '../api.js';
import { NUL, records } from '../process/records.js';
import { parsePatch } from './diff-parser.js';
import { type RepositoryReader, runIn, type Target } from './repository-reader.js';

export const DIFF_OPTIONS = ['--patch', '--full-index', '--find-renames', '--no-color', '--no-ext-diff', '--no-textconv', '--no-prefix'];
const DEFAULT_MAX_FILES = 10_000;

/** The tree without entries, by the length of a hash. git knows it without storing it. */
const emptyTree = (like: string): string =>
  like.length === 64 ? '6ef19b41225c5369f1c104d45d8d85efa9b057b53b14b4b9b939dd74decc5321' : '4b825dc642cb6eb9a060e54bf8d69288fbee4904';

export async function* readDiff(
  reader: RepositoryReader,
  o: Target & {
    readonly base: CommitOid | null;
    readonly head: CommitOid;
    readonly paths?: readonly RepoPath[];
    readonly maxFiles?: number;
  },
): AsyncGenerator<DiffFile> {
  const gitDir = await reader.directory(o.repository);
  let left = o.maxFiles ?? DEFAULT_MAX_FILES;
  if (left <= 0) return;
  const command = {
    subcommand: 'diff-tree',
    options: ['-r', ...DIFF_OPTIONS, '--unified=3'],
    operands: [o.base ?? emptyTree(o.head), o.head],
    paths: o.paths ?? [],
  };
  for await (const file of parsePatch(reader.runner.stream(command, runIn(gitDir, o)))) {
    yield file;
    if (--left <= 0) return;
  }
}

/** Paths that differ between two commits; a rename is a removal and an addition. */
export async function* readChangedPaths(
  reader: RepositoryReader,
  o: Target & { readonly base: CommitOid; readonly head: CommitOid },
): AsyncGenerator<{ readonly path: RepoPath; readonly status: 'A' | 'M' | 'D' | 'T' }> {
  const gitDir = await reader.directory(o.repository);
  const command = { subcommand: 'diff-tree', options: ['-r', '-z', '--name-status', '--no-renames'], operands: [o.base, o.head] };
  let status: string | undefined;
  for await (const record of records(reader.runner.stream(command, runIn(gitDir, o)), NUL)) {
    if (status === undefined) {
      status = record.toString('latin1');
      continue;
    }
    yield { path: record.toString('utf8') as RepoPath, status: status as 'A' | 'M' | 'D' | 'T' };
    status = undefined;
  }
}
