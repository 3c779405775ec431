import { AsyncLocalStorage } from 'node:async_hooks';
import type { RequestTally } from '../api/permissions.js';

const current = new AsyncLocalStorage<RequestTally>();

/** What requests made now are counted in. */
export const currentTally = (): RequestTally | undefined => current.getStore();

/** The same items, whose requests are counted: of this stream alone, however many are read at a time. */
export async function* tallied<T>(items: AsyncIterable<T>, tally: RequestTally | undefined): AsyncIterable<T> {
  if (!tally) {
    yield* items;
    return;
  }
  const iterator = items[Symbol.asyncIterator]();
  try {
    for (;;) {
      const { done, value } = await current.run(tally, () => iterator.next());
      if (done) return;
      yield value;
    }
  } finally {
    await iterator.return?.();
  }
}
