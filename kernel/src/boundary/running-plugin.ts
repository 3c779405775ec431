/** The plugin whose code runs synchronously on this thread, kept where another thread can read it while this one loops. */
class RunningPlugin {
  readonly #cell = new Int32Array(new SharedArrayBuffer(4)).fill(-1);
  #indexes: ReadonlyMap<string, number> = new Map();

  /** Says which ids the cell may name. @returns the cell, which holds an index into the ids, or -1. */
  list(ids: readonly string[]): { readonly cell: Int32Array<SharedArrayBuffer>; readonly plugins: readonly string[] } {
    this.#indexes = new Map(ids.map((id, index) => [id, index]));
    return { cell: this.#cell, plugins: ids };
  }

  /** @returns what `leave` must be given. */
  enter(plugin: string): number {
    const outer = this.#cell[0] as number;
    this.#cell[0] = this.#indexes.get(plugin) ?? -1;
    return outer;
  }

  leave(outer: number): void {
    this.#cell[0] = outer;
  }
}

export const runningPlugin = new RunningPlugin();
