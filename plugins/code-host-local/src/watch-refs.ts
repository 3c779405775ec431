import { createHash } from 'node:crypto';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { watch as watchFiles } from 'chokidar';
import type { LocalRepository } from './find-repositories.js';

export interface RefWatchOptions {
  /** Repositories that the operating system watches; the rest is looked at every `pollInterval`. */
  readonly maxWatched: number;
  /** Milliseconds. */
  readonly pollInterval: number;
  /** All repositories there are now; asked every `searchInterval` milliseconds. */
  readonly find: () => Promise<readonly LocalRepository[]>;
  readonly searchInterval: number;
  /** With what the refs of each look like now, where that can be told: the same as before is no change. */
  readonly changed: (repositories: readonly { readonly repository: LocalRepository; readonly stamp: string | undefined }[]) => void;
  /** The set of repositories is another than before. */
  readonly listChanged: () => void;
  readonly failed: (error: unknown) => void;
}

/** git moves several refs at once, each by several steps. */
const SETTLE = 250;
const MAX_REFS = 10_000;

/** What moves when a ref moves. */
const watchedPaths = ({ gitDir, commonDir }: LocalRepository): readonly string[] => [
  join(gitDir, 'HEAD'),
  join(commonDir, 'packed-refs'),
  join(commonDir, 'refs'),
  join(commonDir, 'reftable'),
];

/** Calls back when branches, tags or HEAD of a repository move, by file events as far as they go and by looking for the rest. */
export class RefWatch implements AsyncDisposable {
  #repositories = new Map<string, LocalRepository>();
  readonly #byEvents = new Map<string, AsyncDisposable>();
  readonly #signatures = new Map<string, string>();
  readonly #pending = new Map<string, LocalRepository>();
  #settling: NodeJS.Timeout | undefined;
  #timers: NodeJS.Timeout[] = [];
  #busy: Promise<void> = Promise.resolve();
  readonly #ending = new AbortController();

  constructor(private readonly options: RefWatchOptions) {
    this.#run(() => this.#search(true));
    this.#timers = [
      setInterval(() => this.#run(() => this.#search(false)), options.searchInterval),
      setInterval(() => this.#run(() => this.#poll()), options.pollInterval),
    ];
    for (const timer of this.#timers) timer.unref();
  }

  get #stopped(): boolean {
    return this.#ending.signal.aborted;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#ending.abort();
    for (const timer of this.#timers) clearInterval(timer);
    clearTimeout(this.#settling);
    await this.#busy;
    await Promise.allSettled([...this.#byEvents.values()].map((watcher) => watcher[Symbol.asyncDispose]()));
  }

  /** One after another: a search and a look must not see each other half done. */
  #run(work: () => Promise<void>): void {
    this.#busy = this.#busy
      .then(async () => {
        if (!this.#stopped) await work();
      })
      .catch(this.options.failed);
  }

  async #search(first: boolean): Promise<void> {
    const found = new Map((await this.options.find()).map((repository) => [repository.path, repository]));
    const gone = [...this.#repositories.keys()].filter((path) => !found.has(path));
    const added = [...found.keys()].filter((path) => !this.#repositories.has(path));
    this.#repositories = found;
    for (const path of gone) {
      await this.#byEvents.get(path)?.[Symbol.asyncDispose]();
      this.#byEvents.delete(path);
      this.#signatures.delete(path);
    }
    const watching: Promise<void>[] = [];
    for (const repository of found.values()) {
      if (this.#byEvents.has(repository.path)) continue;
      if (this.#byEvents.size < this.options.maxWatched) watching.push(this.#watch(repository));
      else if (!this.#signatures.has(repository.path)) this.#signatures.set(repository.path, await signature(repository));
    }
    if (!first && gone.length + added.length > 0) this.options.listChanged();
    // Commits may have been made while nobody watched. Once all are watched none is missed, so then is when to look.
    await Promise.all(watching);
    const fresh = first ? [...found.values()] : [...found.values()].filter(({ path }) => added.includes(path));
    if (fresh.length > 0) await this.#tell(fresh);
  }

  async #tell(repositories: readonly LocalRepository[]): Promise<void> {
    const told: { repository: LocalRepository; stamp: string | undefined }[] = [];
    for (const repository of repositories) {
      if (this.#stopped) return;
      told.push({ repository, stamp: stampOf(await signature(repository)) });
    }
    if (!this.#stopped) this.options.changed(told);
  }

  /** Resolves when no move is missed any more, or when it turned out that there are no events. */
  #watch(repository: LocalRepository): Promise<void> {
    const watcher = watchFiles([...watchedPaths(repository)], {
      ignoreInitial: true,
      followSymlinks: false,
      ignored: (path) => path.endsWith('.lock'),
    });
    this.#byEvents.set(repository.path, { [Symbol.asyncDispose]: () => watcher.close() });
    watcher.on('all', () => this.#moved(repository));
    return new Promise((resolve) => {
      watcher.on('ready', resolve);
      this.#ending.signal.addEventListener('abort', () => resolve(), { once: true });
      watcher.on('error', (error) => {
        // Most often the system's limit of watches: this repository is looked at from now on.
        this.options.failed(error);
        void watcher.close();
        this.#signatures.set(repository.path, '');
        resolve();
      });
    });
  }

  async #poll(): Promise<void> {
    for (const [path, before] of this.#signatures) {
      const repository = this.#repositories.get(path);
      if (!repository || this.#stopped) continue;
      const now = await signature(repository);
      this.#signatures.set(path, now);
      if (now !== before) this.#moved(repository);
    }
  }

  #moved(repository: LocalRepository): void {
    this.#pending.set(repository.path, repository);
    this.#settling ??= setTimeout(() => {
      this.#settling = undefined;
      const moved = [...this.#pending.values()];
      this.#pending.clear();
      this.#tell(moved).catch(this.options.failed);
    }, SETTLE);
  }
}

/** Changes when a file that holds refs does, as far as there are not too many. */
async function signature(repository: LocalRepository): Promise<string> {
  const parts: string[] = [];
  const visit = async (path: string): Promise<void> => {
    const info = await stat(path).catch(() => undefined);
    if (!info || parts.length > MAX_REFS) return;
    parts.push(`${path} ${info.mtimeMs} ${info.size}`);
    if (info.isDirectory()) for (const name of (await readdir(path).catch(() => [])).sort()) await visit(join(path, name));
  };
  for (const path of watchedPaths(repository)) await visit(path);
  return parts.join('\n');
}

/** Short enough to be kept. Undefined where not all files of refs are in the signature, or none was there to be read. */
function stampOf(signature: string): string | undefined {
  if (signature === '' || signature.split('\n').length > MAX_REFS) return undefined;
  return createHash('sha256').update(signature).digest('base64url').slice(0, 22);
}
