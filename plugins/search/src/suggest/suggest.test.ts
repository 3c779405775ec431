import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Suggestions, SuggestRequest } from '../api.js';
import { admin, aUser, SearchWorld } from '../testing/a-search-world.js';

const ada = aUser(2);

/** The cursor is where `|` stands. */
function ask(world: SearchWorld, written: string, more: Partial<SuggestRequest> = {}): Promise<Suggestions> {
  const position = written.indexOf('|');
  const query = written.slice(0, position) + written.slice(position + 1);
  return world.service.suggest({ query, position, actor: admin, signal: new AbortController().signal, ...more });
}
const labels = ({ suggestions }: Suggestions): readonly string[] => suggestions.map(({ label }) => label);
/** The query with the first of the suggestions, or the one of this label, put in. */
function accepted(written: string, { suggestions }: Suggestions, label?: string): string {
  const query = written.replace('|', '');
  const chosen = label === undefined ? suggestions[0] : suggestions.find((s) => s.label === label);
  return chosen ? query.slice(0, chosen.range.start) + chosen.insertText + query.slice(chosen.range.end) : '(none)';
}

describe('suggestions', () => {
  let world: SearchWorld;
  beforeAll(async () => {
    world = await SearchWorld.open();
    await world.add('github.com/acme/web-app', {
      stars: 5,
      description: 'The app',
      tree: {
        'src/router.ts': 'export class Router {}\nexport function routeTo() {}\n',
        'src/my file (1).ts': 'export const odd = 1;\n',
        'lib/app.py': 'def app():\n  pass\n',
      },
    });
    await world.add('github.com/acme/app', { stars: 9, tree: { 'app.go': 'package app\nfunc RouterOf() {}\n' } });
    await world.add('github.com/acme/app-fork', { fork: true, stars: 99, tree: { 'app.go': 'package app\n' } });
    await world.add('github.com/acme/user@host', { tree: { 'a.lisp': '(defun a ())\n' } });
    const refs = world.git.mirrors.get('github.com/acme/app')!.refs;
    const head = refs.get('refs/heads/main')!;
    for (const name of ['heads/release/1', 'heads/maintenance', 'tags/v1.0']) refs.set(`refs/${name}`, head);
  });
  afterAll(() => world.close());

  it.each<readonly [string, string]>([
    // Filters
    ['re|', 'repo:'],
    ['foo fi|', 'foo file:'],
    ['foo fi|le', 'foo file:'],
    ['r|', 'repo:'],
    ['-fi|', '-file:'],
    ['(repo:app or fi|', '(repo:app or file:'],
    ['(fi|', '(file:'],
    ['re|:app x', 'repo:app x'],
    ['-re|po:app', '-repo:app'],
    ['not fi|', 'not file:'],
    // Values that can be listed
    ['type:s|', 'type:symbol'],
    ['case:|', 'case:yes'],
    ['select:file.d|', 'select:file.directory'],
    ['select:symbol.func|', 'select:symbol.function'],
    ['patterntype:key| x', 'patterntype:keyword x'],
    ['fork:o|', 'fork:only'],
    ['count:a|', 'count:all'],
    ['type:commit after:"1 w|', 'type:commit after:"1 week ago"'],
    ['type:commit after:1| x', 'type:commit after:"1 week ago" x'],
    ['repo:has.de|', 'repo:has.description('],
    ['file:has.c|', 'file:has.content('],
    // Repositories
    ['repo:web|', 'repo:^github\\.com/acme/web-app$'],
    ['r:WEB|', 'r:^github\\.com/acme/web-app$'],
    ['-repo:web|', '-repo:^github\\.com/acme/web-app$'],
    ['repo:^github\\.com/acme/w|', 'repo:^github\\.com/acme/web-app$'],
    ['repo:^github\\.com/acme/web-app$|', 'repo:^github\\.com/acme/web-app$'],
    ['repo:"web|', 'repo:^github\\.com/acme/web-app$'],
    ['repo:"we|b" x', 'repo:^github\\.com/acme/web-app$ x'],
    ['repo:app|', 'repo:^github\\.com/acme/app$'],
    ['repo:user|', 'repo:^github\\.com/acme/user\\@host$'],
    ['repo:we|@main x', 'repo:^github\\.com/acme/web-app$@main x'],
    ['(repo:web|)', '(repo:^github\\.com/acme/web-app$)'],
    ['web|', 'repo:^github\\.com/acme/web-app$'],
    // Files
    ['file:rou|', 'file:^src/router\\.ts$'],
    ['f:rou|', 'f:^src/router\\.ts$'],
    ['file:^src/r|', 'file:^src/router\\.ts$'],
    ['-file:rou|', '-file:^src/router\\.ts$'],
    ['repo:web file:app|', 'repo:web file:^lib/app\\.py$'],
    ['lang:python file:|', 'lang:python file:^lib/app\\.py$'],
    ['repo:web router.ts|', 'repo:web file:^src/router\\.ts$'],
    ['router.ts|', 'repo:^github\\.com/acme/web-app$ file:^src/router\\.ts$'],
    // Symbols
    ['RouteT|', 'type:symbol routeTo'],
    ['type:symbol routet|', 'type:symbol routeTo'],
    ['repo:acme/app$ Router|', 'repo:acme/app$ type:symbol RouterOf'],
    // Languages
    ['lang:ty|', 'lang:TypeScript'],
    ['l:golang|', 'l:Go'],
    ['-language:py|', '-language:Python'],
    ['lang:lisp|', 'lang:"Common Lisp"'],
    ['lang:"common l|', 'lang:"Common Lisp"'],
    // Revisions
    ['repo:acme/app$ rev:v|', 'repo:acme/app$ rev:v1.0'],
    ['repo:acme/app$@mainte|', 'repo:acme/app$@maintenance'],
    ['repo:acme/app$@main:re|:v1.0 x', 'repo:acme/app$@main:release/1:v1.0 x'],
    ['type:commit repo:acme/app$@main:^rel|', 'type:commit repo:acme/app$@main:^release/1'],
    ['repo:acme/app$ rev:at|', 'repo:acme/app$ rev:at.time('],
  ])('for %s begin with %s', async (written, expected) => expect(accepted(written, await ask(world, written))).toBe(expected));

  it.each([
    '/rou|ter/',
    'repo:has.path(rou|',
    'author:a|',
    'lang:cobol|',
    'repo:nowhere file:a|',
    'rev:m|',
    'repo:nowhere rev:m|',
    'repo:acme/app$@*rel|',
    'type:repo "|',
  ])('for %s are none', async (written) => expect(labels(await ask(world, written))).toEqual([]));

  it('are found by what is typed up to the cursor, and replace the whole word', async () => {
    expect((await ask(world, 'x fi|zz y')).suggestions[0]).toEqual({
      kind: 'filter',
      label: 'file:',
      detail: 'File path',
      insertText: 'file:',
      range: { start: 2, end: 6 },
    });
  });

  it('count positions in UTF-16 units, and never part a character', async () => {
    const { suggestions } = await world.service.suggest({
      query: '😀 fi',
      position: 5,
      actor: admin,
      signal: new AbortController().signal,
    });
    expect(suggestions[0]?.range).toEqual({ start: 3, end: 5 });
    const inside = await world.service.suggest({ query: 'repo:😀', position: 6, actor: admin, signal: new AbortController().signal });
    expect(inside.suggestions[0]?.range).toEqual({ start: 5, end: 7 });
  });

  it('leave out what cannot stand there: filters that cannot be negated, or that are there already', async () => {
    expect(labels(await ask(world, '-|', { patternType: 'keyword' }))).not.toContain('-type:');
    expect(labels(await ask(world, 'not |', { first: 50 }))).not.toContain('count:');
    expect(labels(await ask(world, 'case:yes c|'))).not.toContain('case:');
    expect(labels(await ask(world, 'c|'))).toContain('case:');
  });

  it('name repositories that matter more first, forks last, exact names before parts of others', async () => {
    expect(labels(await ask(world, 'repo:app|'))).toEqual(['github.com/acme/app', 'github.com/acme/app-fork', 'github.com/acme/web-app']);
    expect(labels(await ask(world, 'repo:acme|'))).toEqual([
      'github.com/acme/app',
      'github.com/acme/web-app',
      'github.com/acme/user@host',
      'github.com/acme/app-fork',
    ]);
  });

  it('are of the alternative that the cursor is in', async () => {
    expect(labels(await ask(world, '(repo:web x) or (repo:acme/app$ file:p|)'))).toEqual(['app.go']);
    expect(labels(await ask(world, '(repo:web x file:lib/|) or (repo:acme/app$)'))).toEqual(['lib/app.py']);
  });

  it('know the scope of a query that cannot be parsed yet', async () => {
    for (const written of ['repo:web count: file:app|', 'repo:web type:nothing file:app|', 'repo:web [ file:app| patterntype:regexp'])
      expect(labels(await ask(world, written)), written).toEqual(['lib/app.py']);
  });

  it('of one text stand where the best of them stands', async () => {
    const { suggestions } = await ask(world, 'repo:acme file:app.|');
    expect(suggestions.map(({ label }) => label)).toEqual(['app.go', 'lib/app.py']);
    expect(suggestions[0]?.detail).toBe('github.com/acme/app');
  });

  it('of each kind leave room for others, and are the same each time', async () => {
    const first = await ask(world, 'app|', { first: 6 });
    expect(new Set(first.suggestions.map(({ kind }) => kind))).toEqual(new Set(['repository', 'file', 'symbol']));
    expect(await ask(world, 'app|', { first: 6 })).toEqual(first);
    expect((await ask(world, '|', { first: 500 })).suggestions.length).toBeLessThanOrEqual(50);
  });

  it('put in, find what they name', async () => {
    for (const written of ['repo:|', 'file:|', 'my|', 'rou|', 'lib|', 'file:"my f|', 'lang:|', 'app|', '(repo:acme file:| or x)']) {
      const answer = await ask(world, written, { first: 50 });
      for (const { label, kind } of answer.suggestions.filter((s) => ['repository', 'file', 'symbol', 'language'].includes(s.kind))) {
        const query = accepted(written, answer, label);
        const { matches, alert } = await world.ask(`${query} fork:yes`);
        expect(alert, query).toBeUndefined();
        const names = matches.flatMap((m) => [
          m.repository.name,
          ...('path' in m ? [m.path, m.language] : []),
          ...(m.type === 'symbol' ? m.symbols.map((s) => s.name) : []),
        ]);
        expect(names, `${kind} ${query}`).toContain(label);
      }
    }
  });

  it.each([
    ['a position outside of the query', { position: 9 }],
    ['a position that is no whole number', { position: 0.5 }],
    ['a query too long to be one', { query: 'x'.repeat(10_001) }],
  ])('are refused for %s', async (_what, more) => {
    await expect(
      world.service.suggest({ query: 'x', position: 1, actor: admin, signal: new AbortController().signal, ...more }),
    ).rejects.toMatchObject({
      code: 'SEXTANT_SEARCH_ARGUMENT',
    });
  });
});

describe('suggestions of what the asker may see', () => {
  let world: SearchWorld;
  beforeEach(async () => {
    world = await SearchWorld.open();
  });
  afterEach(() => world.close());

  it('name no path that is hidden, nor a language that only hidden files have', async () => {
    await world.add('a', {
      tree: { 'open.ts': 'const needle = 1;\n', 'needle.py': 'def needle():\n  pass\n', 'b.py': '\n', 'z.go': '\n' },
    });
    world.wall.hiddenPaths.set(1, new Set(['needle.py', 'z.go']));
    world.wall.grant(ada, [1]);
    for (const written of ['needle|', 'file:needle|'])
      expect(JSON.stringify(await ask(world, written, { actor: ada }))).not.toContain('needle.py');
    expect([...labels(await ask(world, 'lang:|', { actor: ada }))].sort()).toEqual(['Python', 'TypeScript']);
    expect([...labels(await ask(world, 'lang:|'))].sort()).toEqual(['Go', 'Python', 'TypeScript']);
  });

  it('name nothing that is taken away while they are looked for', async () => {
    for (const name of ['kept', 'taken']) await world.add(name, { tree: { [`in-${name}.ts`]: `export function in${name}() {}\n` } });
    const { realNode } = world;
    world.node = {
      ...realNode,
      async *search(request) {
        yield* realNode.search(request);
        world.wall.grant(ada, [1]);
      },
    };
    for (const written of ['file:in|', 'in|', 'lang:ty|']) {
      world.wall.grant(ada, [1, 2]);
      const answer = await ask(world, written, { actor: ada });
      expect(JSON.stringify(answer)).not.toContain('taken');
      expect(answer.suggestions.length).toBeGreaterThan(0);
    }
  });
});

describe('suggestions that are not all', () => {
  let world: SearchWorld;
  beforeEach(async () => {
    world = await SearchWorld.open();
  });
  afterEach(() => world.close());

  it('say that the time was up', async () => {
    await world.add('a', { tree: { 'a.ts': '\n' } });
    world.settings = { ...world.settings, suggestTimeout: 0 };
    expect((await ask(world, 'file:a|')).verdict).toMatchObject({ exhaustive: false, reasons: [{ reason: 'timed-out' }] });
  });

  it('do not wait for git when the time is up', async () => {
    await world.add('a', { tree: { 'a.ts': '\n' } });
    world.settings = { ...world.settings, suggestTimeout: 20 };
    world.git.beforeCommit = () => new Promise(() => undefined);
    const answer = await ask(world, 'repo:has.commit.after(yesterday) file:a|');
    expect(answer).toMatchObject({ suggestions: [], verdict: { exhaustive: false, reasons: [{ reason: 'timed-out' }] } });
  });

  it('say which repositories have no index, and which node does not answer', async () => {
    await world.add('later', { indexed: false, tree: { 'a.ts': '\n' } });
    expect((await ask(world, 'file:a|')).verdict).toMatchObject({ reasons: [{ reason: 'not-indexed', repositories: ['later'] }] });
    world.node = {
      ...world.realNode,
      async *search() {
        yield* [];
        throw new Error('connection refused');
      },
    };
    const answer = await ask(world, 'la|');
    expect(labels(answer)).toEqual(['lang:', 'later']);
    expect(answer.verdict).toMatchObject({ exhaustive: false, reasons: [{ reason: 'shard-missing' }] });
  });

  it('say that the revisions of a repository could not be read, and of how many they are', async () => {
    for (const name of ['a1', 'a2', 'a3', 'a4']) await world.add(name);
    world.git.broken.add('a1');
    expect((await ask(world, 'repo:^a1$ rev:m|')).verdict.reasons).toMatchObject([{ reason: 'error', repositories: ['a1'] }]);
    expect((await ask(world, 'repo:a rev:m|')).verdict.reasons.map(({ reason }) => reason)).toContain('capped');
  });

  it('are whole otherwise', async () => {
    await world.add('a', { tree: { 'a.ts': '\n' } });
    expect((await ask(world, 'a|')).verdict).toMatchObject({ exhaustive: true, reasons: [] });
  });
});
