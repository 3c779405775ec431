import type { SextantError } from '@sextant/sdk';
import type { ExecutionResult } from 'graphql';
import type { OperationState } from './operation-state.js';
import { coded } from './present-error.js';

const STOPPED = Symbol('stopped');

/** A subscription in progress: the results of its events, until its source, its client or the kernel ends it. */
export class LiveSubscription implements AsyncIterableIterator<ExecutionResult> {
  readonly #iterator: AsyncIterator<unknown>;
  #wake: ((value: typeof STOPPED) => void) | undefined;
  #last: ExecutionResult | undefined;
  #done = false;
  #expiry: NodeJS.Timeout | undefined;
  readonly #clientGone = (): void => this.stop();

  constructor(
    source: AsyncIterable<unknown>,
    readonly state: OperationState,
    /** The plugins that own its root field. */
    readonly plugin: string,
    private readonly resultOf: (event: unknown) => Promise<ExecutionResult>,
    private readonly onEnd: (subscription: LiveSubscription) => void,
  ) {
    this.#iterator = source[Symbol.asyncIterator]();
    if (state.input.signal.aborted) this.stop();
    else state.input.signal.addEventListener('abort', this.#clientGone, { once: true });
  }

  async next(): Promise<IteratorResult<ExecutionResult>> {
    if (!this.#done) {
      // Not Promise.race with one promise for the whole life: each race would leave a reaction on it.
      const step = await new Promise<IteratorResult<unknown> | typeof STOPPED>((resolve, reject) => {
        this.#wake = resolve;
        this.#iterator.next().then(resolve, reject);
      }).catch((error: unknown) => {
        this.#finish();
        throw error;
      });
      this.#wake = undefined;
      if (step !== STOPPED && !step.done && !this.#done) return { done: false, value: await this.resultOf(step.value) };
      this.#finish();
    }
    const last = this.#last;
    this.#last = undefined;
    return last === undefined ? { done: true, value: undefined } : { done: false, value: last };
  }

  async return(): Promise<IteratorResult<ExecutionResult>> {
    this.stop();
    return { done: true, value: undefined };
  }

  /** Ends it for its client too; with an error, that is its last event. Does not wait for the source. */
  stop(error?: SextantError): void {
    if (this.#done) return;
    if (error !== undefined) this.#last = { errors: [coded(error, this.plugin)] };
    this.#finish();
    this.#wake?.(STOPPED);
    void this.#close();
  }

  /** Ends it after so many milliseconds. The first call counts. */
  expireIn(milliseconds: number): void {
    if (this.#done) return;
    this.#expiry ??= setTimeout(() => this.stop(), milliseconds).unref();
  }

  async #close(): Promise<void> {
    try {
      await this.#iterator.return?.();
    } catch (error) {
      this.state.input.log.warn('The source of a subscription failed while closing.', { plugin: this.plugin, error });
    }
  }

  #finish(): void {
    if (this.#done) return;
    this.#done = true;
    clearTimeout(this.#expiry);
    this.state.input.signal.removeEventListener('abort', this.#clientGone);
    this.state.end(new DOMException('The subscription has ended.', 'AbortError'));
    this.onEnd(this);
  }

  [Symbol.asyncIterator](): this {
    return this;
  }
}
