import type { Logger } from '@sextant/sdk';
import { LRUCache } from 'lru-cache';
import { Piscina } from 'piscina';
import type { Highlighted, Highlighter, HighlightRequest } from '../api.js';
import type { HighlightConfig } from '../config.js';
import type { HighlightTask } from '../grammars/highlight-text.js';
import { plainLines } from '../html/line-writer.js';
import { languageOf } from '../languages/language-of.js';

const THREAD_HEAP_MB = 512;
const THREAD_IDLE_MS = 60_000;
const MOST_WAITING = 256;

/** Highlights on threads. One that is not done in time, or out of memory, is ended and replaced, and the reader gets plain lines. */
export class PooledHighlighter implements Highlighter, AsyncDisposable {
  readonly #pool: Piscina<HighlightTask, string[]>;
  readonly #cache: LRUCache<string, Highlighted>;

  constructor(
    private readonly config: () => HighlightConfig,
    private readonly log: Pick<Logger, 'warn'>,
    /** The compiled `highlight-worker.js`; tests that run from source name the one in `dist`. */
    worker = new URL('./highlight-worker.js', import.meta.url),
  ) {
    const { threads, cacheSize } = config();
    this.#pool = new Piscina({
      filename: worker.href,
      minThreads: 0,
      maxThreads: threads,
      maxQueue: MOST_WAITING,
      idleTimeout: THREAD_IDLE_MS,
      atomics: 'disabled', // a thread that blocks on its queue cannot load the next grammar
      resourceLimits: { maxOldGenerationSizeMb: THREAD_HEAP_MB },
    });
    // A thread that fails between two files; without a listener it would take the process with it.
    this.#pool.on('error', (error: unknown) => this.log.warn('a thread of highlighting failed', { error: messageOf(error) }));
    this.#cache = new LRUCache({ maxSize: Math.max(1, cacheSize), sizeCalculation: sizeOf });
  }

  async highlight(request: HighlightRequest, signal?: AbortSignal): Promise<Highlighted> {
    signal?.throwIfAborted();
    const { text, blob } = request;
    const language = languageOf(request.path, text);
    const highlightLongLines = request.highlightLongLines ?? false;
    const plain = (aborted: boolean): Highlighted => ({ aborted, language: language.name, lines: plainLines(text) });
    if (!language.grammar) return plain(false);
    // An upper bound of the bytes is enough to tell what is far too large, and costs nothing.
    if (text.length > this.config().maxFileSize) return plain(true);
    const key = JSON.stringify([blob, language.name, highlightLongLines]);
    const known = this.#cache.get(key);
    if (known) return known;
    const deadline = AbortSignal.timeout(request.disableTimeout ? this.config().longTimeout : request.timeout);
    try {
      const task = { text, language, highlightLongLines };
      const lines = await this.#pool.run(task, { signal: signal ? AbortSignal.any([signal, deadline]) : deadline });
      const found: Highlighted = { aborted: false, language: language.name, lines };
      this.#cache.set(key, found);
      return found;
    } catch (error) {
      signal?.throwIfAborted();
      if (!deadline.aborted)
        this.log.warn('a file could not be highlighted', {
          language: language.name,
          error: messageOf(error),
        });
      return plain(true);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#pool.destroy();
  }
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** Bytes, roughly: most lines are of one byte a character. */
const sizeOf = ({ lines }: Highlighted): number => lines.reduce((sum, line) => sum + line.length + 24, 64);
