import { inSpan, type Present } from './present-span.js';

export const isGenerator = (value: unknown): value is AsyncGenerator<unknown> =>
  typeof value === 'object' &&
  value !== null &&
  Symbol.asyncIterator in value &&
  typeof (value as { readonly next?: unknown }).next === 'function';

/** The same generator, each step of it run in the span. `end` is called once: at its end, its failure, or when it is left. */
export function followGenerator(
  source: AsyncGenerator<unknown>,
  present: Present,
  end: (failure?: { readonly error: unknown }) => void,
): AsyncGenerator<unknown> {
  let ended = false;
  const over = (failure?: { readonly error: unknown }): void => {
    if (!ended) end(failure);
    ended = true;
  };
  const step = async (move: () => Promise<IteratorResult<unknown>>): Promise<IteratorResult<unknown>> => {
    try {
      const result = await inSpan(present, move);
      if (result.done) over();
      return result;
    } catch (error) {
      over({ error });
      throw error;
    }
  };
  const left = (value: unknown): IteratorResult<unknown> => ({ done: true, value });
  const traced: AsyncGenerator<unknown> = {
    next: (value) => step(() => source.next(value)),
    return: (value) => step(async () => (await source.return?.(value)) ?? left(await value)),
    throw: (error) =>
      step(() => {
        if (source.throw) return source.throw(error);
        throw error;
      }),
    [Symbol.asyncIterator]: () => traced,
    [Symbol.asyncDispose]: async () => void (await traced.return(undefined)),
  };
  return traced;
}
