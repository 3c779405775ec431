import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { VerdictReason } from '../api.js';
import { SpreadEngine } from '../spread/spread-engine.js';
import { admin, aUser, SearchWorld } from '../testing/a-search-world.js';

let world: SearchWorld;
beforeEach(async () => {
  world = await SearchWorld.open();
});
afterEach(() => world.close());

const tree = { 'a.txt': 'needle\n' };
const table: string[] = [];

/** Each fault, how it comes about, and the words a reader is told. */
const FAULTS: readonly (readonly [VerdictReason, string, string, () => Promise<string | undefined>, RegExp])[] = [
  [
    'capped',
    'more matches than asked for',
    'needle count:1',
    async () => {
      await world.add('a', { tree: { ...tree, 'b.txt': 'needle needle\n' } });
      return undefined;
    },
    /The limit of 1 result was reached; there may be more/,
  ],
  [
    'timed-out',
    'the deadline passes in the index',
    'needle timeout:1ms',
    async () => {
      await world.add('a', { tree });
      const { realNode } = world;
      world.node = {
        ...realNode,
        async *search(request) {
          for await (const event of realNode.search(request))
            yield event.type === 'done' ? { ...event, summary: { ...event.summary, timedOut: true, shardsDone: 0 } } : event;
        },
      };
      return undefined;
    },
    /The time was up/,
  ],
  [
    'timed-out',
    'the deadline passes in a history',
    'type:commit change timeout:20s',
    async () => {
      await world.add('a', { tree, history: [{ tree: {} }, { tree: { x: 'y' } }] });
      world.git.beforeCommit = () => world.pass(25_000);
      return 'a';
    },
    /The time was up before the whole history was read \(a\)/,
  ],
  [
    'shard-missing',
    'the search node refuses',
    'needle',
    async () => {
      await world.add('a', { tree });
      world.node = { ...world.realNode, search: () => failing(), status: () => Promise.reject(new Error('gone')) };
      return 'a';
    },
    /A search node does not answer \(a\)/,
  ],
  [
    'shard-missing',
    'one of two nodes dies while it answers',
    'needle',
    async () => {
      await world.add('a', { tree });
      await world.add('other-1', { tree });
      await world.add('other-2', { tree });
      await world.add('other-3', { tree });
      const dead = { ...world.nodeWith(new Set([1])), search: () => failing(), status: () => Promise.reject(new Error('gone')) };
      world.node = new SpreadEngine([
        { address: 'one', client: dead },
        { address: 'two', client: world.nodeWith(new Set([2, 3, 4])) },
      ]);
      return 'a';
    },
    /A search node does not answer \(a/,
  ],
  [
    'shard-missing',
    'there is no search node',
    'needle',
    async () => {
      await world.add('a', { tree });
      world.node = new SpreadEngine([]);
      return 'a';
    },
    /A search node does not answer \(a\)/,
  ],
  [
    'repository-cloning',
    'a first clone is under way',
    'needle',
    async () => {
      await world.add('a', { tree, indexed: false, status: 'cloning' });
      return 'a';
    },
    /The repository is being cloned \(a\)/,
  ],
  [
    'repository-missing',
    'a repository could not be cloned',
    'needle',
    async () => {
      await world.add('a', { tree, indexed: false, status: 'not-cloned' });
      return 'a';
    },
    /The repository is not cloned \(a\)/,
  ],
  [
    'repository-missing',
    'the revision does not exist',
    'repo:^a$@nowhere needle',
    async () => {
      await world.add('a', { tree });
      return 'a';
    },
    /There is no revision "nowhere" \(a\)/,
  ],
  [
    'not-indexed',
    'only the index may be asked, and has nothing',
    'needle index:only',
    async () => {
      await world.add('a', { tree, indexed: false });
      return 'a';
    },
    /There is no index yet \(a\)/,
  ],
  [
    'not-indexed',
    'the budget for reading without an index is used up',
    'needle',
    async () => {
      world.settings = { ...world.settings, unindexedBytes: 3 };
      await world.add('a', { tree, indexed: false });
      return 'a';
    },
    /The budget for reading revisions without an index is used up \(a\)/,
  ],
  [
    'degraded',
    'a byte of a shard is flipped',
    'needle',
    async () => {
      await world.add('a', { tree });
      const shards = join(world.folder, 'shards');
      for (const name of readdirSync(shards).filter((n) => n.endsWith('.sxi'))) {
        const bytes = readFileSync(join(shards, name));
        bytes[70] = (bytes[70] ?? 0) ^ 0xff;
        writeFileSync(join(shards, name), bytes);
      }
      return 'a';
    },
    /A part of the index is damaged and is built anew \(a\)/,
  ],
  [
    'degraded',
    'the mirror is damaged',
    'type:commit change',
    async () => {
      await world.add('a', { tree, status: 'corrupt' });
      return 'a';
    },
    /The mirror is damaged and is cloned again \(a\)/,
  ],
  [
    'skipped-files',
    'a file is too large to be indexed',
    'needle',
    async () => {
      await world.add('a', { tree: { ...tree, 'big.txt': 'x\n'.repeat(600_000) } });
      return undefined;
    },
    /1 file is known by path only \(1 too large\)/,
  ],
  [
    'skipped-files',
    'a change is too large to be searched',
    'type:diff needle',
    async () => {
      await world.add('a', {
        tree,
        diff: [{ oldPath: null, newPath: 'a', binary: false, added: 1, deleted: 0, truncated: true, hunks: [] }],
      });
      return 'a';
    },
    /Some changes are too large to be searched \(a\)/,
  ],
  [
    'permission-limited',
    'a source of permissions does not answer',
    'needle',
    async () => {
      await world.add('a', { tree });
      world.wall.limited = 'Permissions from ldap are unavailable: some repositories may not be shown.';
      return undefined;
    },
    /Permissions from ldap are unavailable/,
  ],
  [
    'stale',
    'the mirror has newer commits than the index',
    'needle',
    async () => {
      const repository = await world.add('a', { tree });
      world.mirror(repository, { head: { branch: 'main', commit: 'f'.repeat(40) } });
      return 'a';
    },
    /newer commits than the index; 1 of these results are from the older commits \(a\)/,
  ],
  [
    'repository-limit',
    'there are more histories than one search reads',
    'type:commit change',
    async () => {
      world.settings = { ...world.settings, historyRepositories: 1 };
      for (const name of ['a', 'b']) await world.add(name, { tree });
      return undefined;
    },
    /The histories of 1 of 2 repositories were searched/,
  ],
  [
    'error',
    'a history cannot be read',
    'type:commit change',
    async () => {
      await world.add('a', { tree });
      world.git.broken.add('a');
      return 'a';
    },
    /The revisions could not be looked up \(a\)/,
  ],
  [
    'error',
    'files cannot be read while they are searched',
    'needle',
    async () => {
      await world.add('a', { tree, indexed: false });
      world.git.blobs = () => failing();
      return 'a';
    },
    /The files of a revision could not be read \(a\)/,
  ],
  ['error', 'the query is wrong', '/needle(/', async () => undefined, /The query could not be understood/],
  ['error', 'nothing provides a part of the query', 'file:has.owner(ada) needle', async () => undefined, /No plugin answers/],
  [
    'error',
    'nothing provides what is selected',
    'select:file.owners needle',
    async () => undefined,
    /No plugin answers select:file.owners/,
  ],
  ['error', 'nothing provides the context', 'context:mine needle', async () => undefined, /No plugin answers context:mine/],
];

// biome-ignore lint/correctness/useYield: it fails before
async function* failing(): AsyncGenerator<never> {
  throw new Error('connect ECONNREFUSED /run/secret/socket');
}

describe('the verdict', () => {
  it.each(FAULTS)('is not exhaustive, by %s, when %s', async (reason, cause, query, arrange, words) => {
    const named = await arrange();
    const { verdict, progress } = await world.ask(query);
    expect(verdict.exhaustive).toBe(false);
    expect(verdict.words).toMatch(words);
    const found = verdict.reasons.find((r) => r.reason === reason);
    expect(found).toBeDefined();
    if (named) expect(found?.repositories).toContain(named);
    expect(progress.skipped.length).toBeGreaterThan(0);
    // Causes are for the log: a reader is not told of hosts and folders.
    expect(JSON.stringify(verdict)).not.toMatch(/ECONNREFUSED|\/srv\/|\/run\//);
    table.push(`${reason.padEnd(20)} ${cause.padEnd(52)} ${verdict.words}`);
  });

  it('has a fault for every reason, but for what the query itself leaves out', () => {
    const all: VerdictReason[] = [
      'capped',
      'timed-out',
      'shard-missing',
      'repository-cloning',
      'repository-missing',
      'not-indexed',
      'degraded',
      'skipped-files',
      'permission-limited',
      'stale',
      'repository-limit',
      'error',
    ];
    expect(new Set(FAULTS.map(([reason]) => reason))).toEqual(new Set(all));
  });

  it('says what the query leaves out by its defaults, and is exhaustive for what it asks', async () => {
    await world.add('a', { tree });
    await world.add('a-fork', { tree, fork: true });
    const { verdict, matches } = await world.ask('needle');
    expect(matches).toHaveLength(1);
    expect(verdict).toMatchObject({ exhaustive: true, reasons: [{ reason: 'excluded-fork', count: 1 }] });
    expect(verdict.words).toBe('Everything you may see was searched; 1 fork was left out, as the query does not ask for it.');
    expect((await world.ask('needle fork:yes')).matches).toHaveLength(2);
  });

  it('is exhaustive when nothing is wrong, for an admin and for somebody who sees a part', async () => {
    await world.add('a', { tree });
    world.wall.grant(aUser(2), [1]);
    for (const actor of [admin, aUser(2)]) {
      expect((await world.ask('needle', actor)).verdict).toMatchObject({ exhaustive: true, words: 'Everything you may see was searched.' });
    }
  });

  it('asks for the repair of a damaged index only when the shards are out of service', async () => {
    const repository = await world.add('a', { tree });
    const shards = join(world.folder, 'shards');
    const [shard] = readdirSync(shards).filter((n) => n.endsWith('.sxi'));
    writeFileSync(join(shards, shard as string), 'no shard');
    await world.ask('needle');
    expect(world.damaged).toEqual([1]);
    expect((await world.store.list([1]))[0]?.state).toBe('degraded');
    await world.index(repository);
    expect((await world.ask('needle')).verdict.exhaustive).toBe(true);
  });
});

afterAll(() => {
  if (process.env.SEXTANT_PRINT_TABLES) process.stdout.write(`${table.join('\n')}\n`);
});
