/** Hands each published value to every open reader. A reader that falls behind by more than `limit` loses the oldest. */
export class ChangeFeed<V> {
  readonly #readers = new Set<(value: V) => void>();

  constructor(private readonly limit = 1_000) {}

  publish(value: V): void {
    for (const push of this.#readers) push(value);
  }

  async *read(signal: AbortSignal): AsyncGenerator<V> {
    const waiting: V[] = [];
    let wake: () => void = () => undefined;
    const push = (value: V): void => {
      waiting.push(value);
      if (waiting.length > this.limit) waiting.shift();
      wake();
    };
    const abort = (): void => wake();
    this.#readers.add(push);
    signal.addEventListener('abort', abort);
    try {
      while (!signal.aborted) {
        while (waiting.length > 0) yield waiting.shift() as V;
        if (signal.aborted) break;
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    } finally {
      this.#readers.delete(push);
      signal.removeEventListener('abort', abort);
    }
  }
}
