import { accounts, externalAccounts, users } from '@sextant/plugin-identity/api';
import { core } from '@sextant/sdk';
import fc from 'fast-check';
import { beforeAll, expect, it } from 'vitest';
import { AProvider } from '../testing/a-provider.js';
import { ASite } from '../testing/a-site.js';

const acme = new AProvider('acme');
const WAYS = {
  open: { allowSignup: true, linkByVerifiedEmail: false },
  closed: { allowSignup: false, linkByVerifiedEmail: false },
  linking: { allowSignup: true, linkByVerifiedEmail: true },
  'linking-only': { allowSignup: false, linkByVerifiedEmail: true },
} as const;
type WayId = keyof typeof WAYS;
let site: ASite;

beforeAll(async () => {
  const entries = Object.entries(WAYS).map(([id, rules]) => ({
    type: 'acme',
    configID: id,
    url: `https://${id}.example/`,
    ...rules,
  }));
  site = await ASite.start({ 'auth.providers': entries }, { more: [acme.plugin] });
  await site.kernel.service(core.storage, 'sign-in').query('INSERT INTO initialized DEFAULT VALUES');
});

interface Email {
  readonly address: string;
  readonly verified: boolean;
}

type Step =
  | { readonly do: 'create'; readonly siteAdmin: boolean; readonly emails: readonly Email[] }
  | { readonly do: 'delete'; readonly user: number }
  | { readonly do: 'unlink'; readonly user: number }
  | { readonly do: 'come'; readonly way: WayId; readonly account: string; readonly emails: readonly Email[] };

/**
 * What the rules of row 24 say, in few words: whose an account was stays so; else, where the entry says so, the one person who has proved what the
 * provider has proved, and is no site admin; else somebody new, where that is allowed, nobody has proved it here and nobody deleted had it.
 */
class Model {
  readonly users: { alive: boolean; siteAdmin: boolean; proved: Set<string> }[] = [];
  readonly owner = new Map<string, number>();
  readonly last = new Map<string, number>();

  create(emails: readonly Email[], siteAdmin = false): number {
    const proved = emails.filter(({ verified }) => verified).map(({ address }) => address);
    return this.users.push({ alive: true, siteAdmin, proved: new Set(proved) }) - 1;
  }

  taken(address: string): boolean {
    return this.users.some(({ alive, proved }) => alive && proved.has(address));
  }

  delete(user: number): void {
    this.users[user]!.alive = false;
    this.unlink(user);
  }

  unlink(user: number): void {
    for (const [account, owner] of this.owner) if (owner === user) this.owner.delete(account);
  }

  /** @returns the user, or undefined for a refusal. */
  come(way: WayId, account: string, emails: readonly Email[]): number | undefined {
    const key = `${way}/${account}`;
    const proved = emails.filter(({ verified }) => verified).map(({ address }) => address);
    const matches = this.users.flatMap((user, n) => (user.alive && proved.some((address) => user.proved.has(address)) ? [n] : []));
    let user = this.owner.get(key);
    if (user === undefined) {
      if (matches.length > 1) return undefined;
      user = matches[0];
      if (user !== undefined && (!WAYS[way].linkByVerifiedEmail || this.users[user]!.siteAdmin)) return undefined;
    }
    if (user === undefined) {
      const before = this.last.get(key);
      if (!WAYS[way].allowSignup || (before !== undefined && !this.users[before]!.alive)) return undefined;
      user = this.create(emails);
    }
    this.owner.set(key, user);
    this.last.set(key, user);
    return user;
  }
}

const email = fc.record({ address: fc.constantFrom('a', 'b', 'c'), verified: fc.constantFrom(true, true, false) });
const emails = fc.uniqueArray(email, { maxLength: 2, selector: ({ address }) => address });
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ do: fc.constant('create' as const), siteAdmin: fc.boolean(), emails }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('delete' as const), user: fc.nat(5) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('unlink' as const), user: fc.nat(5) }) },
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constant('come' as const),
      way: fc.constantFrom(...(Object.keys(WAYS) as WayId[])),
      account: fc.constantFrom('x', 'y'),
      emails,
    }),
  },
);

let world = 0;

async function play(steps: readonly Step[]): Promise<void> {
  // Each run has addresses and accounts of its own, so that none sees another's.
  const own = `w${++world}`;
  const there = (list: readonly Email[]): Email[] =>
    list.map(({ address, verified }) => ({ address: `${address}@${own}.example`, verified }));
  const directory = site.kernel.service(accounts);
  const model = new Model();
  const ids: number[] = [];
  for (const one of steps) {
    if (one.do === 'create') {
      // Somebody else's proved address is refused: not what is looked at here.
      const free = one.emails.filter(({ address, verified }) => !verified || !model.taken(address));
      model.create(free, one.siteAdmin);
      ids.push((await directory.create({ username: `${own}-${ids.length}`, siteAdmin: one.siteAdmin, emails: there(free) })).id);
    } else if (one.do === 'delete') {
      if (!model.users[one.user]?.alive) continue;
      model.delete(one.user);
      await directory.delete(ids[one.user]!, { hard: false });
    } else if (one.do === 'unlink') {
      if (!model.users[one.user]?.alive) continue;
      model.unlink(one.user);
      const external = site.kernel.service(externalAccounts);
      for (const { id } of await external.ofUser(ids[one.user]!)) await external.unlink(id);
    } else {
      const expected = model.come(one.way, one.account, one.emails);
      const browser = site.browser();
      const { location } = await browser.get(`/.auth/acme/login?pc=${one.way}`);
      const code = acme.code({ accountId: `${own}-${one.account}`, username: `${own}-new`, emails: there(one.emails) });
      await browser.get(`/.auth/acme/callback?state=${new URL(location!).searchParams.get('state')}&code=${code}`);
      const name = await browser.whoAmI();
      const id = name === undefined ? undefined : (await site.kernel.service(users).byUsername(name))?.id;
      if (expected === ids.length) ids.push(id as number);
      expect(id).toBe(expected === undefined ? undefined : ids[expected]);
      expect(new Set(ids).size).toBe(ids.length);
    }
  }
}

it('row 24: whose an account elsewhere is agrees with the rules, whatever happened before', async () => {
  await fc.assert(fc.asyncProperty(fc.array(step, { minLength: 2, maxLength: 10 }), play), { numRuns: 40 });
}, 120_000);
