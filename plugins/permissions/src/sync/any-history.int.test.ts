import codeHost from '@sextant/plugin-code-host';
import identity from '@sextant/plugin-identity';
import outboundWebhooks from '@sextant/plugin-outbound-webhooks';
import site from '@sextant/plugin-site';
import { core, type Storage } from '@sextant/sdk';
import { startTestKernel } from '@sextant/sdk/testing';
import fc from 'fast-check';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import manifest from '../manifest.js';
import { aPermissionWorld, type PermissionWorld } from '../testing/a-permission-world.js';

const USERS = [1, 2, 3];
const ACCOUNTS = ['a1', 'a2', 'a3', 'a4'];
const REPOSITORIES = ['r1', 'r2', 'r3', 'r4', 'r5'];

let db: Storage;
let world: PermissionWorld;
beforeAll(async () => {
  const kernel = await startTestKernel({ plugins: [identity, site, codeHost, outboundWebhooks, manifest], roles: ['migrator', 'api'] });
  db = kernel.service(core.storage, 'permissions');
  world = aPermissionWorld(db);
});
beforeEach(() => world.clear());

/** What should be known and seen, in plain sets: it knows nothing of bitmaps, versions, sources or tables. */
class Model {
  /** What the host says now. */
  readonly host = new Set<string>();
  /** What it was last heard to say. */
  readonly heard = new Set<string>();
  readonly explicit = new Set<string>();
  readonly unrestricted = new Set<string>();
  readonly living = new Map<string, { private: boolean }>();
  readonly owner = new Map<number, string>();
  /** How the account's answers stand: never whole before, pages are shown as they come. */
  down = false;

  sees(user: number): readonly string[] {
    const account = this.owner.get(user);
    return [...this.living]
      .filter(
        ([repository, { private: hidden }]) =>
          !hidden ||
          this.unrestricted.has(repository) ||
          this.explicit.has(`${user} ${repository}`) ||
          (account !== undefined && this.heard.has(`${account} ${repository}`)),
      )
      .map(([repository]) => repository)
      .sort();
  }

  set(set: Set<string>, key: string, on: boolean): void {
    if (on) set.add(key);
    else set.delete(key);
  }
}

const user = fc.constantFrom(...USERS);
const account = fc.constantFrom(...ACCOUNTS);
const repository = fc.constantFrom(...REPOSITORIES);

const changeGrant = (w: PermissionWorld, m: Model, a: string, r: string, on: boolean): void => {
  if (on) w.forge.allow(a, r);
  else w.forge.revoke(a, r);
  m.set(m.host, `${a} ${r}`, on);
};
const hearRepository = (m: Model, r: string): void => {
  if (!m.living.get(r)?.private) return;
  for (const a of ACCOUNTS) m.set(m.heard, `${a} ${r}`, m.host.has(`${a} ${r}`));
};

const steps = {
  grant: fc.tuple(account, repository, fc.boolean()).map(([a, r, on]) => ({
    name: `the host ${on ? 'grants' : 'revokes'} ${a} ${r}`,
    run: async (w: PermissionWorld, m: Model) => changeGrant(w, m, a, r, on),
  })),
  failing: fc.boolean().map((down) => ({
    name: down ? 'the host goes down' : 'the host is up',
    run: async (w: PermissionWorld, m: Model) => {
      m.down = down;
      w.forge.failure = down ? { error: new Error('down'), after: 0 } : undefined;
    },
  })),
  syncUser: user.map((u) => ({
    name: `sync user ${u}`,
    run: async (w: PermissionWorld, m: Model) => {
      await w.syncUser(u);
      const a = m.owner.get(u);
      if (a === undefined || m.down) return;
      for (const r of m.living.keys()) m.set(m.heard, `${a} ${r}`, m.host.has(`${a} ${r}`));
    },
  })),
  syncRepository: repository.map((r) => ({
    name: `sync ${r}`,
    run: async (w: PermissionWorld, m: Model) => {
      await w.syncRepository(r);
      if (!m.down) hearRepository(m, r);
    },
  })),
  // A repository is asked about while a user's answer, begun before, still comes: the later question stands.
  crossing: fc.tuple(user, repository, fc.boolean()).map(([u, r, on]) => ({
    name: `sync user ${u}, in whose middle the host ${on ? 'grants' : 'revokes'} ${r} and says so`,
    run: async (w: PermissionWorld, m: Model) => {
      const a = m.owner.get(u);
      const answered = new Set(m.host);
      let crossed = false;
      w.forge.pageSize = 1;
      w.forge.betweenPages = async () => {
        if (crossed || a === undefined) return;
        crossed = true;
        w.forge.betweenPages = undefined;
        changeGrant(w, m, a, r, on);
        await w.syncRepository(r);
      };
      await w.syncUser(u);
      w.forge.betweenPages = undefined;
      if (a === undefined || m.down) return;
      for (const one of m.living.keys()) m.set(m.heard, `${a} ${one}`, answered.has(`${a} ${one}`));
      if (crossed) hearRepository(m, r);
    },
  })),
  privacy: fc.tuple(repository, fc.boolean()).map(([r, hidden]) => ({
    name: `${r} turns ${hidden ? 'private' : 'public'}`,
    run: async (w: PermissionWorld, m: Model) => {
      if (!m.living.has(r)) return;
      w.forge.repositories.set(r, { name: `team/${r}`, private: hidden });
      m.living.set(r, { private: hidden });
      await w.due.noteRepositories();
    },
  })),
  presence: fc.tuple(repository, fc.boolean()).map(([r, there]) => ({
    name: `${r} ${there ? 'is there' : 'is gone'}`,
    run: async (w: PermissionWorld, m: Model) => {
      if (there && !m.living.has(r)) {
        w.forge.repositories.set(r, { name: `team/${r}`, private: true });
        m.living.set(r, { private: true });
      } else if (!there && m.living.has(r)) {
        w.forge.repositories.delete(r);
        m.living.delete(r);
        await w.due.forget([w.idOf(r)]);
        for (const a of ACCOUNTS) m.heard.delete(`${a} ${r}`);
        for (const u of USERS) m.explicit.delete(`${u} ${r}`);
      }
    },
  })),
  rename: repository.map((r) => ({
    name: `${r} is renamed`,
    run: async (w: PermissionWorld) => {
      const before = w.forge.repositories.get(r);
      if (before) w.forge.repositories.set(r, { ...before, name: `elsewhere/${r}` });
    },
  })),
  link: fc.tuple(user, fc.option(account)).map(([u, a]) => ({
    name: a === null ? `user ${u} has no account` : `user ${u} has the account ${a}`,
    run: async (w: PermissionWorld, m: Model) => {
      if (a !== null && [...m.owner].some(([other, theirs]) => theirs === a && other !== u)) return;
      if (a === null) {
        w.linked.delete(u);
        m.owner.delete(u);
      } else {
        w.linked.set(u, a);
        m.owner.set(u, a);
      }
      await w.settle(u);
    },
  })),
  explicit: fc.tuple(repository, fc.subarray(USERS)).map(([r, named]) => ({
    name: `the API names ${named.join(' and ') || 'nobody'} for ${r}`,
    run: async (w: PermissionWorld, m: Model) => {
      if (!m.living.has(r)) return;
      await w.explicit.setForUsers(
        w.idOf(r),
        named.map((u) => `user-${u}`),
        async () => undefined,
      );
      for (const u of USERS) m.set(m.explicit, `${u} ${r}`, named.includes(u));
    },
  })),
  unrestricted: fc.tuple(repository, fc.boolean()).map(([r, on]) => ({
    name: `the API ${on ? 'opens' : 'closes'} ${r}`,
    run: async (w: PermissionWorld, m: Model) => {
      if (!m.living.has(r)) return;
      await w.explicit.setUnrestricted([w.idOf(r)], on, async () => undefined);
      m.set(m.unrestricted, r, on);
    },
  })),
};

describe('any history of grants, syncs, failures, revokes, renames and calls', () => {
  it('leaves everybody to see what a model in plain sets says, after each step', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.oneof(...Object.values(steps), steps.crossing, steps.crossing), { minLength: 5, maxLength: 25 }),
        async (history) => {
          await world.clear();
          const model = new Model();
          await world.shared.takeSettings({ 'permissions.userMapping': { enabled: true, bindID: 'username' } });
          for (const id of USERS) world.user(id);
          for (const a of ACCOUNTS) world.forge.accounts.set(a, a);
          for (const r of REPOSITORIES) {
            world.forge.repositories.set(r, { name: `team/${r}`, private: true });
            model.living.set(r, { private: true });
          }
          // There is something to lose from the first step on.
          for (const a of ACCOUNTS) for (const r of REPOSITORIES) changeGrant(world, model, a, r, true);
          for (const [at, id] of USERS.entries()) {
            const a = ACCOUNTS[at] as string;
            world.linked.set(id, a);
            model.owner.set(id, a);
          }
          for (const [at, { run }] of history.entries()) {
            await run(world, model);
            const seen = Object.fromEntries(await Promise.all(USERS.map(async (id) => [id, await world.sees(id)] as const)));
            const expected = Object.fromEntries(USERS.map((id) => [id, model.sees(id)]));
            expect(
              seen,
              history
                .slice(0, at + 1)
                .map(({ name }) => name)
                .join('; '),
            ).toEqual(expected);
            expect(await world.guestSees()).toEqual(
              [...model.living]
                .filter(([, one]) => !one.private)
                .map(([r]) => r)
                .sort(),
            );
          }
        },
      ),
      { numRuns: 60 },
    );
  }, 120_000);
});

describe('very many users and repositories', () => {
  it('are a bitmap for each person, and no row for each pair', async () => {
    const [users, repositories] = [250, 2_500];
    for (let i = 0; i < repositories; i++) world.forge.repositories.set(`${i}`, { name: `team/r${i}`, private: true });
    for (let u = 1; u <= users; u++) {
      world.user(u);
      world.linked.set(u, `a${u}`);
      world.forge.accounts.set(`a${u}`, `a${u}`);
      world.forge.grants.set(`a${u}`, new Set(Array.from({ length: repositories / 5 }, (_, i) => `${(u + i * 5) % repositories}`)));
    }
    for (let u = 1; u <= users; u++) expect((await world.syncUser(u)).found).toBe(repositories / 5);
    const [{ pairs, rows, bytes } = { pairs: 0, rows: 0, bytes: 0 }] = await db.query<{ pairs: number; rows: number; bytes: number }>(
      'SELECT sum(bit_count(bits))::int AS pairs, count(*)::int AS rows, sum(length(bits))::int AS bytes FROM grants',
    );
    expect(pairs).toBe((users * repositories) / 5);
    expect(rows).toBe(users);
    expect(bytes).toBe(users * 1_024);
    expect((await world.sees(7)).length).toBe(repositories / 5);
  }, 120_000);
});
