import { execFileSync } from 'node:child_process';
import type { Git, TreeEntry } from '@sextant/plugin-git/api';
import type { CommitOid, RepoPath } from '@sextant/sdk';

/** One change of a commit, as `git fast-import` takes it. */
export type Change =
  | { readonly kind: 'write'; readonly path: string; readonly content: Buffer; readonly mode?: '100644' | '100755' | '120000' }
  | { readonly kind: 'delete'; readonly path: string }
  | { readonly kind: 'rename'; readonly path: string; readonly to: string };

const MAX_OUTPUT = 1 << 28;

/** A bare git repository whose history a test writes in one go, with as much of git over it as indexing and reading a revision ask. */
export class History implements Partial<Git> {
  readonly #trees = new Map<string, readonly TreeEntry[]>();
  readonly #blobs: ReadonlyMap<string, Buffer>;
  /** Newest last. */
  readonly commits: readonly CommitOid[];
  /** What the default branch stands at. */
  head: CommitOid;

  constructor(
    private readonly folder: string,
    commits: readonly (readonly Change[])[],
  ) {
    execFileSync('git', ['init', '-q', '--bare', '-b', 'main', folder]);
    this.#git(['fast-import', '--quiet'], Buffer.concat(commits.flatMap((changes, n) => commitOf(n, changes))));
    const names = this.#git(['rev-list', '--reverse', 'main']).toString().trim().split('\n');
    this.commits = names as CommitOid[];
    this.head = this.commits.at(-1) as CommitOid;
    this.#blobs = new Map(framesOf(this.#git(['cat-file', '--batch', '--batch-all-objects'])));
  }

  asGit(): Git {
    return this as unknown as Git;
  }

  #git(args: readonly string[], input?: Buffer): Buffer {
    return execFileSync('git', args, { cwd: this.folder, maxBuffer: MAX_OUTPUT, ...(input ? { input } : {}) });
  }

  /** Every entry of a commit, submodules and links too. */
  entriesOf(commit: string): readonly TreeEntry[] {
    const known = this.#trees.get(commit);
    if (known) return known;
    const lines = this.#git(['ls-tree', '-r', '-l', '-z', commit]).toString().split('\0').filter(Boolean);
    const entries = lines.map((line): TreeEntry => {
      const [, mode, type, oid, size, path] = /^(\d+) (\w+) (\w+) +(\d+|-)\t(.*)$/s.exec(line) as RegExpExecArray;
      return {
        mode: mode as string,
        type: type as TreeEntry['type'],
        oid: oid as string,
        path: path as RepoPath,
        ...(size === '-' ? {} : { size: Number(size) }),
      };
    });
    this.#trees.set(commit, entries);
    return entries;
  }

  contentOf(oid: string): Buffer {
    return this.#blobs.get(oid) as Buffer;
  }

  defaultBranch: Git['defaultBranch'] = async () => ({ name: 'main', target: this.head });

  entry: Git['entry'] = async ({ oid, path }) => this.entriesOf(oid).find((entry) => entry.path === path) ?? null;

  async *tree({ oid }: Parameters<Git['tree']>[0]): AsyncIterable<TreeEntry> {
    yield* this.entriesOf(oid);
  }

  async *blobs({ oids }: Parameters<Git['blobs']>[0]): AsyncIterable<Uint8Array> {
    for (const oid of oids) {
      const content = this.contentOf(oid);
      yield Buffer.concat([Buffer.from(`${oid} ${content.length}\n`), content, Buffer.from('\n')]);
    }
  }
}

function commitOf(n: number, changes: readonly Change[]): Buffer[] {
  const message = `Commit ${n}`;
  return [
    text('commit refs/heads/main'),
    text(`committer Ada Test <ada@example.com> ${1_700_000_000 + n} +0000`),
    text(`data ${message.length}`),
    text(message),
    ...changes.flatMap(linesOf),
  ];
}

function linesOf(change: Change): Buffer[] {
  if (change.kind === 'delete') return [text(`D ${quoted(change.path)}`)];
  if (change.kind === 'rename') return [text(`R ${quoted(change.path)} ${quoted(change.to)}`)];
  const { path, content, mode = '100644' } = change;
  return [text(`M ${mode} inline ${quoted(path)}`), text(`data ${content.length}`), content, text('')];
}

const text = (line: string): Buffer => Buffer.from(`${line}\n`);
const quoted = (path: string): string => `"${path.replace(/["\\]/g, '\\$&').replaceAll('\n', '\\n')}"`;

/** The blobs in what `git cat-file --batch` prints. */
function* framesOf(output: Buffer): Generator<[oid: string, content: Buffer]> {
  for (let at = 0; at < output.length; ) {
    const end = output.indexOf(10, at);
    const [oid, type, size] = output.toString('latin1', at, end).split(' ') as [string, string, string];
    at = end + 1 + Number(size) + 1;
    if (type === 'blob') yield [oid, output.subarray(end + 1, end + 1 + Number(size))];
  }
}
