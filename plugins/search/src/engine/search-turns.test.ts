import { beforeEach, describe, expect, it } from 'vitest';
import { SearchTurns, type Turn } from './search-turns.js';
import type { QuerySpec, RunningQuery } from './shard-executor.js';

let now: number;
let turns: SearchTurns;
beforeEach(() => {
  now = 1_000;
  turns = new SearchTurns(() => now);
});

const aQuery = (laborious = false): RunningQuery => ({
  spec: { id: 1, laborious } as QuerySpec,
  compiled: { root: { op: 'const', value: true }, atoms: [] },
  nextBatch: () => undefined,
  settle: () => undefined,
});
const arrive = (after = 0, laborious = false): Turn => {
  now += after;
  return turns.add(aQuery(laborious));
};
const order = (lane: 'light' | 'heavy', ...known: Turn[]) => turns.waiting(lane, 2).map((turn) => known.indexOf(turn));

describe('turns among searches', () => {
  it('go to the one that came first, as long as none has used anything', () => {
    const [a, b] = [arrive(), arrive(1)];
    expect(order('light', a, b)).toEqual([0, 1]);
  });

  it('go to a new search before one that has used much', () => {
    const a = arrive();
    a.used = 20;
    const b = arrive(100);
    expect(order('light', a, b)).toEqual([1, 0]);
  });

  it('go to an old search before any number of new ones, once it has waited in proportion to what it used', () => {
    const a = arrive();
    a.used = 20;
    const others = Array.from({ length: 100 }, () => arrive(10));
    const place = order('light', a, ...others).indexOf(0);
    expect(place).toBeGreaterThan(0);
    expect(place).toBeLessThan(25);
  });

  it('are shared among heavy searches by what each has used', () => {
    const [a, b] = [arrive(), arrive()];
    [a.used, b.used] = [900, 300];
    expect(order('heavy', a, b)).toEqual([1, 0]);
    b.used += 700;
    expect(order('heavy', a, b)).toEqual([0, 1]);
  });

  it('move to the heavy lane with a search that takes long, and are there from the start for one that is sure to', () => {
    const [a, b] = [arrive(), arrive(0, true)];
    expect([order('light', a, b), order('heavy', a, b)]).toEqual([[0], [1]]);
    a.used = 60;
    expect([order('light', a, b), order('heavy', a, b)]).toEqual([[], [1, 0]]);
  });

  it('remember what a search has used when it comes back with more work', () => {
    const a = arrive();
    a.used = 60;
    turns.remove(a.query);
    expect(order('heavy', a)).toEqual([]);
    expect(turns.add(a.query)).toBe(a);
    expect(order('heavy', a)).toEqual([0]);
  });

  it('give a search one thread at first, and no more than its share later', () => {
    const a = arrive();
    a.active = 1;
    expect(order('light', a)).toEqual([]);
    a.spread = true;
    expect(order('light', a)).toEqual([0]);
    a.active = 2;
    expect(order('light', a)).toEqual([]);
  });
});
