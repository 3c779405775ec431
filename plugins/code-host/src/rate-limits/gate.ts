import type { Clock } from '@sextant/sdk';
import type { TurnRequest } from '../api/rate-limits.js';

interface Waiting {
  readonly request: TurnRequest;
  grant(): void;
  refuse(error: unknown): void;
}

export interface GateOptions {
  readonly clock: Clock;
  /** Milliseconds until this request may be made; 0 when it may. */
  wait(request: TurnRequest): Promise<number>;
  granted(request: TurnRequest): void;
  tooLong(request: TurnRequest, wait: number): Error;
}

const AT_ONCE = 8;

/** The queue before one budget: people first, then in the order of coming; so many at once, and none before its time. */
export class Gate {
  readonly #queues = { interactive: [] as Waiting[], background: [] as Waiting[] };
  #running = 0;
  #pumping = false;
  #wake: AbortController | undefined;

  constructor(private readonly options: GateOptions) {}

  get waiting(): number {
    return this.#queues.interactive.length + this.#queues.background.length;
  }

  get idle(): boolean {
    return this.#running === 0 && this.waiting === 0;
  }

  enter(request: TurnRequest): Promise<void> {
    const { signal } = request;
    signal.throwIfAborted();
    return new Promise((resolve, reject) => {
      const queue = this.#queues[request.priority];
      const leave = (): void => {
        const at = queue.indexOf(waiting);
        if (at >= 0) queue.splice(at, 1);
        reject(signal.reason);
        this.#changed();
      };
      const settle = (done: () => void) => (): void => {
        signal.removeEventListener('abort', leave);
        done();
      };
      const waiting: Waiting = { request, grant: settle(resolve), refuse: (error) => settle(() => reject(error))() };
      signal.addEventListener('abort', leave, { once: true });
      queue.push(waiting);
      this.#changed();
    });
  }

  leave(): void {
    this.#running--;
    this.#changed();
  }

  /** Something is other than it was: who comes first may be, or whether there is room. */
  #changed(): void {
    this.#wake?.abort();
    if (!this.#pumping) void this.#pump();
  }

  async #pump(): Promise<void> {
    this.#pumping = true;
    try {
      for (let next = this.#next; next !== undefined; next = this.#next) {
        const wake = new AbortController();
        this.#wake = wake;
        const { request } = next;
        const wait = await this.options.wait(request).catch((error: unknown) => error as Error);
        // Whoever went away meanwhile is told already.
        if (!this.#queues[request.priority].includes(next)) continue;
        if (wait === 0) {
          this.#take(next);
          this.#running++;
          this.options.granted(request);
          next.grant();
        } else if (typeof wait !== 'number') this.#take(next).refuse(wait);
        else if (wait > (request.patience ?? Number.POSITIVE_INFINITY)) this.#take(next).refuse(this.options.tooLong(request, wait));
        else if (!wake.signal.aborted) await this.options.clock.sleep(wait, wake.signal).catch(() => undefined);
      }
    } finally {
      this.#pumping = false;
      this.#wake = undefined;
    }
  }

  #take(waiting: Waiting): Waiting {
    const queue = this.#queues[waiting.request.priority];
    queue.splice(queue.indexOf(waiting), 1);
    return waiting;
  }

  get #next(): Waiting | undefined {
    const next = this.#queues.interactive[0] ?? this.#queues.background[0];
    return next && this.#running < (next.request.limits?.concurrency ?? AT_ONCE) ? next : undefined;
  }
}
