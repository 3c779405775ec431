import type { ExecutionResult } from 'graphql';

const PING = ':\n\n';

/**
 * Results as server-sent events, in the "distinct connections" form of the GraphQL over SSE protocol: `next` for each,
 * then `complete`. A comment goes first, so that headers are sent at once, and then one in every quiet `pingInterval`.
 */
export function eventStream(
  results: AsyncIterable<ExecutionResult> | ExecutionResult,
  pingInterval = 12_000,
): AsyncIterableIterator<string> {
  const iterator = Symbol.asyncIterator in results ? results[Symbol.asyncIterator]() : once(results);
  let pending: Promise<IteratorResult<ExecutionResult>> | undefined;
  let state: 'new' | 'open' | 'completed' | 'closed' = 'new';
  return {
    async next() {
      if (state === 'new') {
        state = 'open';
        return { done: false, value: PING };
      }
      if (state !== 'open') return { done: true, value: undefined };
      pending ??= iterator.next();
      const result = await quietFor(pending, pingInterval);
      if (result === undefined) return { done: false, value: PING };
      pending = undefined;
      if (!result.done) return { done: false, value: `event: next\ndata: ${JSON.stringify(result.value)}\n\n` };
      state = 'completed';
      return { done: false, value: 'event: complete\ndata:\n\n' };
    },
    async return() {
      state = 'closed';
      await iterator.return?.();
      return { done: true, value: undefined };
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}

/** Undefined when it takes longer than `milliseconds`. */
async function quietFor<T>(pending: Promise<T>, milliseconds: number): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined;
  try {
    return await Promise.race([
      pending,
      new Promise<undefined>((resolve) => {
        timer = setTimeout(() => resolve(undefined), milliseconds);
      }),
    ]);
  } finally {
    clearTimeout(timer);
  }
}

async function* once<T>(value: T): AsyncGenerator<T, undefined> {
  yield value;
}
