import { SextantError } from '@sextant/sdk';

/** Caps the connections one plugin holds at a time, so that it cannot empty the pool for the others. First come, first served. */
export class ConnectionSlots {
  readonly #waiting: (() => void)[] = [];
  #free: number;

  constructor(
    private readonly plugin: string,
    private readonly size: number,
    /** Milliseconds. */
    private readonly timeout: number,
  ) {
    this.#free = size;
  }

  /** @throws SEXTANT_STORAGE_BUSY */
  async take(): Promise<() => void> {
    if (this.#free > 0) this.#free -= 1;
    else await this.#wait();
    let given = false;
    return () => {
      if (given) return;
      given = true;
      const next = this.#waiting.shift();
      if (next) next();
      else this.#free += 1;
    };
  }

  #wait(): Promise<void> {
    return new Promise((resolve, reject) => {
      const granted = (): void => {
        clearTimeout(timer);
        resolve();
      };
      const timer = setTimeout(() => {
        this.#waiting.splice(this.#waiting.indexOf(granted), 1);
        reject(
          new SextantError('SEXTANT_STORAGE_BUSY', {
            what: `Plugin "${this.plugin}" waited ${this.timeout} ms for a database connection.`,
            why: `It already holds the ${this.size} it may.`,
            fix: 'Do not use the storage beside an open transaction, nor run many statements at once; use one transaction or a batch.',
          }),
        );
      }, this.timeout);
      this.#waiting.push(granted);
    });
  }
}
