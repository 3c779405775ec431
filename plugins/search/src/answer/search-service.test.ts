import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { SearchEvent } from '../api.js';
import type { EngineEvent } from '../engine/contract.js';
import { admin, aUser, SearchWorld } from '../testing/a-search-world.js';
import { added } from '../testing/fake-git.js';

let world: SearchWorld;
beforeEach(async () => {
  world = await SearchWorld.open();
});
afterEach(() => world.close());

const ada = aUser(2);
const told = (events: readonly SearchEvent[]): string => JSON.stringify(events);

describe('search', () => {
  it('hostile row 17: a grant taken away while a stream is open stops what is still to come, and what is said of it', async () => {
    for (const name of ['first', 'second', 'third']) await world.add(name, { tree: { 'a.txt': 'needle\n' } });
    world.wall.grant(ada, [1, 2, 3]);
    const { realNode } = world;
    world.node = {
      ...realNode,
      // A batch for each repository, in order.
      async *search(request) {
        for (const repository of request.scope.repositories)
          for await (const event of realNode.search({ ...request, scope: { repositories: [repository] } }))
            if (event.type !== 'done' || repository.id === 3) yield event;
      },
    };
    const events: SearchEvent[] = [];
    for await (const event of world.start('type:file needle', ada)) {
      events.push(event);
      if (event.type === 'matches' && events.filter((e) => e.type === 'matches').length === 1) {
        expect(told([event])).toContain('first');
        world.wall.grant(ada, [1]);
      }
    }
    expect(told(events)).not.toContain('second');
    expect(told(events)).not.toContain('third');
    expect(events.findLast((e) => e.type === 'progress')).toMatchObject({ progress: { matchCount: 1, done: true } });
  });

  it('hostile row 17: counts nothing of a repository that was taken away while others were counted', async () => {
    for (const name of ['first', 'second', 'third']) await world.add(name, { tree: { 'a.ts': 'needle\n' } });
    world.wall.grant(ada, [1, 2, 3]);
    const { realNode } = world;
    world.node = {
      ...realNode,
      async *search(request) {
        for (const repository of request.scope.repositories) {
          for await (const event of realNode.search({ ...request, scope: { repositories: [repository] } }))
            if (event.type !== 'done' || repository.id === 3) yield event;
          world.wall.grant(ada, [1, 3]);
        }
      },
    };
    const answer = await world.ask('type:file needle count:all', ada, { display: 0 });
    expect(answer.matches).toEqual([]);
    expect(answer.progress).toMatchObject({ matchCount: 2, done: true });
    expect(JSON.stringify(answer)).not.toContain('second');
  });

  it('names no repository in its verdict that was taken away meanwhile', async () => {
    await world.add('seen', { tree: { 'a.txt': 'needle\n' } });
    await world.add('taken', { indexed: false, status: 'cloning' });
    world.wall.grant(ada, [1, 2]);
    const later: SearchEvent[] = [];
    let taken = false;
    for await (const event of world.start('type:file needle', ada)) {
      if (taken) later.push(event);
      if (event.type === 'matches') {
        world.wall.grant(ada, [1]);
        taken = true;
      }
    }
    expect(later.map((e) => e.type)).toEqual(['filters', 'verdict', 'progress']);
    expect(told(later)).not.toContain('taken');
  });

  it('hostile row 18: gives a hidden and a missing repository the same answer', async () => {
    await world.add('hidden', { tree: { 'a.txt': 'needle\n' } });
    const bodyOf = async (name: string): Promise<string> => {
      const { events } = await world.ask(`repo:^${name}$@main needle`, ada);
      return told(events)
        .replaceAll(name, 'X')
        .replace(/"durationMs":\d+/g, '');
    };
    expect(await bodyOf('hidden')).toBe(await bodyOf('absent'));
  });

  it('searches nothing for a structural template, and lists no repositories for it', async () => {
    await world.add('a', { tree: { 'a.txt': 'needle\n' } });
    const { matches, verdict } = await world.ask('patterntype:structural needle(:[x])');
    expect(matches).toEqual([]);
    expect(verdict).toMatchObject({ exhaustive: false, words: expect.stringContaining('so nothing was searched') });
  });

  it('counts what select: gives, not the matches that it is made of', async () => {
    for (const name of ['a', 'b', 'c', 'd']) await world.add(name, { tree: { 'a.txt': 'needle\nneedle\nneedle\n', 'b.txt': 'needle\n' } });
    const { matches, verdict } = await world.ask('needle select:repo count:3');
    expect(matches).toHaveLength(3);
    expect(verdict.words).toContain('The limit of 3 results was reached');
    const all = await world.ask('needle select:repo count:9');
    expect(all.matches).toHaveLength(4);
    expect(all.verdict.exhaustive).toBe(true);
  });

  it('looks for one match in each repository where repositories are asked for, and for all where one might be hidden', async () => {
    const tree = Object.fromEntries(Array.from({ length: 9 }, (_, i) => [`${i}.txt`, 'needle\n']));
    for (const name of ['a', 'b', 'c']) await world.add(name, { tree });
    await world.add('d', { tree: { 'a.txt': 'hay\n' } });
    const { realNode } = world;
    let documents = 0;
    world.node = {
      ...realNode,
      async *search(request) {
        for await (const event of realNode.search(request)) {
          if (event.type === 'documents') documents += event.documents.length;
          yield event;
        }
      },
    };
    const asked = async (query: string, actor = admin, more = {}) => {
      documents = 0;
      const { matches, verdict } = await world.ask(query, actor, more);
      expect(verdict.exhaustive).toBe(true);
      return [
        matches
          .map(({ repository }) => repository.name)
          .sort()
          .join(' '),
        documents,
      ];
    };
    expect(await asked('needle select:repo')).toEqual(['a b c', 3]);
    expect(await asked('needle file:[0-5] select:repo')).toEqual(['a b c', 3]);
    expect(await asked('repo:has.content(needle)')).toEqual(['a b c', 3]);
    // Where matches come best first, the best of each counts.
    expect(await asked('needle select:repo', admin, { ordered: true })).toEqual(['a b c', 27]);
    // The first file is hidden from her.
    world.wall.grant(ada, [1, 2, 3, 4]);
    world.wall.hiddenPaths.set(2, new Set(['0.txt']));
    expect(await asked('needle select:repo', ada)).toEqual(['a b c', 27]);
    expect(await asked('repo:has.content(needle)', ada)).toEqual(['a b c', 27]);
  });

  it('does not say that the limit was reached when select: made fewer results of all that one search collects', async () => {
    await world.add('a', { tree: { 'a.txt': 'needle\n' } });
    const { node } = world;
    world.node = {
      ...node,
      search: async function* (o) {
        for await (const event of node.search(o))
          yield event.type === 'done' ? { ...event, summary: { ...event.summary, limitHit: true } } : event;
      },
    };
    const { verdict } = await world.ask('needle select:repo');
    expect(verdict).toMatchObject({ exhaustive: false, words: expect.stringContaining('More was found than one search collects') });
  });

  it('knows without an index that a repository without commits fulfils no condition on files', async () => {
    await world.add('a', { tree: { 'a.txt': 'needle\n' } });
    await world.add('empty', { indexed: false });
    const { defaultBranch } = world.git;
    world.git.defaultBranch = async (o) => (o.repository === 'empty' ? null : defaultBranch(o));
    const { verdict } = await world.ask('repo:has.path(a.txt) needle');
    expect(verdict).toMatchObject({ exhaustive: true });
  });

  it('asks git of few only of the many repositories that wait for their index', async () => {
    for (let i = 0; i < 60; i++) await world.add(`r${i}`, { indexed: false });
    const asked = vi.fn(world.git.defaultBranch);
    world.git.defaultBranch = asked;
    const { verdict } = await world.ask('repo:has.path(a.txt) needle');
    expect(verdict).toMatchObject({
      exhaustive: false,
      reasons: expect.arrayContaining([expect.objectContaining({ reason: 'not-indexed' })]),
    });
    expect(asked).toHaveBeenCalledTimes(50);
  });

  it('shows no path that rules hide, in contents, diffs and conditions alike', async () => {
    await world.add('a', {
      tree: { 'open.txt': 'needle\n', 'secret.txt': 'needle\n' },
      diff: [added('secret.txt', 'needle'), added('open.txt', 'hay')],
    });
    world.wall.hiddenPaths.set(1, new Set(['secret.txt']));
    world.wall.grant(ada, [1]);
    for (const query of ['needle', 'type:diff needle', 'index:no needle', 'type:repo repo:has.file(path:secret)'])
      expect(told((await world.ask(query, ada)).events)).not.toContain('secret.txt"');
    expect((await world.ask('type:diff needle', ada)).matches).toEqual([]);
    expect((await world.ask('type:diff needle', admin)).matches).toHaveLength(1);
    expect((await world.ask('type:repo repo:has.file(path:secret)', ada)).matches).toEqual([]);
  });

  it('hostile row 11: closes the search on the node within a second when the client goes away', async () => {
    await world.add('a', { tree: { 'a.txt': 'needle\n' } });
    const closed = Promise.withResolvers<void>();
    world.node = {
      ...world.realNode,
      async *search({ signal }): AsyncGenerator<EngineEvent> {
        try {
          await new Promise((_, reject) => signal?.addEventListener('abort', () => reject(signal.reason), { once: true }));
        } finally {
          closed.resolve();
        }
      },
    };
    const client = new AbortController();
    const iterator = world.start('type:file needle', admin, { signal: client.signal })[Symbol.asyncIterator]();
    expect((await iterator.next()).value).toMatchObject({ type: 'progress' });
    const next = iterator.next().catch((error: Error) => error.name);
    const left = performance.now();
    client.abort();
    await closed.promise;
    expect(performance.now() - left).toBeLessThan(1_000);
    expect(await next).toBe('AbortError');
  });

  it('hostile row 11: reads at most one batch ahead of a reader that has stopped', async () => {
    await world.add('a', { tree: { 'a.txt': 'needle\n' } });
    const { realNode } = world;
    let given = 0;
    world.node = {
      ...realNode,
      async *search(request) {
        const found: EngineEvent[] = [];
        for await (const event of realNode.search(request)) found.push(event);
        for (; given < 10_000; given++) yield found.find((e) => e.type === 'documents') as EngineEvent;
        yield found.at(-1) as EngineEvent;
      },
    };
    const iterator = world.start('type:file needle count:all', admin)[Symbol.asyncIterator]();
    for (let matches = 0; matches < 3; ) if ((await iterator.next()).value?.type === 'matches') matches++;
    await new Promise((resolve) => setImmediate(resolve));
    expect(given).toBeLessThanOrEqual(5);
    await iterator.return?.();
    expect(given).toBeLessThanOrEqual(5);
  });

  it('hostile row 9: answers a hostile regexp by its deadline while another search goes on', async () => {
    await world.add('a', { tree: { 'a.txt': `${'a'.repeat(50_000)}!\nneedle\n` } });
    const started = performance.now();
    const hostile = world.ask('type:file /(a+)+$/ timeout:500ms');
    const other = await world.ask('type:file needle');
    expect(other.matches).toHaveLength(1);
    await hostile;
    expect(performance.now() - started).toBeLessThan(3_000);
  });

  it('refuses a query that is too long with words, and searches nothing', async () => {
    const { verdict, alert } = await world.ask('x'.repeat(200_000));
    expect(alert).toBeDefined();
    expect(verdict.exhaustive).toBe(false);
  });

  it('says, when nothing is found, what it read in another way than it may have been meant', async () => {
    await world.add('a', { tree: { 'needle.txt': 'hay\n', 'call.txt': 'hay(\n' } });
    for (const query of ['path:needle (', 'flie:needle hay']) {
      const { alert, matches, verdict } = await world.ask(query);
      expect(matches).toEqual([]);
      expect(verdict.exhaustive).toBe(true);
      expect(alert).toMatchObject({
        kind: 'nothing-found',
        description: expect.stringMatching(/searched for as text.* \(at \d+(?:–\d+)?\)$/),
      });
      expect((await world.ask(alert!.proposedQueries[0]!.query)).matches).toMatchObject([{ path: 'needle.txt' }]);
    }
    const found = await world.ask('path:call (');
    expect(found.matches).toMatchObject([{ path: 'call.txt' }]);
    expect(found.alert).toMatchObject({ kind: 'query-notice', proposedQueries: [{ query: 'path:call' }] });
    expect(found.verdict.exhaustive).toBe(true);
    expect((await world.ask('path:call (', admin, { patternType: 'regexp' })).alert).toMatchObject({ kind: 'query-notice' });
    expect((await world.ask('repo:absent path:needle (')).alert).toMatchObject({ kind: 'no-repositories' });
  });

  it('looks for patterns of type:file in contents only', async () => {
    await world.add('a', { tree: { 'needle.txt': 'hay\n', 'b.txt': 'needle\n' } });
    await world.add('b', { tree: { 'needle.md': 'hay\n', 'c.md': 'needle\n' }, indexed: false });
    const paths = async (query: string) =>
      (await world.ask(query)).matches.map((match) => ('path' in match ? match.path : match.type)).sort();
    expect(await paths('needle type:file')).toEqual(['b.txt', 'c.md']);
    expect(await paths('needle type:path')).toEqual(['needle.md', 'needle.txt']);
    expect(await paths('type:file file:needle')).toEqual(['needle.md', 'needle.txt']);
    expect(await paths('type:file not needle -file:name')).toEqual(['needle.md', 'needle.txt']);
  });

  it.each([
    ['-hay', 'keyword', 'query-notice'],
    ['hay or', 'keyword', 'query-notice'],
    ['hay: x', 'standard', undefined],
    ['hay( x', 'standard', undefined],
  ] as const)('says beside what it found how it read %s by %s: %s', async (query, patternType, kind) => {
    await world.add('a', { tree: { 'a.txt': '-hay: x\nhay or\nhay( x\n' } });
    const { matches, alert, verdict } = await world.ask(query, admin, { patternType });
    expect(matches).toMatchObject([{ path: 'a.txt' }]);
    expect(alert?.kind).toBe(kind);
    expect(verdict.exhaustive).toBe(true);
  });

  it.each([
    ['nothing is shown', 'needle', { display: 0 }, true],
    ['only paths are shown', 'needle select:file', {}, true],
    ['only repositories are shown', 'needle select:repo', {}, true],
    ['lines are shown', 'needle', {}, false],
    ['some lines are shown', 'needle select:content', { display: 1 }, false],
  ] as const)('cuts out lines only where they are shown: %s', async (_name, query, more, spared) => {
    await world.add('a', { tree: { 'a.ts': 'needle needle\nfunction needle() {}\n', 'needle.txt': 'needle\n', 'b/needle.md': 'hay\n' } });
    await world.add('b', { tree: { 'c.ts': 'needle\n' }, indexed: false });
    const limits: unknown[] = [];
    const { realNode } = world;
    const asked = async (forget: boolean) => {
      world.node = {
        ...realNode,
        search: (o) => {
          limits.push(o.limits.lines);
          return realNode.search(forget ? { ...o, limits: { ...o.limits, lines: true } } : o);
        },
      };
      const { matches, progress, filters, verdict } = await world.ask(`${query} count:all`, admin, more);
      return { matches, matchCount: progress.matchCount, filters, verdict };
    };
    const answer = await asked(false);
    expect(new Set(limits)).toEqual(new Set([!spared]));
    expect(answer.matchCount).toBeGreaterThan(0);
    expect(answer).toEqual(await asked(true));
  });

  it('leaves out what ^revision reaches, and reads globs as git does', async () => {
    await world.add('a', {
      history: [{ tree: { '1': 'x' }, message: 'needle old' }],
      tree: { '2': 'needle\n' },
      message: 'needle new',
    });
    const { commits, refs } = world.git.mirrors.get('a')!;
    refs.set('refs/tags/v1', commits[0]!.oid);
    const messages = async (query: string) => (await world.ask(query)).matches.map((m) => (m.type === 'commit' ? m.message : m.type));
    expect(await messages('repo:^a$@main type:commit needle')).toEqual(['needle new', 'needle old']);
    expect(await messages('repo:^a$@main:^v1 type:commit needle')).toEqual(['needle new']);
    expect(await messages('repo:^a$@*refs/tags/* type:commit needle')).toEqual(['needle old']);
    expect(await messages('repo:^a$@*refs/*:*!refs/heads/* type:commit needle')).toEqual(['needle old']);
  });

  it('gives repositories with their metadata, and the hits in name and description', async () => {
    await world.add('needle-work', { description: 'a needle for all' });
    world.wall.metadata.set(1, [
      { key: 'team', value: 'search' },
      { key: 'core', value: null },
    ]);
    const { matches } = await world.ask('type:repo needle');
    expect(matches).toMatchObject([
      { type: 'repo', nameRanges: [[0, 6]], descriptionRanges: [[2, 8]], metadata: { team: 'search', core: null } },
    ]);
  });

  it('gives an ordered answer best first and the same each time', async () => {
    for (const name of ['c', 'a', 'b'])
      await world.add(name, {
        tree: Object.fromEntries(Array.from({ length: 20 }, (_, i) => [`${name}${i}.ts`, `${'needle '.repeat(i)}needle\n`])),
      });
    const order = async () =>
      (await world.ask('type:file needle', admin, { ordered: true })).matches.map((m) => ('path' in m ? m.path : ''));
    expect(await order()).toEqual(await order());
  });
});
