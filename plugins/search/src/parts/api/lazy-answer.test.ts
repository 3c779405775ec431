import { beforeEach, describe, expect, it } from 'vitest';
import type { Search, SearchRequest } from '../../api.js';
import { admin, SearchWorld } from '../../testing/a-search-world.js';
import { LazyAnswer } from './lazy-answer.js';

let world: SearchWorld;
let asked: SearchRequest[];
let answer: LazyAnswer;
beforeEach(async () => {
  world = await SearchWorld.open();
  await world.add('a', { tree: { 'a.txt': 'needle\nneedle\n' } });
  asked = [];
  const search: Search = {
    search: (request) => {
      asked.push(request);
      return world.service.search(request);
    },
    explain: (request) => world.service.explain(request),
    count: (request) => world.service.count(request),
    suggest: (request) => world.service.suggest(request),
    aggregate: (request) => world.service.aggregate(request),
    aggregationModes: (query, patternType) => world.service.aggregationModes(query, patternType),
  };
  answer = new LazyAnswer(search, { query: 'type:file needle', actor: admin, signal: new AbortController().signal }, world.wall.visibility);
  return () => world.close();
});

describe('an answer that is made as far as it is asked for', () => {
  it('is counted once, without its matches, where no field wants them', async () => {
    const [a, b] = await Promise.all([answer.counted(), answer.counted()]);
    expect(a).toBe(b);
    expect(a.progress.matchCount).toBe(2);
    expect(a.matches).toEqual([]);
    expect(asked.map(({ display }) => display)).toEqual([0]);
  });

  it.each(['before', 'after'])('is searched once where a field that wants the matches stands %s one that does not', async (place) => {
    const [counted, whole] =
      place === 'after'
        ? await Promise.all([answer.counted(), answer.whole()])
        : (await Promise.all([answer.whole(), answer.counted()])).reverse();
    expect(counted).toBe(whole);
    expect(whole?.matches).toHaveLength(1);
    expect(asked.map(({ display }) => display)).toEqual([undefined]);
  });

  it('is counted as it is searched', async () => {
    const counted = await answer.counted();
    const whole = await answer.whole();
    expect({ ...counted.progress, durationMs: 0 }).toEqual({ ...whole.progress, durationMs: 0 });
    expect([counted.filters, counted.verdict]).toEqual([whole.filters, whole.verdict]);
  });
});
