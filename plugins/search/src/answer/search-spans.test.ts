import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { admin, SearchWorld } from '../testing/a-search-world.js';

let world: SearchWorld;
beforeEach(async () => {
  world = await SearchWorld.open();
});
afterEach(() => world.close());

describe('the spans of a search', () => {
  it('say how it was understood, where it was to look, and how much it looked at', async () => {
    for (const name of ['first', 'second']) await world.add(name, { tree: { 'a.txt': 'needle\n' } });
    await world.ask('type:file needle');
    expect(world.spans).toEqual([
      { name: 'search', attributes: { 'sextant.search.matches': 2, 'sextant.search.exhaustive': true } },
      { name: 'parse query', attributes: { 'sextant.search.pattern_type': 'standard' } },
      { name: 'plan search', attributes: { 'sextant.search.alternatives': 1, 'sextant.search.repositories': 2 } },
      {
        name: 'search shards',
        attributes: {
          'sextant.search.repositories': 2,
          'sextant.search.want': 'content',
          'sextant.search.shards': 2,
          'sextant.search.shards_done': 2,
          'sextant.search.documents': 2,
          'sextant.search.matches': 2,
          'sextant.search.not_indexed': 0,
          'sextant.search.degraded': 0,
          'sextant.search.limit_hit': false,
          'sextant.search.timed_out': false,
        },
      },
    ]);
  });

  it('tell the reading of files without an index apart', async () => {
    await world.add('first', { tree: { 'a.txt': 'needle\n' }, indexed: false });
    await world.ask('type:file needle');
    expect(world.spans.at(-1)).toEqual({ name: 'scan files', attributes: { 'sextant.search.revisions': 1 } });
  });

  it('hold nothing of the query', async () => {
    await world.add('first', { tree: { 'canary-path.txt': 'canary-text\n' } });
    await world.ask('file:canary-path canary-text', admin);
    await world.ask('canary-broken (', admin, { patternType: 'regexp' });
    expect(JSON.stringify(world.spans)).not.toContain('canary');
  });
});
