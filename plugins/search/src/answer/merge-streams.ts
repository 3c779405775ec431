/**
 * Reads all streams at the same time, one item ahead of the reader, and yields what comes as it comes.
 * @param stop called before the streams are ended: a stream that waits for its next item must wake up
 */
export async function* mergeStreams<T>(streams: readonly AsyncIterable<T>[], stop: () => void = () => undefined): AsyncGenerator<T> {
  const open = new Map(streams.map((stream, key) => [key, stream[Symbol.asyncIterator]()]));
  const next = new Map<number, Promise<{ readonly key: number; readonly result: IteratorResult<T> }>>();
  const ask = (key: number): void => {
    const asked = (open.get(key) as AsyncIterator<T>).next().then((result) => ({ key, result }));
    // Whoever awaits it hears of the failure; nobody does after the first one.
    asked.catch(() => undefined);
    next.set(key, asked);
  };
  try {
    for (const key of open.keys()) ask(key);
    while (next.size > 0) {
      const { key, result } = await Promise.race(next.values());
      next.delete(key);
      if (result.done) {
        open.delete(key);
        continue;
      }
      ask(key);
      yield result.value;
    }
  } finally {
    stop();
    await Promise.allSettled([...open.values()].map((iterator) => iterator.return?.()));
  }
}

/** Reads the streams one after another: what comes is in the same order each time. */
export async function* concatStreams<T>(streams: readonly AsyncIterable<T>[]): AsyncGenerator<T> {
  for (const stream of streams) yield* stream;
}
