import { describe, expect, it } from 'vitest';
import { MemoryWatch } from './memory-watch.js';

describe('processes that read together', () => {
  it('end from the largest on, until those that are left take no more than they may (hostile row 14)', async () => {
    const memory = new Map([
      [1, 10],
      [2, 70],
      [3, 50],
      [4, 20],
    ]);
    const ended: number[] = [];
    const watch = new MemoryWatch({ limit: 60, interval: 1, memoryOf: async (pid) => memory.get(pid) });
    const remove = [...memory.keys()].map((pid) => watch.add(pid, () => ended.push(pid)));
    await expect.poll(() => ended).toEqual([2, 3]);
    for (const off of remove) off();
  });

  it('are left alone where the system does not tell what they take, and when they are over', async () => {
    const asked: number[] = [];
    const ended: number[] = [];
    const watch = new MemoryWatch({ limit: 1, interval: 1, memoryOf: async (pid) => void asked.push(pid) });
    const remove = watch.add(1, () => ended.push(1));
    await expect.poll(() => asked.length).toBeGreaterThan(2);
    remove();
    watch.add(2, () => ended.push(2))();
    expect(ended).toEqual([]);
  });
});
