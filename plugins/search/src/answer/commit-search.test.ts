import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { admin, aUser, type Planned, SearchWorld } from '../testing/a-search-world.js';
import { added } from '../testing/fake-git.js';

let world: SearchWorld;
beforeEach(async () => {
  world = await SearchWorld.open();
  const renamed = { ...added('src/new.go', 'needle moved'), oldPath: 'test/old.go' };
  await world.add('a', {
    history: [
      { tree: { '1': '1' }, message: 'needle in go', diff: [added('main.go', 'needle of go'), added('doc.md', 'needle of prose')] },
      { tree: { '2': '2' }, message: 'needle in python', diff: [added('test/app.py', 'needle of python', 'hay')] },
      { tree: { '3': '3' }, message: 'needle by name', diff: [renamed] },
    ],
    tree: { '4': '4' },
    message: 'needle of nothing',
    diff: [],
  });
});
afterEach(() => world.close());

/** What is in a file changes with its history. */
const contents: Planned = {
  history: [
    { tree: { 'kept.go': 'package x // old text needle' }, message: 'needle of one', diff: [added('kept.go', 'needle')] },
    {
      tree: { 'kept.go': 'package x; import y; needle', 'other.go': 'needle' },
      message: 'needle of two',
      diff: [added('kept.go', 'needle import'), added('other.go', 'needle')],
    },
  ],
  tree: { 'kept.go': 'package x' },
  message: 'needle of three',
  diff: [],
};

/** The messages that were found, and of changes the files with them. */
async function found(query: string, actor = admin): Promise<readonly string[]> {
  const { matches, verdict } = await world.ask(query, actor);
  expect(verdict.exhaustive).toBe(true);
  return matches.map((match) => {
    if (match.type !== 'commit') return match.type;
    const files = match.diff?.split('\n').filter((line) => / \S+\.\w+$/.test(line) && !/^[-+@]/.test(line));
    return [match.message.replace('needle ', ''), ...(files?.map((line) => line.split(' ')[1]) ?? [])].join(' ');
  });
}

describe('filters on files, in searches of commits', () => {
  it.each([
    ['type:commit needle', ['of nothing', 'by name', 'in python', 'in go']],
    ['type:commit file:main needle', ['in go']],
    ['type:commit file:nowhere needle', []],
    ['type:commit file:test/ needle', ['by name', 'in python']],
    ['type:commit -file:go$ needle', ['in python', 'in go']],
    ['type:commit lang:python needle', ['in python']],
    ['type:commit -lang:go needle', ['in python', 'in go']],
    ['type:commit (file:app or file:main) needle', ['in python', 'in go']],
    ['type:commit (file:app or /by name/)', ['by name', 'in python']],
    ['type:commit file:main file:doc needle', []],
    ['type:commit not (file:go$ or file:md$) needle', ['in python']],
  ])('%s finds the commits that changed a file which fits', async (query, expected) => {
    expect(await found(query)).toEqual(expected);
  });

  it.each([
    ['type:diff needle', ['by name src/new.go', 'in python test/app.py', 'in go main.go doc.md']],
    ['type:diff lang:go needle', ['by name src/new.go', 'in go main.go']],
    ['type:diff lang:markdown needle', ['in go doc.md']],
    ['type:diff -lang:go needle', ['in python test/app.py', 'in go doc.md']],
    ['type:diff (file:app or file:doc) needle', ['in python test/app.py', 'in go doc.md']],
    ['type:diff (file:app or prose)', ['in python test/app.py', 'in go doc.md']],
    ['type:diff file:old needle', ['by name src/new.go']],
    ['type:diff -file:test/ needle', ['by name src/new.go', 'in go main.go doc.md']],
    ['type:diff file:nowhere needle', []],
    ['type:diff file:md$', ['in go doc.md']],
  ])('%s finds the changes of the files that fit', async (query, expected) => {
    expect(await found(query)).toEqual(expected);
  });

  it.each([
    ['type:diff repo:^b$ file:contains.content(import) needle', ['of two kept.go']],
    ['type:diff repo:^b$ file:has.content("old text") needle', ['of one kept.go']],
    ['type:diff repo:^b$ -file:contains.content(import) needle', ['of two other.go', 'of one kept.go']],
    ['type:diff repo:^b$ file:contains.content(import) file:contains.content(package) needle', ['of two kept.go']],
    ['type:diff repo:^b$ file:contains.content(nowhere) needle', []],
    ['type:diff repo:^b$ case:yes file:contains.content(IMPORT) needle', []],
  ])('%s finds the changes of files that have the content in that commit', async (query, expected) => {
    await world.add('b', contents);
    expect(await found(query)).toEqual(expected);
  });

  it('never tell by the content of a file that is hidden', async () => {
    await world.add('b', contents);
    const ada = aUser(2);
    world.wall.grant(ada, [2]);
    world.wall.hiddenPaths.set(2, new Set(['kept.go']));
    expect((await world.ask('type:diff repo:^b$ file:contains.content(import) needle', ada)).matches).toEqual([]);
    expect(await found('type:diff repo:^b$ file:contains.content(import) needle')).toEqual(['of two kept.go']);
  });

  it.each([
    ['type:commit needle select:commit', ['of nothing', 'by name', 'in python', 'in go']],
    ['type:diff lang:go needle select:commit', ['by name src/new.go', 'in go main.go']],
    ['type:diff lang:markdown needle select:commit.diff', ['in go doc.md']],
  ])('%s finds commits as they are', async (query, expected) => {
    expect(await found(query)).toEqual(expected);
  });

  it('never tell by a message of a file that is hidden', async () => {
    const ada = aUser(2);
    world.wall.grant(ada, [1]);
    world.wall.hiddenPaths.set(1, new Set(['main.go']));
    expect(await found('type:commit file:main needle')).toEqual(['in go']);
    expect((await world.ask('type:commit file:main needle', ada)).matches).toEqual([]);
    expect((await world.ask('type:commit file:doc needle', ada)).matches).toMatchObject([{ message: 'needle in go' }]);
  });

  it('send the first commit at once, and not when the history is read', async () => {
    const { events } = await world.ask('type:commit needle');
    expect(events.filter((event) => event.type === 'matches').map(({ matches }) => matches.length)).toEqual([1, 3]);
  });
});
