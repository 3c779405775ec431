import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Move, settleNames } from './settle-names.js';

const name = fc.constantFrom('a', 'A', 'b', 'B', 'c', 'd', 'e');
const moves = fc
  .uniqueArray(fc.record({ id: fc.integer({ min: 1, max: 20 }), current: fc.option(name, { nil: undefined }), wanted: name }), {
    selector: (move) => move.id,
    maxLength: 7,
  })
  // Before a sync, the living have different names.
  .map((all) => {
    const seen = new Set<string>();
    return all.map((move): Move => {
      const current = move.current?.toLowerCase();
      if (current === undefined || seen.has(current)) return { ...move, current: undefined };
      seen.add(current);
      return move;
    });
  });
const scenario = fc.tuple(moves, fc.uniqueArray(fc.constantFrom('a', 'b', 'c', 'd', 'e'), { maxLength: 2 })).map(([all, others]) => ({
  all,
  // What others hold, none of the moving have.
  held: new Set<string>(others.filter((other) => !all.some((move) => move.current?.toLowerCase() === other))),
}));

/** The names of the living afterwards, folded. */
const namesAfter = ({ all, held }: { all: readonly Move[]; held: ReadonlySet<string> }): readonly string[] => {
  const { accepted, refused } = settleNames(all, held);
  return [...held, ...accepted.map((move) => move.wanted.toLowerCase()), ...refused.flatMap((move) => move.current?.toLowerCase() ?? [])];
};

describe('settleNames', () => {
  it('never leaves two living repositories with one name', () => {
    fc.assert(
      fc.property(scenario, (s) => {
        expect(new Set(namesAfter(s)).size).toBe(namesAfter(s).length);
      }),
    );
  });

  it('answers for every move, and the same in any order', () => {
    fc.assert(
      fc.property(scenario, fc.infiniteStream(fc.nat()), ({ all, held }, random) => {
        const shuffled = all.map((move) => ({ move, at: random.next().value as number })).sort((a, b) => a.at - b.at);
        const one = settleNames(all, held);
        const other = settleNames(
          shuffled.map(({ move }) => move),
          held,
        );
        expect(one.accepted.length + one.refused.length).toBe(all.length);
        expect(new Set(other.accepted)).toEqual(new Set(one.accepted));
      }),
    );
  });

  it('refuses only what is held, wanted by two, or kept by one that was refused', () => {
    fc.assert(
      fc.property(scenario, ({ all, held }) => {
        const { accepted, refused } = settleNames(all, held);
        for (const move of refused) {
          const wanted = move.wanted.toLowerCase();
          const rivals = [
            ...accepted.map((m) => m.wanted.toLowerCase()),
            ...refused.filter((m) => m !== move).flatMap((m) => [m.current?.toLowerCase(), m.wanted.toLowerCase()]),
          ];
          expect(held.has(wanted) || rivals.includes(wanted)).toBe(true);
        }
      }),
    );
  });

  it.each<[string, Move[], string[], number[]]>([
    [
      'a swap',
      [
        { id: 1, current: 'a', wanted: 'b' },
        { id: 2, current: 'b', wanted: 'a' },
      ],
      [],
      [1, 2],
    ],
    [
      'a chain whose end is held',
      [
        { id: 1, current: 'a', wanted: 'b' },
        { id: 2, current: 'b', wanted: 'c' },
      ],
      ['c'],
      [],
    ],
    ['another case of its own name', [{ id: 1, current: 'a', wanted: 'A' }], [], [1]],
    [
      'two that want one name: the older',
      [
        { id: 2, current: 'x', wanted: 'a' },
        { id: 1, current: 'y', wanted: 'A' },
      ],
      [],
      [1],
    ],
    ['one that comes back to a name that was taken meanwhile', [{ id: 1, current: undefined, wanted: 'a' }], ['a'], []],
  ])('%s', (_what, all, held, expected) => {
    expect(
      settleNames(all, new Set(held))
        .accepted.map((move) => move.id)
        .sort(),
    ).toEqual(expected);
  });
});
