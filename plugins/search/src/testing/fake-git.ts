import type { Commit, DiffFile, Git, Ref, TreeEntry } from '@sextant/plugin-git/api';
import type { CommitOid, RepoPath } from '@sextant/sdk';
import { blobOid, type MemoryTree } from '../index/memory-blob-source.js';

export interface FakeCommit {
  readonly oid: string;
  readonly tree: MemoryTree;
  readonly message?: string;
  /** Default: the same for all. */
  readonly author?: { readonly name: string; readonly email: string };
  readonly committer?: { readonly name: string; readonly email: string };
  readonly diff?: readonly DiffFile[];
}

export interface FakeMirror {
  /** Newest last. */
  readonly commits: FakeCommit[];
  /** Full name of the ref → commit. */
  readonly refs: Map<string, string>;
  readonly head: string;
}

const WHO = { name: 'Ada Test', email: 'ada@example.com', date: '2026-01-02T03:04:05Z' };
const missing = (): never => {
  throw new Error('no such thing');
};

/** As much of git as a search asks, over trees in memory. */
export class FakeGit implements Partial<Git> {
  readonly mirrors = new Map<string, FakeMirror>();
  /** Reads of these repositories fail. */
  readonly broken = new Set<string>();
  /** Blobs that were read. */
  blobsRead = 0;
  /** Called before each commit of a history. */
  beforeCommit: () => Promise<void> | void = () => undefined;

  asGit(): Git {
    return this as unknown as Git;
  }

  #mirror(name: string): FakeMirror {
    if (this.broken.has(name)) throw new Error(`fatal: cannot read /srv/repos/${name}`);
    return this.mirrors.get(name) ?? missing();
  }

  #commit(name: string, oid: string): FakeCommit {
    return this.#mirror(name).commits.find((c) => c.oid === oid) ?? missing();
  }

  #resolve(name: string, revision: string): CommitOid | undefined {
    const { refs, head, commits } = this.#mirror(name);
    const names = revision === 'HEAD' ? [head] : [revision, `refs/heads/${revision}`, `refs/tags/${revision}`];
    const found = names.map((n) => refs.get(n)).find((oid) => oid !== undefined) ?? commits.find((c) => c.oid === revision)?.oid;
    return found as CommitOid | undefined;
  }

  resolveMany: Git['resolveMany'] = async ({ items }) => items.map((item) => this.#resolve(item.repository, item.revision) ?? null);

  defaultBranch: Git['defaultBranch'] = async ({ repository }) => {
    const { head, refs } = this.#mirror(repository);
    const target = refs.get(head);
    return target ? { name: head.replace('refs/heads/', ''), target: target as CommitOid } : null;
  };

  refs: Git['refs'] = async ({ repository, after, limit }) =>
    [...this.#mirror(repository).refs]
      .map(
        ([name, target]): Ref => ({
          name,
          shortName: name.replace(/^refs\/(?:heads|tags)\//, ''),
          type: name.startsWith('refs/heads/') ? 'branch' : name.startsWith('refs/tags/') ? 'tag' : 'other',
          target: target as CommitOid,
        }),
      )
      .sort((a, b) => (a.name < b.name ? -1 : 1))
      .filter((ref) => after === undefined || ref.name > after)
      .slice(0, limit);

  entry: Git['entry'] = async ({ repository, oid, path }) => {
    const { tree } = this.#commit(repository, oid);
    const content = tree[path];
    return content === undefined ? null : entryOf(path, content);
  };

  async *tree(o: Parameters<Git['tree']>[0]): AsyncIterable<TreeEntry> {
    for (const [path, content] of Object.entries(this.#commit(o.repository, o.oid).tree)) yield entryOf(path, content);
  }

  async *blob(o: Parameters<Git['blob']>[0]): AsyncIterable<Uint8Array> {
    this.blobsRead++;
    yield Buffer.from(this.#commit(o.repository, o.oid).tree[o.path] ?? missing());
  }

  async *blobs(o: Parameters<Git['blobs']>[0]): AsyncIterable<Uint8Array> {
    const contents = new Map(
      this.#mirror(o.repository).commits.flatMap((c) => Object.values(c.tree).map((content) => [blobOid(content), content])),
    );
    for (const oid of o.oids) {
      o.signal?.throwIfAborted();
      const content = contents.get(oid);
      if (content === undefined) continue;
      this.blobsRead++;
      yield Buffer.concat([Buffer.from(`${oid} ${Buffer.byteLength(content)}\n`), Buffer.from(content), Buffer.from('\n')]);
    }
  }

  async *log(o: Parameters<Git['log']>[0]): AsyncIterable<Commit> {
    for (const commit of this.#history(o.repository, o.from, o.not ?? []).slice(0, o.limit)) {
      await this.beforeCommit();
      yield commitOf(commit);
    }
  }

  async *logWithDiffs(o: Parameters<Git['logWithDiffs']>[0]): ReturnType<Git['logWithDiffs']> & AsyncGenerator {
    for (const commit of this.#history(o.repository, o.from, o.not ?? []).slice(0, o.limit)) {
      await this.beforeCommit();
      yield { commit: commitOf(commit), files: commit.diff ?? [] };
    }
  }

  /** Every history is one line. */
  #history(name: string, from: readonly string[], not: readonly string[]): readonly FakeCommit[] {
    const { commits } = this.#mirror(name);
    const at = (oid: string): number => commits.findIndex((c) => c.oid === oid);
    const until = Math.max(...from.map(at));
    const after = Math.max(-1, ...not.map(at));
    return commits.slice(after + 1, until + 1).reverse();
  }
}

const entryOf = (path: string, content: string | Buffer): TreeEntry => ({
  path: path as RepoPath,
  oid: blobOid(content),
  type: 'blob',
  mode: '100644',
  size: Buffer.byteLength(content),
});

const commitOf = ({ oid, message = 'Change files', author, committer }: FakeCommit): Commit => ({
  oid: oid as CommitOid,
  parents: [],
  author: { ...WHO, ...author },
  committer: { ...WHO, ...committer },
  message,
});

/** A diff that adds lines to a file. */
export const added = (path: string, ...lines: readonly string[]): DiffFile => ({
  oldPath: null,
  newPath: path,
  binary: false,
  added: lines.length,
  deleted: 0,
  truncated: false,
  hunks: [{ oldStart: 0, oldLines: 0, newStart: 1, newLines: lines.length, section: '', body: lines.map((line) => `+${line}\n`).join('') }],
});
