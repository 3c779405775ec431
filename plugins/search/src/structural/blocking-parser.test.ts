import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { expect, it } from 'vitest';
import { BlockingParser } from './blocking-parser.js';

/** A search that is stopped at the n-th look. */
function stopAfter(looks: number): { spent(): boolean } {
  let left = looks;
  return { spent: () => left-- <= 0 };
}

it('outlives the thread that carries its messages', async () => {
  const parser = new BlockingParser(new URL('./no-such-folder/', import.meta.url));
  const find = () => parser.find('f($X)', 'JavaScript', Buffer.from('f(1)'), stopAfter(3));
  expect(find()).toBeUndefined();
  // The thread was started before this one, which is to fail in the same way: once this is known, that was told too.
  await expect(once(new Worker(new URL('./no-such-folder/x.js', import.meta.url)), 'exit')).rejects.toThrow();
  expect(find()).toBeUndefined();
  await parser.close();
});
