/** Reads all streams at the same time and yields what comes as it comes. Ends them all when the reader goes away. */
export async function* mergeStreams<T>(streams: readonly AsyncIterable<T>[]): AsyncGenerator<T> {
  const open = new Map(streams.map((stream) => [stream, stream[Symbol.asyncIterator]()]));
  const next = new Map<AsyncIterable<T>, Promise<{ readonly stream: AsyncIterable<T>; readonly result: IteratorResult<T> }>>();
  const ask = (stream: AsyncIterable<T>): void => {
    const iterator = open.get(stream) as AsyncIterator<T>;
    next.set(
      stream,
      iterator.next().then((result) => ({ stream, result })),
    );
  };
  for (const stream of open.keys()) ask(stream);
  try {
    while (next.size > 0) {
      const { stream, result } = await Promise.race(next.values());
      next.delete(stream);
      if (result.done) {
        open.delete(stream);
        continue;
      }
      ask(stream);
      yield result.value;
    }
  } finally {
    for (const pending of next.values()) pending.catch(() => undefined);
    await Promise.allSettled([...open.values()].map((iterator) => iterator.return?.()));
  }
}
