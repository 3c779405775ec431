import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { taggedIds } from './holdings.js';
import { ownersOf } from './owners-of.js';
import { PlacementKeeper } from './placement-keeper.js';

const SETTLE = 3_000;
const REPOSITORIES = [1, 2, 3, 4, 5, 6, 7, 8];

let now: number;
let nodes: string[];
let copies: number;
let drained: Set<string>;
let pins: Map<number, readonly string[]>;
let held: Map<string, Set<number>>;
let follows: Map<string, { tag: string; ids: readonly number[] }>;
let told: Map<string, string>;
let keeper: PlacementKeeper;

const newKeeper = (): PlacementKeeper =>
  new PlacementKeeper({
    indexed: async () => REPOSITORIES,
    settings: () => ({ nodes, copies }),
    steering: async () => ({ drained, pins }),
    now: () => now,
    settleAfter: SETTLE,
  });

beforeEach(() => {
  now = 0;
  nodes = ['a', 'b', 'c'];
  copies = 1;
  drained = new Set();
  pins = new Map();
  held = new Map();
  follows = new Map();
  told = new Map();
  keeper = newKeeper();
});

const heldBy = (node: string): Set<number> => {
  if (!held.has(node)) held.set(node, new Set());
  return held.get(node)!;
};

/** A node reports, as its process does. @returns what it is to hold now. */
async function report(node: string): Promise<readonly number[] | 'everything'> {
  const holds = taggedIds([...heldBy(node)], told.get(node));
  const before = follows.get(node);
  const answer = await keeper.report({ node, instance: `${node}-1`, holds, indexBytes: 100, ...(before ? { follows: before.tag } : {}) });
  if (answer.tellHoldings) {
    told.delete(node);
    return await report(node);
  }
  told.set(node, holds.tag);
  if (answer.hold === 'everything') return 'everything';
  const ids = answer.hold?.repositories ?? before?.ids ?? [];
  follows.set(node, { tag: answer.hold?.tag ?? '', ids });
  return ids;
}

/** Does one thing that it was told to do: takes a repository, or gives one up. */
function obey(node: string, chosen: number): void {
  const own = heldBy(node);
  const wanted = new Set(follows.get(node)?.ids);
  const work = [...REPOSITORIES.filter((id) => wanted.has(id) !== own.has(id))];
  const id = work[chosen % Math.max(work.length, 1)];
  if (id === undefined) return;
  if (wanted.has(id)) own.add(id);
  else own.delete(id);
}

/** All nodes report and do as they are told until nothing changes. */
async function settle(among: readonly string[] = nodes): Promise<void> {
  for (let round = 0; round < 8; round++) {
    for (const node of among) {
      await report(node);
      for (const _ of REPOSITORIES) obey(node, 0);
    }
    now += 1_500;
  }
}
const placed = (): Record<string, readonly string[]> =>
  Object.fromEntries(REPOSITORIES.map((id) => [id, [...held].flatMap(([node, ids]) => (ids.has(id) ? [node] : [])).sort()]));
const belongs = (): Record<string, readonly string[]> =>
  Object.fromEntries(REPOSITORIES.map((id) => [id, [...ownersOf(id, { nodes, copies, drained, pins })].sort()]));

describe('the placement of repositories', () => {
  it('is by what the nodes are told, and a node that was drained is empty and the others whole', async () => {
    await settle();
    expect(placed()).toEqual(belongs());
    drained = new Set(['b']);
    await settle();
    expect(heldBy('b').size).toBe(0);
    expect(placed()).toEqual(belongs());
    drained = new Set();
    pins = new Map([[1, ['b', 'c']]]);
    await settle();
    expect(placed()).toEqual(belongs());
    expect(placed()[1]).toEqual(['b', 'c']);
  });

  it('leaves every node the whole index while the configuration names none', async () => {
    nodes = [];
    expect(await report('a')).toBe('everything');
    expect((await keeper.sights())[0]).toMatchObject({ name: 'a', place: 'everything', isOnline: true });
  });

  it('lets a node give a repository up only after the new one has had it for a while, and is there', async () => {
    nodes = ['a'];
    await settle();
    nodes = ['a', 'b'];
    pins = new Map(REPOSITORIES.map((id) => [id, ['b']]));
    now += 2_000;
    await report('b');
    expect(await report('a')).toEqual(REPOSITORIES);
    heldBy('b').add(1);
    await report('b');
    expect(await report('a')).toEqual(REPOSITORIES);
    now += SETTLE;
    expect(await report('a')).toEqual(REPOSITORIES.slice(1));
    heldBy('b').add(2);
    await report('b');
    now += 60_000;
    expect(await report('a')).toEqual(REPOSITORIES);
  });

  it('takes nothing from anybody after a restart before all have reported', async () => {
    await settle();
    pins = new Map(REPOSITORIES.map((id) => [id, ['c']]));
    for (const id of REPOSITORIES) heldBy('c').add(id);
    keeper = newKeeper();
    now += 60_000;
    expect(await report('a')).toEqual([...heldBy('a')].sort());
    // Once to be told, and once to say that it goes by that.
    await report('c');
    await report('c');
    now += SETTLE;
    await report('c');
    expect(await report('a')).toEqual([]);
  });

  it('shows what moves, what is to come and to go, and two processes with one name', async () => {
    nodes = ['a'];
    await settle();
    pins = new Map([[3, ['b']]]);
    nodes = ['a', 'b'];
    now += 2_000;
    await report('a');
    const [a, b] = await keeper.sights();
    expect(a).toMatchObject({ name: 'a', isOnline: true, repositories: 8, indexBytes: 100 });
    expect(b).toMatchObject({ name: 'b', isOnline: false, outgoing: 0 });
    expect(b?.incoming).toBe(a?.outgoing);
    expect(b?.moving).toContainEqual({ repository: 3, from: ['a'] });
    const as = (instance: string) => keeper.report({ node: 'b', instance, holds: taggedIds([], undefined), indexBytes: 0 });
    for (const instance of ['one', 'two']) await as(instance);
    expect((await keeper.sights())[1]?.problem).toBeUndefined();
    await as('one');
    expect((await keeper.sights())[1]?.problem).toContain('Two processes');
  });

  it('empties a node that the configuration no longer names, and forgets it when it is gone', async () => {
    await settle();
    nodes = ['a', 'c'];
    await settle(['a', 'b', 'c']);
    expect(heldBy('b').size).toBe(0);
    expect((await keeper.sights()).map(({ name, place }) => [name, place])).toContainEqual(['b', 'unlisted']);
    now += 60_000;
    expect((await keeper.sights()).map(({ name }) => name)).toEqual(['a', 'c']);
  });

  it('never leaves a repository without a node, in whatever order nodes come, go, drain, report and obey', async () => {
    const all = ['a', 'b', 'c', 'd'];
    const step = fc.oneof(
      { weight: 6, arbitrary: fc.record({ report: fc.constantFrom(...all) }) },
      { weight: 12, arbitrary: fc.record({ obey: fc.constantFrom(...all), chosen: fc.nat(7) }) },
      { weight: 3, arbitrary: fc.record({ pass: fc.integer({ min: 500, max: 8_000 }) }) },
      fc.record({ nodes: fc.subarray(all, { minLength: 1 }), copies: fc.integer({ min: 1, max: 3 }) }),
      fc.record({ drained: fc.subarray(all) }),
      { weight: 3, arbitrary: fc.record({ pin: fc.constantFrom(1, 2), to: fc.subarray(all, { minLength: 1, maxLength: 1 }) }) },
      fc.record({ restart: fc.constant(true) }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 60, maxLength: 400, size: 'max' }), async (steps) => {
        now += 1_000_000;
        [nodes, copies, drained, pins] = [['a', 'b', 'c'], 1, new Set(), new Map()];
        [held, follows, told, keeper] = [new Map(), new Map(), new Map(), newKeeper()];
        await settle();
        for (const s of steps) {
          if ('report' in s) await report(s.report);
          else if ('obey' in s) obey(s.obey, s.chosen);
          else if ('pass' in s) now += s.pass;
          else if ('nodes' in s) [nodes, copies] = [s.nodes, s.copies];
          else if ('drained' in s) drained = new Set(s.drained);
          else if ('pin' in s) pins = new Map([...pins, [s.pin, s.to]]);
          else keeper = newKeeper();
          for (const [id, where] of Object.entries(placed())) expect([id, where.length > 0]).toEqual([id, true]);
        }
        now += 2_000;
        await settle(all);
        expect(placed()).toEqual(belongs());
      }),
      { numRuns: 100 },
    );
  });
});
