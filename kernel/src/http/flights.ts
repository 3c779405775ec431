import type { ServerResponse } from 'node:http';
import { type Clock, SextantError } from '@sextant/sdk';
import type { Route } from './route-table.js';

/** One request on its way. */
export class Flight {
  route: Route | undefined;
  /** Its answer is a stream of events, which has no end of its own. */
  events = false;
  clientGone = false;
  readonly #controller = new AbortController();
  #timer: NodeJS.Timeout | undefined;
  readonly #over = new AbortController();

  constructor(response: ServerResponse) {
    response.once('close', () => {
      if (response.writableFinished) return;
      this.clientGone = true;
      this.abort(new DOMException('The client went away.', 'AbortError'));
    });
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  abort(reason: unknown): void {
    if (!this.signal.aborted) this.#controller.abort(reason);
  }

  /** `time` as `performance.now()` tells it. */
  abortAt(time: number): void {
    this.#timer = setTimeout(
      () => this.abort(new SextantError('SEXTANT_HTTP_DEADLINE', { what: 'The request did not end in its time.' })),
      Math.max(0, time - performance.now()),
    );
  }

  /** Aborts it when `check` throws, which is asked again and again, `every` milliseconds after the last answer. */
  checkEvery(every: number, check: () => Promise<void>, clock: Pick<Clock, 'sleep'>): void {
    const again = async (): Promise<void> => {
      for (;;) {
        await clock.sleep(every, this.#over.signal);
        await check();
      }
    };
    again().catch((error: unknown) => {
      if (!this.#over.signal.aborted) this.abort(error);
    });
  }

  end(): void {
    this.#over.abort();
    clearTimeout(this.#timer);
  }
}

/** All requests on their way. */
export class Flights {
  readonly #flights = new Set<Flight>();
  #waiting: (() => void)[] = [];

  get size(): number {
    return this.#flights.size;
  }

  add(flight: Flight): void {
    this.#flights.add(flight);
  }

  delete(flight: Flight): void {
    flight.end();
    this.#flights.delete(flight);
    for (const wake of this.#waiting.splice(0)) wake();
  }

  /** Aborts those chosen. Returns how many. */
  abort(choose: (flight: Flight) => boolean): number {
    const chosen = [...this.#flights].filter(choose);
    for (const flight of chosen)
      flight.abort(new SextantError('SEXTANT_HTTP_DRAINING', { what: 'The server is stopping.', fix: 'Try again.' }));
    return chosen.length;
  }

  /** Waits until those chosen have ended; after `timeout` milliseconds aborts what is left of them, and returns how many. */
  async settle(choose: (flight: Flight) => boolean, timeout: number): Promise<number> {
    const until = performance.now() + timeout;
    while ([...this.#flights].some(choose)) {
      const left = until - performance.now();
      if (left <= 0) return this.abort(choose);
      let timer: NodeJS.Timeout | undefined;
      await new Promise<void>((resolve) => {
        timer = setTimeout(resolve, left);
        this.#waiting.push(resolve);
      });
      clearTimeout(timer);
    }
    return 0;
  }
}
