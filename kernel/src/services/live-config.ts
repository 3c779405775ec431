import type { ConfigView } from '@sextant/sdk';

/** A plugin's slice that can be replaced while it runs. */
export class LiveConfig implements ConfigView<unknown> {
  #value: unknown;
  readonly #listeners = new Set<(next: never, previous: never) => void>();

  constructor(value: unknown) {
    this.#value = value;
  }

  get(): unknown {
    return this.#value;
  }

  onChange(listener: (next: never, previous: never) => void): Disposable {
    this.#listeners.add(listener);
    return { [Symbol.dispose]: () => void this.#listeners.delete(listener) };
  }

  /** @returns errors that listeners threw; the others were told all the same. */
  replace(next: unknown): readonly unknown[] {
    const previous = this.#value;
    this.#value = next;
    const errors: unknown[] = [];
    for (const listener of [...this.#listeners]) {
      try {
        listener(next as never, previous as never);
      } catch (error) {
        errors.push(error);
      }
    }
    return errors;
  }
}
