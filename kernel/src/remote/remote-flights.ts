import type { SextantError } from '@sextant/sdk';

/** Milliseconds for calls that were aborted to end. */
const LAST = 1_000;

/** The calls of one service that are on their way. */
export class RemoteFlights {
  readonly #flights = new Set<AbortController>();
  #landed: () => void = () => undefined;

  /** @returns the signal to work with, which also aborts when the service leaves; disposing says that the call has ended. */
  begin(signal: AbortSignal | undefined): Disposable & { readonly signal: AbortSignal } {
    const controller = new AbortController();
    this.#flights.add(controller);
    return {
      signal: signal ? AbortSignal.any([signal, controller.signal]) : controller.signal,
      [Symbol.dispose]: () => {
        this.#flights.delete(controller);
        if (this.#flights.size === 0) this.#landed();
      },
    };
  }

  /** Resolves when all have ended: by themselves within `grace` milliseconds, else aborted with `reason`. */
  async settle(grace: number, reason: () => SextantError): Promise<void> {
    await this.#within(grace);
    if (this.#flights.size === 0) return;
    for (const flight of this.#flights) flight.abort(reason());
    await this.#within(LAST);
  }

  async #within(milliseconds: number): Promise<void> {
    if (this.#flights.size === 0) return;
    let timer: NodeJS.Timeout | undefined;
    await new Promise<void>((resolve) => {
      this.#landed = resolve;
      timer = setTimeout(resolve, milliseconds);
    });
    clearTimeout(timer);
  }
}
