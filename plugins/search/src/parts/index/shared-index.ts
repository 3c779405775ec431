import type { IndexOptions } from '../../index/index-options.js';
import type { IndexStore } from '../../index/index-store.js';

/** How the one store of this process's builder is opened, and how it is to build. */
export interface IndexSetup {
  open(): Promise<IndexStore>;
  /** As it stands now. */
  options(): Promise<IndexOptions>;
}

/** The one store of this process's builder, opened at the first need. */
export class SharedIndex {
  #store: Promise<IndexStore> | undefined;
  #setup: IndexSetup | undefined;

  /** Says how; before the first call of anything else. */
  use(setup: IndexSetup): void {
    this.#setup = setup;
    this.#store = undefined;
  }

  store(): Promise<IndexStore> {
    if (!this.#setup) return Promise.reject(new Error('The part has not started.'));
    this.#store ??= this.#setup.open();
    return this.#store;
  }

  /** The store, to build with what plugins and machine have now. */
  async builder(): Promise<IndexStore> {
    const store = await this.store();
    store.use(await this.#setup!.options());
    return store;
  }
}
