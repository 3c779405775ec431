import type { RepoName } from '@sextant/sdk';
import { CatFile } from './cat-file.js';
import type { GitRunner } from './git-runner.js';
import { Semaphore } from './semaphore.js';

/** Whose objects are read, and until when. */
export interface Reading {
  readonly repository?: RepoName | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface CatFilePoolOptions {
  /** Processes at once, over all repositories. */
  readonly capacity: number;
  /** Milliseconds an idle process is kept. */
  readonly idle: number;
  /** For whom a reader is: each has at most half of them. */
  readonly cause?: () => string | undefined;
}

interface Idle {
  readonly gitDir: string;
  readonly reader: CatFile;
  readonly timer: NodeJS.Timeout;
}

/** Batch readers, kept warm per repository and bounded over all of them. */
export class CatFilePool implements AsyncDisposable {
  private readonly slots: Semaphore;
  /** Oldest first: who makes room is at the front. */
  private idle: Idle[] = [];
  private open = 0;

  constructor(
    private readonly runner: GitRunner,
    private readonly options: CatFilePoolOptions,
  ) {
    this.slots = new Semaphore(options.capacity);
  }

  /** Runs `work` with a reader of its own. Nothing that waits for others may happen in it: there are few readers. */
  use<R>(gitDir: string, { repository, signal }: Reading, work: (reader: CatFile) => Promise<R>): Promise<R> {
    // Of the conversation: the process was there before, and outlives the trace.
    return this.runner.span('cat-file', repository, async (span) => {
      const asked = performance.now();
      const lease = await this.lease(gitDir, signal);
      span.set('sextant.git.waited_ms', Math.round(performance.now() - asked));
      try {
        return await work(lease.reader);
      } catch (error) {
        throw signal?.aborted ? signal.reason : error;
      } finally {
        lease.release();
      }
    });
  }

  /** Ends the idle readers of a repository whose files are about to move. */
  evict(gitDir: string): void {
    for (const entry of this.idle.filter((e) => e.gitDir === gitDir)) this.drop(entry);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const entry of [...this.idle]) this.drop(entry);
  }

  private async lease(gitDir: string, signal: AbortSignal | undefined): Promise<{ readonly reader: CatFile; release(): void }> {
    const releaseSlot = await this.slots.acquire(signal, this.options.cause?.());
    const reader = await this.take(gitDir).catch((error) => {
      releaseSlot();
      throw error;
    });
    const stop = () => reader.end();
    signal?.addEventListener('abort', stop, { once: true });
    // Whoever asked may have left while it was started.
    if (signal?.aborted) stop();
    return {
      reader,
      release: () => {
        signal?.removeEventListener('abort', stop);
        if (reader.busy || !reader.alive || signal?.aborted) {
          reader.end();
          this.open--;
        } else this.keep(gitDir, reader);
        releaseSlot();
      },
    };
  }

  private async take(gitDir: string): Promise<CatFile> {
    for (let i = this.idle.length - 1; i >= 0; i--) {
      const entry = this.idle[i]!;
      if (entry.gitDir !== gitDir) continue;
      clearTimeout(entry.timer);
      this.idle.splice(i, 1);
      if (entry.reader.alive) return entry.reader;
      this.open--;
    }
    if (this.open >= this.options.capacity && this.idle[0]) this.drop(this.idle[0]);
    this.open++;
    return await CatFile.start(this.runner, gitDir).catch((error) => {
      this.open--;
      throw error;
    });
  }

  private keep(gitDir: string, reader: CatFile): void {
    const entry: Idle = { gitDir, reader, timer: setTimeout(() => this.drop(entry), this.options.idle) };
    entry.timer.unref();
    this.idle.push(entry);
  }

  private drop(entry: Idle): void {
    clearTimeout(entry.timer);
    this.idle = this.idle.filter((e) => e !== entry);
    entry.reader.end();
    this.open--;
  }
}
