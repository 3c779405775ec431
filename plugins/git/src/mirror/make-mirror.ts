import { join } from 'node:path';
import { type RepoName, RepoPath, SextantError } from '@sextant/sdk';
import type { FetchEvent, FetchSource } from '../git.js';
import type { MadeFile, MadeVersion, MirrorMaker } from '../mirror-makers.js';
import type { CatFilePool } from '../process/cat-file-pool.js';
import type { GitRunner } from '../process/git-runner.js';
import { emptyMirror } from './empty-mirror.js';
import { maintainMirror } from './maintain-mirror.js';
import { clearLeftovers, type MirrorFiles, sizeOf } from './mirror-files.js';

type Done = Extract<FetchEvent, { readonly type: 'done' }>;

export interface MakeDeps {
  readonly runner: GitRunner;
  readonly pool: CatFilePool;
  readonly files: MirrorFiles;
  readonly makers: () => readonly MirrorMaker[];
  readonly now: () => Date;
  readonly shard: string;
}

export interface MakeOptions {
  readonly repository: RepoName;
  readonly source: FetchSource;
  readonly maker: NonNullable<FetchSource['maker']>;
  readonly signal: AbortSignal;
  /** Milliseconds. */
  readonly deadline: number;
  readonly progress: (text: string) => void;
}

/** Makes what the mirror lacks, or the whole of it where there is none or a damaged one. What cannot be taken is left out, and told. */
export async function makeMirror(deps: MakeDeps, path: string, o: MakeOptions): Promise<Done> {
  const { files, runner } = deps;
  const { repository, signal } = o;
  const isThere = (await files.exists(repository)) && (await files.note(path)).corrupt === null;
  if (isThere) {
    await clearLeftovers(path);
    return await filled(deps, path, o);
  }
  const temporary = await files.temporary();
  try {
    const fresh = join(temporary, 'mirror');
    await emptyMirror(runner, fresh, 'sha1', { repository, signal });
    const done = await filled(deps, fresh, o);
    await files.writeNote(fresh, { corrupt: null });
    deps.pool.evict(path);
    await files.replace(path, fresh);
    return { ...done, changed: true, cloned: true };
  } finally {
    await files.discard(temporary);
  }
}

async function filled(deps: MakeDeps, gitDir: string, o: MakeOptions): Promise<Done> {
  const { repository, signal, source, maker: wanted } = o;
  const run = { gitDir, repository, signal };
  const maker = deps.makers().find(({ name }) => name === wanted.name);
  if (!maker) throw noMaker(wanted.name);
  const before = await refsOf(deps.runner, run);
  const { url, username, password } = source;
  const made = await maker.make(
    { url, input: wanted.input, ...(username === undefined ? {} : { username }), ...(password === undefined ? {} : { password }) },
    { signal },
  );
  const missing = made.versions.filter(({ tag }) => !before.has(`refs/tags/${checkedRef(tag)}`));
  const writing = new Import(missing, o);
  if (missing.length > 0)
    await deps.runner
      .output(
        { subcommand: 'fast-import', options: ['--quiet', '--done', '--date-format=raw'] },
        { ...run, deadline: o.deadline, input: writing.stream() },
      )
      .catch((error: unknown) => {
        throw writing.failure ?? error;
      });
  await settleRefs(deps.runner, made, run);
  const after = await refsOf(deps.runner, run);
  if (after.size === 0 && writing.refusals[0]) throw writing.refusals[0];
  const changed = JSON.stringify([...before]) !== JSON.stringify([...after]);
  if (changed) await maintainMirror(deps.runner, gitDir, { repository, signal });
  const sizeBytes = changed ? await sizeOf(gitDir) : (await deps.files.note(gitDir)).sizeBytes;
  await deps.files.writeNote(gitDir, { lastFetched: deps.now().toISOString(), sizeBytes });
  const head = made.branches.find(({ name }) => after.has(`refs/heads/${name}`))?.name ?? null;
  const leftOut = writing.leftOut.length > 0 ? { leftOut: writing.leftOut } : {};
  return { type: 'done', changed, cloned: false, sizeBytes, head, shard: deps.shard, ...leftOut };
}

interface Run {
  readonly gitDir: string;
  readonly repository: RepoName;
  readonly signal: AbortSignal;
}

async function refsOf(runner: GitRunner, run: Run): Promise<ReadonlyMap<string, string>> {
  const text = await runner.text({ subcommand: 'for-each-ref', options: ['--format=%(refname) %(objectname)'] }, run);
  return new Map(text.split('\n').flatMap((line) => (line === '' ? [] : [line.split(' ', 2) as [string, string]])));
}

/** Takes away the tags that are no more, and sets each branch to the first of its tags that is there. */
async function settleRefs(
  runner: GitRunner,
  made: { readonly versions: readonly MadeVersion[] } & Awaited<ReturnType<MirrorMaker['make']>>,
  run: Run,
): Promise<void> {
  const refs = await refsOf(runner, run);
  const branches = new Map(
    made.branches.flatMap(({ name, tags }) => {
      const oid = tags.map((tag) => refs.get(`refs/tags/${tag}`)).find((found) => found !== undefined);
      return oid === undefined ? [] : [[`refs/heads/${checkedRef(name)}`, oid] as const];
    }),
  );
  const kept = new Set([...made.versions.map(({ tag }) => `refs/tags/${tag}`), ...branches.keys()]);
  for (const ref of refs.keys())
    if (!kept.has(ref)) await runner.output({ subcommand: 'update-ref', options: ['-d'], operands: [ref] }, run);
  for (const [ref, oid] of branches)
    if (refs.get(ref) !== oid) await runner.output({ subcommand: 'update-ref', options: ['--no-deref'], operands: [ref, oid] }, run);
  const [head] = branches.keys();
  if (head !== undefined) await runner.output({ subcommand: 'symbolic-ref', operands: ['HEAD', head] }, run);
}

/** The commits in the words of `git fast-import`: a version's files go first, and its commit only once all of them are there. */
class Import {
  /** Why the stream ended early. */
  failure: unknown;
  readonly leftOut: string[] = [];
  readonly refusals: SextantError[] = [];
  #mark = 0;

  constructor(
    private readonly versions: readonly MadeVersion[],
    private readonly o: MakeOptions,
  ) {}

  async *stream(): AsyncGenerator<string | Uint8Array> {
    try {
      for (const version of this.versions) {
        this.o.signal.throwIfAborted();
        this.o.progress(`${version.tag}\n`);
        try {
          yield* this.#commit(version);
        } catch (error) {
          if (!isRefused(error)) throw error;
          this.refusals.push(error);
          this.leftOut.push(`${version.tag}: ${error.code}: ${error.message}`);
          this.o.progress(`${version.tag} is left out: ${error.message}\n`);
        }
      }
      yield 'done\n';
    } catch (error) {
      this.failure = error;
      throw error;
    }
  }

  async *#commit({ tag, content }: MadeVersion): AsyncGenerator<string | Uint8Array> {
    const { message, author, date, files } = await content(this.o.signal);
    const tree: string[] = [];
    for await (const file of files) {
      const path = checkedPath(file);
      yield `blob\nmark :${++this.#mark}\ndata ${file.content.byteLength}\n`;
      yield file.content;
      yield '\n';
      tree.push(`M ${file.mode} :${this.#mark} ${quoted(path)}\n`);
    }
    const who = `${plain(author.name)} <${plain(author.email)}> ${Math.max(0, Math.floor(date.getTime() / 1_000))} +0000`;
    // It begins with nothing: without this, a commit goes on from what its ref was at.
    yield `reset refs/tags/${tag}\n\ncommit refs/tags/${tag}\nauthor ${who}\ncommitter ${who}\ndata ${Buffer.byteLength(message)}\n${message}\n`;
    for (const entry of tree) yield entry;
    yield '\n';
  }
}

const isRefused = (error: unknown): error is SextantError => SextantError.is(error) && error.details['refused'] === true;

/** @throws SEXTANT_GIT_ARGUMENT_REFUSED for what git would not take, or could take for something else. */
function checkedRef(name: string): string {
  if (/^[0-9A-Za-z](?:[-+.0-9A-Za-z]*[-+0-9A-Za-z])?$/.test(name) && !name.includes('..') && !name.endsWith('.lock')) return name;
  throw new SextantError('SEXTANT_GIT_ARGUMENT_REFUSED', {
    what: 'A tag or branch that is to be made has a name that git does not take.',
    why: 'Letters, digits, ".", "+" and "-" are taken.',
    fix: 'Leave the version out.',
  });
}

/** Of a file that is no way out of the repository, and nothing that git reads for itself. */
function checkedPath({ path }: MadeFile): string {
  if (path !== '' && RepoPath.is(path) && !path.split('/').some((segment) => /^\.git$/i.test(segment))) return path;
  throw new SextantError('SEXTANT_GIT_ARGUMENT_REFUSED', {
    what: 'A file that is to be committed has a path that leads out of the repository, or into git’s own folder.',
    fix: 'Leave the version out.',
    details: { refused: true },
  });
}

/** As fast-import reads a path: in quotes, line breaks and quotes escaped. */
const quoted = (path: string): string => `"${path.replace(/[\\"]/g, '\\$&').replaceAll('\n', '\\n')}"`;

// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters would end the line
const plain = (text: string): string => text.replace(/[<>\u0000-\u001f\u007f]/g, '');

const noMaker = (name: string): SextantError =>
  new SextantError('SEXTANT_GIT_NO_MAKER', {
    what: 'The mirror cannot be made.',
    why: `Nobody who runs here makes mirrors of the kind "${name}".`,
    fix: 'Enable the plugin of the connection in the processes of the role git.',
  });
