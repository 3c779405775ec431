import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { IdSet } from './id-set.js';

const ids = fc.uniqueArray(fc.integer({ min: 0, max: 70_000 }), { maxLength: 200 });
const sorted = (numbers: Iterable<number>): number[] => [...new Set(numbers)].sort((a, b) => a - b);

describe('a set of ids', () => {
  it('joins, meets and leaves out as sets do, and changes neither of the two', () => {
    fc.assert(
      fc.property(ids, ids, (one, two) => {
        const [a, b] = [IdSet.of(one), IdSet.of(two)];
        expect([...a.or(b)]).toEqual(sorted([...one, ...two]));
        expect([...a.and(b)]).toEqual(sorted(one.filter((id) => two.includes(id))));
        expect([...a.without(b)]).toEqual(sorted(one.filter((id) => !two.includes(id))));
        expect([[...a], [...b]]).toEqual([sorted(one), sorted(two)]);
      }),
    );
  });

  it('crosses as bytes in which bit i of the whole is id i', () => {
    fc.assert(
      fc.property(ids, (some) => {
        const bytes = IdSet.of(some).toBytes();
        for (const id of some.slice(0, 20)) expect(((bytes[id >>> 3] ?? 0) >>> (id & 7)) & 1).toBe(1);
        expect([...IdSet.fromBytes(bytes)]).toEqual(sorted(some));
        expect([...IdSet.fromBytes(bytes, 8_192)]).toEqual(sorted(some).map((id) => id + 8_192));
      }),
    );
  });
});
