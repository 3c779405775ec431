import { describe, expect, it } from 'vitest';
import { concatStreams, mergeStreams } from './merge-streams.js';

describe('merged streams', () => {
  const ended: string[] = [];
  async function* counting(name: string, upTo: number) {
    try {
      for (let n = 0; n < upTo; n++) yield `${name}${n}`;
    } finally {
      ended.push(name);
    }
  }

  it('bring everything of each, in its own order', async () => {
    const all: string[] = [];
    for await (const item of mergeStreams([counting('a', 3), counting('b', 0), counting('c', 2)])) all.push(item);
    expect(all.filter((item) => item.startsWith('a'))).toEqual(['a0', 'a1', 'a2']);
    expect(all.toSorted()).toEqual(['a0', 'a1', 'a2', 'c0', 'c1']);
    expect(await Array.fromAsync(concatStreams([counting('a', 1), counting('b', 1)]))).toEqual(['a0', 'b0']);
  });

  it('are all ended when the reader leaves early, also one that waits', async () => {
    ended.length = 0;
    let wake: () => void = () => undefined;
    async function* waiting() {
      try {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
        yield 'late';
      } finally {
        ended.push('waiting');
      }
    }
    for await (const item of mergeStreams([waiting(), counting('a', 9), counting('b', 9)], () => wake())) {
      expect(item).not.toBe('late');
      break;
    }
    expect(ended.toSorted()).toEqual(['a', 'b', 'waiting']);
  });

  it('fail with the first that fails, and end the others', async () => {
    ended.length = 0;
    // biome-ignore lint/correctness/useYield: it fails before it has anything
    async function* failing(): AsyncGenerator<string> {
      throw new Error('broken');
    }
    await expect(Array.fromAsync(mergeStreams([counting('a', 99), failing()]))).rejects.toThrow('broken');
    expect(ended).toEqual(['a']);
  });
});
