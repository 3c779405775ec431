import codeHost from '@sextant/plugin-code-host';
import identity from '@sextant/plugin-identity';
import outboundWebhooks from '@sextant/plugin-outbound-webhooks';
import site from '@sextant/plugin-site';
import { core, SextantError, type Storage } from '@sextant/sdk';
import { startTestKernel } from '@sextant/sdk/testing';
import fc from 'fast-check';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import manifest from '../manifest.js';
import { aPermissionWorld, type PermissionWorld } from '../testing/a-permission-world.js';

const HOUR = 3_600_000;
let db: Storage;
let world: PermissionWorld;
beforeAll(async () => {
  const kernel = await startTestKernel({ plugins: [identity, site, codeHost, outboundWebhooks, manifest], roles: ['migrator', 'api'] });
  db = kernel.service(core.storage, 'permissions');
  world = aPermissionWorld(db);
});
beforeEach(async () => {
  await world.clear();
  world.forge.groupsKeptFor = HOUR;
});

const repositories = (...ids: readonly string[]): void => {
  for (const id of ids) world.forge.repositories.set(id, { name: `team/${id}`, private: true });
};
const people = (...ids: readonly number[]): void => {
  for (const id of ids) {
    world.user(id);
    world.linked.set(id, `a${id}`);
    world.forge.accounts.set(`a${id}`, `a${id}`);
  }
};
const group = (id: string, members: readonly number[], given: readonly string[]) => {
  const made = { members: new Set(members.map((member) => `a${member}`)), repositories: new Set(given) };
  world.forge.groups.set(id, made);
  return made;
};
/** Requests that something takes. */
const requestsOf = async (work: () => Promise<unknown>): Promise<number> => {
  const before = world.forge.requests;
  await work();
  return world.forge.requests - before;
};
const old = (side: 'repositories' | 'members'): Promise<unknown> =>
  db.query(`UPDATE host_groups SET ${side}_asked_at = ${side}_asked_at - interval '61 minutes'`);

describe('what a group gives', () => {
  it('is seen by its members, beside what is theirs alone, and is asked for once', async () => {
    repositories('own', 'one', 'two', 'other');
    people(1, 2, 3);
    group('builders', [1, 2], ['one', 'two']);
    world.forge.allow('a1', 'own');
    await world.syncUser(1);
    expect(await world.sees(1)).toEqual(['one', 'own', 'two']);
    // Its own list, and that of its groups.
    expect(await requestsOf(() => world.syncUser(2))).toBe(2);
    expect(await world.sees(2)).toEqual(['one', 'two']);
    await world.syncUser(3);
    expect(await world.sees(3)).toEqual([]);
  });

  it('is asked for again when its time is over, by a sync that is to ask anew, and when the host tells of a change', async () => {
    repositories('one', 'two');
    people(1);
    const builders = group('builders', [1], ['one', 'two']);
    const sync = () => world.syncUser(1);
    expect(await requestsOf(sync)).toBe(3);
    builders.repositories.delete('two');
    expect(await requestsOf(sync)).toBe(2);
    expect(await world.sees(1)).toEqual(['one', 'two']);
    await old('repositories');
    expect(await requestsOf(sync)).toBe(3);
    expect(await world.sees(1)).toEqual(['one']);
    builders.repositories.delete('one');
    expect(await requestsOf(() => world.syncUser(1, { anew: true }))).toBe(3);
    expect(await world.sees(1)).toEqual([]);
    builders.repositories.add('two');
    await world.due.schedule(await world.shared.settings());
    await world.groupsChanged('builders');
    expect(await requestsOf(sync)).toBe(3);
    expect(await world.sees(1)).toEqual(['two']);
  });

  it('is taken from whoever leaves the group with their next sync, whatever is kept', async () => {
    repositories('one', 'two');
    people(1, 2);
    const builders = group('builders', [1, 2], ['one']);
    group('readers', [1, 2], ['two']);
    await world.syncUser(1);
    await world.syncUser(2);
    builders.members.delete('a1');
    await world.syncUser(1);
    expect(await world.sees(1)).toEqual(['two']);
    expect(await world.sees(2)).toEqual(['one', 'two']);
  });

  it('yields to what a repository said of itself later, and everybody’s next sync then asks the group once more', async () => {
    repositories('one', 'two');
    people(1, 2, 3);
    const builders = group('builders', [1, 2, 3], ['one', 'two']);
    for (const id of [1, 2, 3]) await world.syncUser(id);
    builders.repositories.delete('two');
    await world.syncRepository('two');
    expect(await world.sees(1)).toEqual(['one']);
    expect(await requestsOf(() => world.syncUser(1))).toBe(3);
    expect(await world.sees(1)).toEqual(['one']);
    expect(await requestsOf(() => world.syncUser(2))).toBe(2);
    expect(await world.sees(2)).toEqual(['one']);
  });

  it('is not all where a repository names somebody whom no group holds: then all is asked for', async () => {
    repositories('one', 'two');
    people(1);
    group('builders', [1], ['one']);
    world.forge.roles.set('a1', new Set(['two']));
    await world.syncUser(1);
    world.forge.groupsKeptFor = undefined;
    await world.syncRepository('two');
    world.forge.groupsKeptFor = HOUR;
    expect((await world.syncUser(1)).found).toBe(2);
    expect(await world.sees(1)).toEqual(['one', 'two']);
  });

  it('may be a repository that was not here when the group was asked', async () => {
    repositories('one');
    people(1);
    group('builders', [1], ['one', 'late']);
    await world.syncUser(1);
    repositories('late');
    expect(await requestsOf(() => world.syncUser(1))).toBe(2);
    expect(await world.sees(1)).toEqual(['late', 'one']);
  });

  it('is nobody’s when it comes back after it was gone here, until the group is asked again', async () => {
    repositories('back');
    people(1);
    const builders = group('builders', [1], ['back']);
    await world.syncUser(1);
    world.forge.repositories.delete('back');
    await world.due.forget([world.idOf('back')]);
    builders.repositories.delete('back');
    repositories('back');
    await world.syncUser(1);
    expect(await world.sees(1)).toEqual([]);
  });
});

describe('whom a group holds', () => {
  it('is asked for once for all repositories that are given to it', async () => {
    repositories('one', 'two');
    people(1, 2);
    group('builders', [1, 2], ['one', 'two']);
    for (const id of [1, 2]) await world.settle(id);
    expect(await requestsOf(() => world.syncRepository('one'))).toBe(3);
    expect(await requestsOf(() => world.syncRepository('two'))).toBe(2);
    expect(await world.sees(2)).toEqual(['one', 'two']);
  });

  it('yields to what an account said of itself later', async () => {
    repositories('one', 'two');
    people(1, 2);
    const builders = group('builders', [1, 2], ['one', 'two']);
    for (const id of [1, 2]) await world.settle(id);
    await world.syncRepository('one');
    builders.members.delete('a1');
    await world.syncUser(1);
    expect(await world.sees(1)).toEqual([]);
    await world.syncRepository('two');
    expect(await world.sees(1)).toEqual([]);
    expect(await world.sees(2)).toEqual(['one', 'two']);
  });
});

describe('a group that cannot be read', () => {
  const refused = new SextantError('SEXTANT_CODE_HOST_REFUSED', {
    what: 'The forge refused it.',
    fix: 'Give the token more.',
    details: { status: 403 },
  });

  it('gives nothing; all is asked for without groups, and the sync says so', async () => {
    repositories('own', 'one');
    people(1, 2);
    group('builders', [1, 2], ['one']);
    world.forge.allow('a1', 'own');
    world.forge.groupFailure = refused;
    const { codeHostStates } = await world.syncUser(1);
    expect(codeHostStates).toMatchObject([
      {
        status: 'SUCCESS',
        message: expect.stringContaining('The group builders gives nothing, for it could not be read: The forge refused it.'),
      },
    ]);
    expect(await world.sees(1)).toEqual(['one', 'own']);
    await world.settle(2);
    const of = await world.syncRepository('one');
    expect(of.codeHostStates).toMatchObject([{ status: 'SUCCESS', message: expect.stringContaining('could not be read') }]);
    expect(await world.sees(2)).toEqual(['one']);
    world.forge.groups.get('builders')?.members.delete('a1');
    await world.syncUser(1);
    expect(await world.sees(1)).toEqual(['own']);
  });

  it('of a host that is down changes nothing, and the sync fails', async () => {
    repositories('one', 'two');
    people(1, 2);
    group('builders', [1, 2], ['one']);
    await world.syncUser(1);
    world.forge.groups.get('builders')?.repositories.add('two');
    world.forge.failure = { error: new Error('down'), after: 0 };
    for (const sync of [() => world.syncUser(1, { anew: true }), () => world.syncRepository('two')])
      expect((await sync()).codeHostStates).toMatchObject([{ status: 'ERROR' }]);
    expect(await world.sees(1)).toEqual(['one']);
  });
});

/** What is done at the host to groups; syncs are done between. */
const ids = { users: [1, 2, 3], repositories: ['r1', 'r2', 'r3'], groups: ['g1', 'g2'] } as const;
const change = fc.record({
  group: fc.constantFrom(...ids.groups),
  user: fc.constantFrom(...ids.users),
  repository: fc.constantFrom(...ids.repositories),
  on: fc.boolean(),
});
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;
const step = fc.oneof(
  fc.record({ what: fc.constantFrom('side' as const, 'side' as const, 'direct' as const), change }),
  fc.record({ what: fc.constant('side' as const), change }),
  fc.record({ what: fc.constant('syncUser' as const), change }),
  fc.record({ what: fc.constant('syncRepository' as const), change }),
);

describe('any history of groups', () => {
  const begin = (): void => {
    repositories(...ids.repositories);
    people(...ids.users);
    for (const id of ids.groups) group(id, ids.users, ids.repositories.slice(0, 2));
  };
  const run = async ({ what, change: one }: Step, side: 'members' | 'repositories'): Promise<void> => {
    const made = world.forge.groups.get(one.group);
    if (what === 'syncUser') await world.syncUser(one.user);
    else if (what === 'syncRepository') await world.syncRepository(one.repository);
    else if (what === 'direct' && one.on) world.forge.allow(`a${one.user}`, one.repository);
    else if (what === 'direct') world.forge.revoke(`a${one.user}`, one.repository);
    else if (side === 'members') made?.members[one.on ? 'add' : 'delete'](`a${one.user}`);
    else made?.repositories[one.on ? 'add' : 'delete'](one.repository);
  };
  const truth = () => Object.fromEntries(ids.users.map((id) => [id, ids.repositories.filter((one) => world.forge.mayRead(`a${id}`, one))]));
  const seen = async () => Object.fromEntries(await Promise.all(ids.users.map(async (id) => [id, await world.sees(id)] as const)));

  it('ends in what the host says once each user and repository was synced, in whatever order, with what was kept', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { maxLength: 15 }),
        fc.constantFrom('members' as const, 'repositories' as const),
        fc.shuffledSubarray([...ids.users, ...ids.repositories], { minLength: ids.users.length + ids.repositories.length }),
        async (history, side, last) => {
          await world.clear();
          world.forge.groupsKeptFor = HOUR;
          begin();
          // There is something kept from the first step on.
          for (const id of ids.users) await world.syncUser(id);
          for (const id of ids.repositories) await world.syncRepository(id);
          for (const one of history) await run(one, side);
          for (const one of last) await (typeof one === 'number' ? world.syncUser(one) : world.syncRepository(one));
          expect(await seen()).toEqual(truth());
        },
      ),
      { numRuns: 20 },
    );
  }, 120_000);

  it('shows nobody what they could never read, and ends in what the host says by syncs that ask anew', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(step, fc.boolean()), { maxLength: 20 }), async (history) => {
        await world.clear();
        world.forge.groupsKeptFor = HOUR;
        begin();
        for (const id of ids.users) await world.settle(id);
        const ever = new Set<string>();
        for (const [one, ofMembers] of history) {
          for (const [id, may] of Object.entries(truth())) for (const repository of may) ever.add(`${id} ${repository}`);
          await run(one, ofMembers ? 'members' : 'repositories');
          for (const [id, sees] of Object.entries(await seen()))
            for (const repository of sees) expect([...ever]).toContain(`${id} ${repository}`);
        }
        for (const id of ids.users) await world.syncUser(id, { anew: true });
        expect(await seen()).toEqual(truth());
      }),
      { numRuns: 15 },
    );
  }, 120_000);
});

describe('a sync of all', () => {
  // An organization whose members may read all of it, and ten teams.
  const [USERS, REPOSITORIES, TEAMS, ASKED] = [40, 200, 10, 10];
  const all = async (keptFor: number | undefined): Promise<{ readonly users: number; readonly repositories: number }> => {
    await world.clear();
    world.forge.groupsKeptFor = keptFor;
    world.forge.pageSize = 8;
    const numbers = Array.from({ length: REPOSITORIES }, (_, at) => `${at}`);
    repositories(...numbers);
    const everybody = Array.from({ length: USERS }, (_, at) => at + 1);
    people(...everybody);
    group('everybody', everybody, numbers);
    for (let team = 0; team < TEAMS; team++)
      group(
        `team-${team}`,
        everybody.filter((id) => id % TEAMS === team),
        numbers.filter((_, at) => at % TEAMS === team),
      );
    return {
      users: await requestsOf(async () => {
        for (const id of everybody) await world.syncUser(id);
      }),
      repositories: await requestsOf(async () => {
        for (const one of numbers.slice(0, ASKED)) await world.syncRepository(one);
      }),
    };
  };

  it('takes a fraction of the requests with kept groups, and a bitmap for each group', async () => {
    const [without, kept] = [await all(undefined), await all(HOUR)];
    const groups = await db.query('SELECT FROM host_group_bits');
    // 25 pages for each user and five for each repository, against two requests for each, and the groups once.
    expect(without).toEqual({ users: USERS * 25, repositories: ASKED * 5 });
    expect(kept).toEqual({ users: USERS * 2 + 25 + TEAMS * 3, repositories: ASKED * 2 + 5 + TEAMS });
    expect(groups).toHaveLength((TEAMS + 1) * 2);
    expect(await world.sees(7)).toHaveLength(REPOSITORIES);
  }, 120_000);
});
