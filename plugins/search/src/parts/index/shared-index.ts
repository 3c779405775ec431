import type { IndexStore } from '../../index/index-store.js';

/** The one store of this process's builder, opened at the first need. */
export class SharedIndex {
  #store: Promise<IndexStore> | undefined;

  constructor(private open: () => Promise<IndexStore>) {}

  store(): Promise<IndexStore> {
    this.#store ??= this.open();
    return this.#store;
  }

  /** Says how to open it; before the first call of {@link store}. */
  use(open: () => Promise<IndexStore>): void {
    this.open = open;
    this.#store = undefined;
  }
}
