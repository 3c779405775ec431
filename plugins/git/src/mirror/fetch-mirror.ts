import { createHash } from 'node:crypto';
import { access, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type OutboundHttp, type Programs, type RepoName, SextantError } from '@sextant/sdk';
import type { FetchEvent, FetchSource, MirrorMaker } from '../api.js';
import type { CatFilePool } from '../process/cat-file-pool.js';
import type { CredentialHelpers } from '../process/credential-helpers.js';
import type { GitRunner, RunOptions } from '../process/git-runner.js';
import { pinnedHost } from '../process/pinned-host.js';
import { withRemoteAccess } from '../process/remote-access.js';
import type { Semaphore } from '../process/semaphore.js';
import { type CheckedSource, checkSource } from './clone-url.js';
import { emptyMirror } from './empty-mirror.js';
import { LatestText } from './latest-text.js';
import { maintainMirror } from './maintain-mirror.js';
import { makeMirror } from './make-mirror.js';
import { clearLeftovers, type MirrorFiles, sizeOf } from './mirror-files.js';
import { lockMirror } from './mirror-lock.js';

export interface FetchDeps {
  readonly runner: GitRunner;
  readonly pool: CatFilePool;
  readonly files: MirrorFiles;
  readonly helpers: CredentialHelpers;
  readonly programs: Programs;
  /** Resolves and checks the names of hosts. */
  readonly http: Pick<OutboundHttp, 'resolve'>;
  /** Which refs are mirrored, as refspecs. */
  readonly refspecs: readonly string[];
  /** Milliseconds one fetch or clone may take. */
  readonly deadline: number;
  /** Bytes that must stay free on the disk. */
  readonly minFreeBytes: number;
  readonly now: () => Date;
  /** Milliseconds between two looks at the disk while something is fetched; default 2 s. */
  readonly diskInterval?: number;
  /** Clones and fetches at once. */
  readonly slots: Semaphore;
  /** The name of this node. */
  readonly shard: string;
  /** Those who make mirrors that are fetched from nowhere. */
  readonly makers: () => readonly MirrorMaker[];
}

interface FetchOptions {
  readonly repository: RepoName;
  readonly source: FetchSource;
  readonly signal?: AbortSignal;
}

type Done = Extract<FetchEvent, { readonly type: 'done' }>;

const DETACHED = 'refs/sextant/head';

/** Clones where there is no mirror or a damaged one, else fetches. Progress in git's words, then one `done`. */
export async function* fetchMirror(deps: FetchDeps, o: FetchOptions): AsyncGenerator<FetchEvent> {
  const source = checkSource(o.source);
  await mkdir(deps.files.root, { recursive: true, mode: 0o700 });
  await guardDisk(deps);
  const path = deps.files.pathOf(o.repository);
  using slots = new DisposableStack();
  slots.defer(await deps.slots.acquire(o.signal));
  await using _lock = await lockMirror(deps.files.root, path);
  using disk = watchDisk(deps, o.signal);
  const progress = new LatestText();
  const { maker } = o.source;
  const to = { signal: disk.signal, progress: (text: string) => progress.push(text) };
  const work = (
    maker ? makeMirror(deps, path, { ...o, ...to, maker, deadline: deps.deadline }) : cloneOrFetch(deps, path, source, { ...o, ...to })
  ).finally(() => progress.end());
  work.catch(() => {}); // awaited below, after the progress
  for await (const text of progress) yield { type: 'progress', text };
  yield await work;
}

/** Its host is looked up once, here, for all the processes that it takes. */
async function cloneOrFetch(
  deps: FetchDeps,
  path: string,
  source: CheckedSource,
  {
    repository,
    source: { sshKey, from = 'person' },
    signal,
    progress,
  }: FetchOptions & { readonly signal: AbortSignal; readonly progress: (text: string) => void },
): Promise<Done> {
  const { address, url } = source;
  const pin = address === undefined ? undefined : await pinnedHost(deps.http, { address, from }, signal);
  const access = { ...source, pin, ...(sshKey === undefined ? {} : { sshKey }) };
  return await withRemoteAccess(deps, access, async (remote) => {
    const run: RunOptions = { ...remote, repository, deadline: deps.deadline, progress, signal };
    if ((await deps.files.exists(repository)) && (await deps.files.note(path)).corrupt === null) {
      try {
        return await update(deps, path, url, run);
      } catch (error) {
        if (!isCorrupt(error)) throw error;
        await deps.files.writeNote(path, { corrupt: error.why ?? error.what });
        progress('The mirror is damaged and is cloned again\n');
      }
    }
    return clone(deps, path, url, run);
  });
}

const isCorrupt = (error: unknown): error is SextantError => SextantError.is(error) && error.code === 'SEXTANT_GIT_CORRUPT';

async function guardDisk(deps: FetchDeps): Promise<void> {
  const problem = await diskProblem(deps);
  if (problem) throw problem;
}

/** A server may send without end, and the database is often on the same disk. The signal also aborts with `signal`. */
function watchDisk(deps: FetchDeps, signal: AbortSignal | undefined): Disposable & { readonly signal: AbortSignal } {
  const full = new AbortController();
  const look = async (): Promise<void> => {
    const problem = await diskProblem(deps);
    if (problem) full.abort(problem);
  };
  const timer = setInterval(() => void look(), deps.diskInterval ?? 2_000).unref();
  return {
    signal: signal ? AbortSignal.any([signal, full.signal]) : full.signal,
    [Symbol.dispose]: () => clearInterval(timer),
  };
}

async function diskProblem({ files, minFreeBytes }: FetchDeps): Promise<SextantError | undefined> {
  const free = await files.freeBytes();
  if (free === undefined || free >= minFreeBytes) return undefined;
  return new SextantError('SEXTANT_GIT_DISK_FULL', {
    what: 'The disk that holds the mirrors is nearly full.',
    why: `${free} bytes are free; fetching stops below ${minFreeBytes}. What is mirrored stays readable.`,
    fix: 'Free space on the data folder, or mirror less.',
  });
}

interface RemoteHead {
  /** `refs/heads/…`, or undefined for a detached or unborn HEAD. */
  readonly branch: string | undefined;
  readonly oid: string | undefined;
}

async function remoteHead(deps: FetchDeps, gitDir: string | undefined, url: string, run: RunOptions): Promise<RemoteHead> {
  const text = await deps.runner.text(
    { subcommand: 'ls-remote', options: ['--symref', '--quiet'], operands: [url, 'HEAD'] },
    { ...run, ...(gitDir ? { gitDir } : {}) },
  );
  return { branch: /^ref: (refs\/heads\/.+)\tHEAD$/m.exec(text)?.[1], oid: /^([0-9a-f]{40,64})\tHEAD$/m.exec(text)?.[1] };
}

async function clone(deps: FetchDeps, path: string, url: string, run: RunOptions): Promise<Done> {
  const temporary = await deps.files.temporary();
  try {
    const fresh = join(temporary, 'mirror');
    const head = await remoteHead(deps, undefined, url, run);
    await emptyMirror(deps.runner, fresh, head.oid?.length === 64 ? 'sha256' : 'sha1', contextOf(run));
    await transfer(deps, fresh, url, head, run);
    await verify(deps, fresh, head, run);
    await maintainMirror(deps.runner, fresh, contextOf(run));
    const sizeBytes = await sizeOf(fresh);
    await deps.files.writeNote(fresh, { lastFetched: deps.now().toISOString(), sizeBytes, corrupt: null });
    deps.pool.evict(path);
    await deps.files.replace(path, fresh);
    return {
      type: 'done',
      changed: true,
      cloned: true,
      sizeBytes,
      head: head.branch?.slice('refs/heads/'.length) ?? null,
      shard: deps.shard,
    };
  } finally {
    await deps.files.discard(temporary);
  }
}

async function update(deps: FetchDeps, path: string, url: string, run: RunOptions): Promise<Done> {
  await clearLeftovers(path);
  const before = await fingerprint(deps, path, run);
  const head = await remoteHead(deps, path, url, run);
  // What was half received would stand in the way of the next try, which needs the room.
  await transfer(deps, path, url, head, run).catch(async (error: unknown) => {
    await clearLeftovers(path);
    throw error;
  });
  await verify(deps, path, head, run);
  const changed = (await fingerprint(deps, path, run)) !== before;
  if (changed) await maintainMirror(deps.runner, path, contextOf(run));
  const sizeBytes = changed ? await sizeOf(path) : (await deps.files.note(path)).sizeBytes;
  await deps.files.writeNote(path, { lastFetched: deps.now().toISOString(), sizeBytes });
  return { type: 'done', changed, cloned: false, sizeBytes, head: head.branch?.slice('refs/heads/'.length) ?? null, shard: deps.shard };
}

async function transfer(deps: FetchDeps, gitDir: string, url: string, head: RemoteHead, run: RunOptions): Promise<void> {
  const detached = head.branch === undefined && head.oid !== undefined;
  const cutShort = await isShallow(gitDir);
  await deps.runner.output(
    {
      subcommand: 'fetch',
      options: [
        '--progress',
        '--prune',
        '--force',
        '--no-tags',
        '--no-write-fetch-head',
        '--no-auto-maintenance',
        '--no-recurse-submodules',
        '--update-head-ok',
        // Without the first, git leaves out every ref of a source that is itself a shallow clone, and says nothing.
        '--update-shallow',
        ...(cutShort ? ['--unshallow'] : []),
      ],
      operands: [url, ...deps.refspecs, ...(detached ? [`+HEAD:${DETACHED}`] : [])],
    },
    { ...run, gitDir },
  );
  if (head.branch) await deps.runner.output({ subcommand: 'symbolic-ref', operands: ['HEAD', head.branch] }, { ...contextOf(run), gitDir });
  else if (head.oid) await pointAt(deps, gitDir, head.oid, run);
}

/** Was the source a shallow clone? Its history may have become longer since. */
const isShallow = (gitDir: string): Promise<boolean> =>
  access(join(gitDir, 'shallow')).then(
    () => true,
    () => false,
  );

/** A detached HEAD: a branch at the same commit is the better name, else HEAD names the commit itself. */
async function pointAt(deps: FetchDeps, gitDir: string, oid: string, run: RunOptions): Promise<void> {
  const options = { ...contextOf(run), gitDir };
  const found = await deps.runner.text(
    { subcommand: 'for-each-ref', options: ['--format=%(refname)', `--points-at=${oid}`], operands: ['refs/heads/'] },
    options,
  );
  const names = found.split('\n').filter(Boolean);
  const branch = names.find((name) => /\/(?:main|master|trunk)$/.test(name)) ?? names[0];
  if (branch) await deps.runner.output({ subcommand: 'symbolic-ref', operands: ['HEAD', branch] }, options);
  else await deps.runner.output({ subcommand: 'update-ref', options: ['--no-deref'], operands: ['HEAD', oid] }, options);
}

/** Reads the commit and tree that people will ask for first. @throws SEXTANT_GIT_CORRUPT when they are not whole. */
async function verify(deps: FetchDeps, gitDir: string, head: RemoteHead, run: RunOptions): Promise<void> {
  const options = { ...contextOf(run), gitDir };
  const oid = await deps.runner.text(
    { subcommand: 'for-each-ref', options: ['--format=%(objectname)', '--count=1'], operands: [head.branch ?? 'refs/heads/'] },
    options,
  );
  if (oid === '') return; // nothing in it yet
  try {
    await deps.runner.output({ subcommand: 'ls-tree', options: ['-z'], operands: [`${oid}^{tree}`] }, options);
  } catch (error) {
    if (!SextantError.is(error) || !/NOT_FOUND|FAILED/.test(error.code)) throw error;
    throw new SextantError('SEXTANT_GIT_CORRUPT', {
      what: 'The mirror on disk is damaged.',
      why: error.why ?? error.what,
      fix: 'It is cloned again by itself.',
    });
  }
}

/** Moves when any ref, or what HEAD names, has moved. */
async function fingerprint(deps: FetchDeps, gitDir: string, run: RunOptions): Promise<string> {
  const hash = createHash('sha256');
  const options = { ...contextOf(run), gitDir };
  for await (const chunk of deps.runner.stream({ subcommand: 'for-each-ref', options: ['--format=%(objectname) %(refname)'] }, options))
    hash.update(chunk);
  hash.update(
    await deps.runner.output({ subcommand: 'symbolic-ref', options: ['--quiet'], operands: ['HEAD'] }, { ...options, accept: [0, 1] }),
  );
  return hash.digest('hex');
}

/** What a call that speaks to nobody takes over. */
const contextOf = ({ repository, signal }: RunOptions): Pick<RunOptions, 'repository' | 'signal'> => ({
  ...(repository ? { repository } : {}),
  ...(signal ? { signal } : {}),
});
