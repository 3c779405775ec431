import { readFile } from 'node:fs/promises';

export interface MemoryWatchOptions {
  /** Bytes that the watched processes may take together. */
  readonly limit: number;
  /** Milliseconds between two looks. */
  readonly interval?: number;
  /** Bytes a process holds of its own, what it maps of files aside; undefined where the system does not tell. For tests. */
  readonly memoryOf?: (pid: number) => Promise<number | undefined>;
}

interface Watched {
  readonly pid: number;
  readonly end: () => void;
}

/**
 * Ends the largest of the processes that read, when all together take more memory than they may. A few objects are enough for a repository of a billion
 * paths, which git takes into memory one by one: no limit of time alone keeps a machine from being filled. Of Linux; elsewhere nothing is ended.
 */
export class MemoryWatch {
  readonly #watched = new Set<Watched>();
  #timer: NodeJS.Timeout | undefined;

  constructor(private readonly options: MemoryWatchOptions) {}

  /** @returns what takes the process off again. `end` is called at most once. */
  add(pid: number, end: () => void): () => void {
    const watched: Watched = { pid, end };
    this.#watched.add(watched);
    this.#timer ??= setInterval(() => void this.#look(), this.options.interval ?? 500).unref();
    return () => {
      this.#watched.delete(watched);
      if (this.#watched.size > 0) return;
      clearInterval(this.#timer);
      this.#timer = undefined;
    };
  }

  async #look(): Promise<void> {
    const memoryOf = this.options.memoryOf ?? ownMemory;
    const sizes = await Promise.all([...this.#watched].map(async (watched) => ({ watched, size: (await memoryOf(watched.pid)) ?? 0 })));
    let total = sizes.reduce((sum, { size }) => sum + size, 0);
    for (const { watched, size } of sizes.sort((a, b) => b.size - a.size)) {
      if (total <= this.options.limit) return;
      total -= size;
      if (this.#watched.delete(watched)) watched.end();
    }
  }
}

async function ownMemory(pid: number): Promise<number | undefined> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  const kibibytes = /^RssAnon:\s+(\d+) kB$/m.exec(status)?.[1];
  return kibibytes === undefined ? undefined : Number(kibibytes) * 1024;
}
