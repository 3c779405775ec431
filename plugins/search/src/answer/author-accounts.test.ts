import type { Actor } from '@sextant/sdk';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ANONYMOUS, admin, aUser, SearchWorld } from '../testing/a-search-world.js';

let world: SearchWorld;
let lookups: string[];

const by = (name: string, email: string) => ({ name, email });

beforeEach(async () => {
  lookups = [];
  world = await SearchWorld.open();
  world.authors = {
    identityOf: async (username) => {
      lookups.push(username);
      if (username.toLowerCase() === 'ada')
        return { addresses: ['ada@proved.example', 'Ada@Second.example'], names: ['ada', 'Ada Lovelace'] };
      return username === 'hidden' ? { addresses: [], names: ['hidden'] } : undefined;
    },
  };
  await world.add('a', {
    history: [
      { tree: { '1': '1' }, message: 'first needle', author: by('A.', 'ada@proved.example') },
      { tree: { '2': '2' }, message: 'second needle', author: by('Work', 'ADA@second.EXAMPLE') },
      { tree: { '3': '3' }, message: 'third needle', author: by('ada lovelace', 'other@example.com') },
      { tree: { '4': '4' }, message: 'fourth needle', author: by('Bob', 'xada@proved.example.com'), committer: by('Ada', 'x@example.com') },
      { tree: { '5': '5' }, message: 'fifth needle', author: by('Ada Lovelace Fan', 'fan@example.com') },
    ],
    tree: { '6': '6' },
    message: 'sixth needle',
  });
});
afterEach(() => world.close());

async function found(query: string, actor: Actor = admin): Promise<readonly string[]> {
  const { matches, alert } = await world.ask(query, actor);
  expect(alert).toBeUndefined();
  return matches.map((match) => (match.type === 'commit' ? (match.message.split(' ')[0] as string) : match.type));
}

const token = (scopes: readonly string[]): Actor => ({ ...admin, via: 'token', scopes });

describe('author:@user', () => {
  it.each([
    ['type:commit author:@ada needle', ['third', 'second', 'first']],
    ['type:commit author:@ADA needle', ['third', 'second', 'first']],
    ['type:commit author:"@ada" needle', ['third', 'second', 'first']],
    ['type:commit case:yes author:@ada needle', ['third', 'second', 'first']],
    ['type:commit -author:@ada needle', ['sixth', 'fifth', 'fourth']],
    ['type:commit committer:@ada needle', ['fourth']],
    ['type:commit -committer:@ada author:@ada second', ['second']],
    ['type:commit author:@ada author:Work needle', ['second']],
    ['type:commit (author:@ada or author:bob) needle', ['fourth', 'third', 'second', 'first']],
    ['type:commit author:@hidden needle', []],
    ['type:commit author:a@proved needle', ['fourth', 'first']],
  ])('%s finds the commits of that person', async (query, expected) => {
    const { matches, alert } = await world.ask(query, admin);
    if (expected.length > 0) expect(alert).toBeUndefined();
    const messages = matches.map((match) => (match.type === 'commit' ? match.message.split(' ')[0] : match.type));
    expect([...messages].sort()).toEqual([...expected].sort());
  });

  it('asks for each user once, and for nobody where none is named', async () => {
    await found('type:commit ((author:@ada first) or (author:@ada second))');
    expect(lookups).toEqual(['ada']);
    await found('type:commit author:Work needle');
    expect(lookups).toEqual(['ada']);
  });

  it('says that there is no such user, and proposes the text', async () => {
    const { matches, alert, verdict } = await world.ask('type:commit -author:@nobody needle', admin);
    expect(matches).toEqual([]);
    expect(verdict.exhaustive).toBe(false);
    expect(alert).toMatchObject({
      kind: 'unknown-user',
      title: 'No user has this name',
      proposedQueries: [{ query: 'type:commit -author:[@]nobody needle' }],
      problems: [{ start: 12, end: 27 }],
    });
    expect(alert?.description).toContain('No user is called "nobody"');
  });

  it('reads the proposed query as text', async () => {
    expect(await found('type:commit author:[@]proved needle')).toEqual(['fourth', 'first']);
  });

  it.each([
    ['guests', { ...ANONYMOUS, guest: true }],
    ['who is not signed in', ANONYMOUS],
    ['a token of narrow scopes', token(['externalapi:read'])],
    ['a token of the scopes openid and email', token(['openid', 'email', 'externalapi:read'])],
  ] as const)('is the same for %s whether or not the user exists', async (_, actor) => {
    const outcome = async (name: string) => {
      const { matches, alert, verdict, progress } = await world.ask(`type:commit author:@${name} needle`, actor);
      const text = JSON.stringify({ matches, alert, verdict, count: progress.matchCount });
      return text.replaceAll(name, 'NAME');
    };
    const known = await outcome('ada');
    expect(known).toBe(await outcome('zoe'));
    expect(known).toContain('signed-in');
    expect(known).toContain('"count":0');
    expect(lookups).toEqual([]);
  });

  it('is answered for a token of all scopes', async () => {
    expect(await found('type:commit author:@ada needle', token(['user:all']))).toEqual(['third', 'second', 'first']);
  });

  it('never finds more than the repositories that the asker may see', async () => {
    expect(await found('type:commit author:@ada needle', aUser(9))).toEqual([]);
  });

  it('is refused in an installation without accounts', async () => {
    world.authors = undefined;
    const { matches, alert } = await world.ask('type:commit author:@ada needle', admin);
    expect(matches).toEqual([]);
    expect(alert?.description).toContain('accounts');
  });

  it('shows no address in an explanation, an alert, or what is said of the search', async () => {
    const query = 'type:commit author:@ada nothingatall';
    const explained = await world.service.explain({ query, actor: admin, signal: new AbortController().signal });
    const { events } = await world.ask(query, admin);
    expect(JSON.stringify(explained)).toContain('"username":"ada"');
    for (const said of [explained, events])
      expect(JSON.stringify(said).toLowerCase()).not.toMatch(/proved\.example|second\.example|lovelace/);
  });

  it.each(['ada', 'zoe'])('tells guests nothing of %s by an explanation', async (name) => {
    const signal = new AbortController().signal;
    const explained = await world.service.explain({ query: `type:commit author:@${name}`, actor: { ...ANONYMOUS, guest: true }, signal });
    expect(explained).toMatchObject({ kind: 'unknown-user', title: 'author:@ and committer:@ are for signed-in people' });
  });
});
