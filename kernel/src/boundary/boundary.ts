import { AsyncLocalStorage } from 'node:async_hooks';
import { SextantError } from '@sextant/sdk';
import { NO_TRACING, type Tracing } from '../observability/tracing.js';
import { runningPlugin } from './running-plugin.js';

export type EntryKind = 'resolver' | 'route' | 'job' | 'schedule' | 'hook' | 'event' | 'health' | 'command' | 'factory' | 'call';

/** Where plugin code was entered: what an error, a late rejection or a slow hook is blamed on. */
export interface Entry {
  readonly plugin: string;
  readonly kind: EntryKind;
  readonly name: string;
}

const entries = new AsyncLocalStorage<Entry>();

/** The innermost plugin entry this code runs in: also inside `unhandledRejection` handlers. */
export const currentEntry = (): Entry | undefined => entries.getStore();

export interface BoundaryObserver {
  /** An error left plugin code. Called once per error and entry. */
  failed(entry: Entry, error: unknown): void;
  /** False while the plugin's circuit is open. */
  allows(plugin: string): boolean;
}

/**
 * The only way into plugin code: it names the entry for whatever happens inside, counts errors against the plugin, and
 * refuses while the plugin's circuit is open. Errors that a caller caused (a SextantError below 500) are not the plugin's. Where
 * a person asks, it is entered within `runAs`: the budget tells people apart.
 */
export class Boundary {
  constructor(
    private readonly observer: BoundaryObserver,
    private readonly tracing: Tracing = NO_TRACING,
  ) {}

  /**
   * Enters without a deadline of its own: for resolvers, which share their operation's. Returns what `work` returns.
   * @param signal whose reason is not the plugin's error: whoever aborted it has told of it
   */
  enter<R>(entry: Entry, work: () => R, signal?: AbortSignal): R {
    if (!this.observer.allows(entry.plugin)) throw circuitOpen(entry.plugin);
    let result: R;
    const outer = runningPlugin.enter(entry.plugin);
    try {
      result =
        entry.kind === 'resolver' && this.tracing.active
          ? this.tracing.resolver(entry.plugin, entry.name, () => entries.run(entry, work))
          : entries.run(entry, work);
    } catch (error) {
      this.#count(entry, error, signal);
      throw error;
    } finally {
      runningPlugin.leave(outer);
    }
    if (result instanceof Promise) {
      return result.catch((error: unknown) => {
        this.#count(entry, error, signal);
        throw error;
      }) as R;
    }
    return result;
  }

  /**
   * Enters with a deadline in milliseconds; 0 and Infinity are none. The signal given to `work` aborts at the deadline and with `signal`; if
   * `work` does not end then, the caller goes on with SEXTANT_PLUGIN_DEADLINE and the entry is blamed. `again` lets the deadline count anew.
   */
  async run<R>(
    entry: Entry,
    options: { readonly deadline: number; readonly signal?: AbortSignal },
    work: (signal: AbortSignal, again: () => void) => R | Promise<R>,
  ): Promise<R> {
    if (options.deadline <= 0 || !Number.isFinite(options.deadline)) {
      const { signal = new AbortController().signal } = options;
      return await this.enter(entry, () => work(signal, () => undefined), signal);
    }
    const controller = new AbortController();
    const forward = (): void => controller.abort(options.signal?.reason);
    if (options.signal?.aborted) forward();
    options.signal?.addEventListener('abort', forward, { once: true });
    let timer: NodeJS.Timeout | undefined;
    try {
      const deadline = new Promise<never>((_, reject) => {
        timer = setTimeout(() => {
          const error = overdue(entry, options.deadline);
          controller.abort(error);
          this.#count(entry, error);
          reject(error);
        }, options.deadline);
      });
      const again = (): void => {
        if (!controller.signal.aborted) timer?.refresh();
      };
      const result = this.enter(entry, () => work(controller.signal, again), controller.signal);
      if (!(result instanceof Promise)) return result;
      return await Promise.race([result, deadline]);
    } finally {
      clearTimeout(timer);
      options.signal?.removeEventListener('abort', forward);
    }
  }

  /**
   * Counts an error that escaped every wrapper (a late rejection, a throw in a timer) against the entry it was begun in.
   * @returns false when it was begun in none.
   */
  blame(error: unknown): boolean {
    const entry = currentEntry();
    if (entry) this.observer.failed(entry, error);
    return entry !== undefined;
  }

  #count(entry: Entry, error: unknown, signal?: AbortSignal): void {
    if (signal?.aborted && error === signal.reason) return;
    if (SextantError.is(error) && error.status < 500) return;
    if (error instanceof Error && error.name === 'AbortError') return;
    this.observer.failed(entry, error);
  }
}

const circuitOpen = (plugin: string): SextantError =>
  new SextantError('SEXTANT_PLUGIN_CIRCUIT_OPEN', {
    what: `The plugin "${plugin}" rests after too many errors.`,
    fix: 'Try again in a moment; its errors are in the log.',
  });

const overdue = (entry: Entry, deadline: number): SextantError =>
  new SextantError('SEXTANT_PLUGIN_DEADLINE', {
    what: `Plugin "${entry.plugin}": ${entry.kind} "${entry.name}" did not end within ${deadline} ms.`,
    fix: 'See what it waits for; raise its timeout if the wait is right.',
  });
