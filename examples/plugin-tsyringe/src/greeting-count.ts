import { perPlugin } from '@sextant/sdk/tsyringe';

/** How often the plugin has greeted since it started; one for all of its classes. */
@perPlugin()
export class GreetingCount {
  #count = 0;

  next(): number {
    this.#count += 1;
    return this.#count;
  }

  /** Called when the plugin stops. */
  dispose(): void {
    this.#count = 0;
  }
}
