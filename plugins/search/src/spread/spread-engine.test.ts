import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { SearchEngine, SearchMatch, SearchRequest } from '../api.js';
import { admin, type CollectedEvents, SearchWorld } from '../testing/a-search-world.js';
import { SpreadEngine } from './spread-engine.js';

const NAMES = ['a', 'b', 'c', 'd', 'e', 'f'];
const unreachable = (): never => {
  throw new Error('connect ECONNREFUSED');
};
/** A node that stopped: it answers nothing at all. */
const down: SearchEngine = {
  search: () => ({ [Symbol.asyncIterator]: () => ({ next: async () => unreachable() }) }),
  explain: async () => unreachable(),
  status: async () => unreachable(),
  holdings: async () => unreachable(),
  skippedFiles: async () => unreachable(),
};

let world: SearchWorld;
let whole: CollectedEvents;
let now: number;
beforeEach(async () => {
  world = await SearchWorld.open();
  for (const name of NAMES) await world.add(name, { tree: { 'a.txt': `needle ${name}\n`, 'b.txt': 'a needle\n' } });
  whole = await world.ask('needle');
  now = 0;
});
afterEach(() => world.close());

function spread(...nodes: readonly SearchEngine[]): void {
  world.node = new SpreadEngine(
    nodes.map((client, i) => ({ address: `node-${i}`, client })),
    () => now,
    20,
  );
}
const told = (matches: readonly SearchMatch[]): string[] =>
  matches.map((m) => `${m.repository.name} ${'path' in m ? m.path : ''} ${m.type === 'content' ? m.matchCount : ''}`).sort();
/** That an answer is what one node with the whole index gives. */
async function expectWhole(more: Partial<SearchRequest> = {}): Promise<void> {
  const answer = await world.ask('needle', admin, more);
  expect(told(answer.matches)).toEqual(told(whole.matches));
  expect(answer.verdict).toMatchObject({ exhaustive: true });
}

describe('several search nodes as one', () => {
  it('answer as one node with the whole index does, whoever holds what', async () => {
    spread(world.nodeWith(new Set([1, 2])), world.nodeWith(new Set([3])), world.nodeWith(new Set([4, 5, 6])));
    await expectWhole();
    spread(world.nodeWith(new Set([1, 2, 3, 4])), world.nodeWith(new Set([3, 4, 5, 6])), world.nodeWith(new Set()));
    await expectWhole();
  });

  it('are best first in an ordered answer', async () => {
    const alone = await world.ask('needle', admin, { ordered: true });
    spread(world.nodeWith(new Set([1, 4])), world.nodeWith(new Set([2, 5])), world.nodeWith(new Set([3, 6])));
    const together = await world.ask('needle', admin, { ordered: true });
    expect(together.matches).toEqual(alone.matches);
  });

  it('name what a node that is down holds alone, and miss nothing that another holds too', async () => {
    const nodes = [world.nodeWith(new Set([1, 2])), world.nodeWith(new Set([2, 3, 4, 5, 6]))];
    spread(down, nodes[1]!);
    const answer = await world.ask('needle');
    expect(answer.verdict.reasons).toMatchObject([{ reason: 'shard-missing', repositories: ['a'] }]);
    expect(new Set(answer.matches.map((m) => m.repository.name))).toEqual(new Set(['b', 'c', 'd', 'e', 'f']));
    spread(down, world.realNode);
    await expectWhole();
  });

  it('name what a node does not answer in time, and wait no longer', async () => {
    const stuck: SearchEngine = {
      ...world.nodeWith(new Set([1, 2])),
      search: () => ({ [Symbol.asyncIterator]: () => ({ next: () => new Promise(() => undefined) }) }),
    };
    spread(stuck, world.nodeWith(new Set([3, 4, 5, 6])));
    const answer = await world.ask('needle timeout:300ms');
    expect(answer.verdict.reasons).toContainEqual(expect.objectContaining({ reason: 'shard-missing', repositories: ['a', 'b'] }));
    expect(new Set(answer.matches.map((m) => m.repository.name))).toEqual(new Set(['c', 'd', 'e', 'f']));
  });

  it('go on with another copy when a node says nothing any more, and tell nothing twice', async () => {
    const real = world.nodeWith(new Set([1, 2, 3]));
    const hung: SearchEngine = {
      ...real,
      search: (o) => {
        const events = real.search(o)[Symbol.asyncIterator]();
        let said = 0;
        return { [Symbol.asyncIterator]: () => ({ next: () => (said++ < 1 ? events.next() : new Promise(() => undefined)) }) };
      },
    };
    spread(hung, world.nodeWith(new Set([1, 2, 3, 4, 5, 6])));
    await expectWhole();
  });

  it('go on with another copy when a node fails in the middle of its answer, and tell nothing twice', async () => {
    for (const failing of [0, 1, 2]) {
      const nodes = [new Set([1, 2, 3, 4]), new Set([3, 4, 5, 6]), new Set([1, 2, 5, 6])].map((held) => world.nodeWith(held));
      const { search } = nodes[failing]!;
      nodes[failing] = {
        ...nodes[failing]!,
        search: async function* (request) {
          for await (const event of search(request)) {
            if (event.type === 'done') unreachable();
            if (event.type === 'documents') yield { ...event, documents: event.documents.slice(0, 2) };
          }
        },
      };
      for (const ordered of [false, true]) {
        spread(...nodes);
        await expectWhole({ ordered });
      }
    }
  });

  it('find a repository that has moved since they were asked, and lose none on its way', async () => {
    const first = new Set([1, 2, 3]);
    const second = new Set([4, 5, 6]);
    spread(world.nodeWith(first), world.nodeWith(second));
    await expectWhole();
    for (const id of [...first]) {
      second.add(id);
      await expectWhole();
      first.delete(id);
      await expectWhole();
    }
  });

  it('ask again for what they hold when that was a while ago, and a node that was down then too', async () => {
    let isUp = false;
    const real = world.nodeWith(new Set([1, 2, 3]));
    const flaky = Object.fromEntries(
      Object.keys(real).map((method) => [method, (o: never) => (isUp ? real : down)[method as keyof SearchEngine](o)]),
    ) as unknown as SearchEngine;
    spread(flaky, world.nodeWith(new Set([4, 5, 6])));
    expect((await world.ask('needle')).verdict.reasons).toMatchObject([{ reason: 'shard-missing', repositories: ['a', 'b', 'c'] }]);
    isUp = true;
    now += 10_000;
    await expectWhole();
  });

  it('say of what none of them holds that there is no index, and answer it from the mirror', async () => {
    spread(world.nodeWith(new Set([1, 2, 3])), world.nodeWith(new Set([4, 5])));
    await expectWhole();
    const { verdict } = await world.ask('needle index:only');
    expect(verdict.reasons).toMatchObject([{ reason: 'not-indexed', repositories: ['f'] }]);
  });
});
