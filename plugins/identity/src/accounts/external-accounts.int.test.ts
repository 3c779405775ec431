import { join } from 'node:path';
import { type Clock, core, Secret, SextantError } from '@sextant/sdk';
import { startTestKernel, type TestKernel } from '@sextant/sdk/testing';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  type AccountDirectory,
  accounts,
  credentialRenewal,
  type ExternalAccounts,
  type ExternalCredential,
  externalAccounts,
  signInRefused,
} from '../api.js';
import manifest from '../manifest.js';
import { smallPlugin } from '../testing/small-plugin.js';

const github = { type: 'github', id: 'https://github.example.com/' };
const { signal } = new AbortController();

/** What the provider answers when it is asked for a new credential. */
let renewal: (credential: ExternalCredential) => Promise<ExternalCredential | undefined>;
let asked = 0;

const renewer = smallPlugin('renewer', (r) =>
  r.contribute(credentialRenewal, () => ({
    renew: async (_providerId, credential) => {
      asked++;
      return renewal(credential);
    },
  })),
);

let kernel: TestKernel;
let people: AccountDirectory;
let external: ExternalAccounts;
let clock: Clock;
const inAnHour = () => new Date(clock.now().getTime() + 3_600_000);
const now = () => clock.now();

beforeAll(async () => {
  kernel = await startTestKernel({ plugins: [manifest, renewer] });
  people = kernel.service(accounts, 'identity');
  external = kernel.service(externalAccounts, 'identity');
  clock = kernel.service(core.clock, 'identity');
});

let number = 0;
const aUser = async () => people.create({ username: `person-${++number}` });
const anAccount = (userId: number, more: { accountId?: string; credential?: ExternalCredential } = {}) =>
  external.link(userId, { service: github, providerId: 'gh', accountId: more.accountId ?? `a${++number}`, username: 'octo', ...more });

describe('an account somewhere else', () => {
  it('is one user’s, found by the id it has there', async () => {
    const [ada, grace] = [await aUser(), await aUser()];
    const account = await anAccount(ada.id, { accountId: '42' });
    expect((await external.byAccountIds(github, ['42', '43'])).get('42')?.userId).toBe(ada.id);
    await expect(anAccount(grace.id, { accountId: '42' })).rejects.toMatchObject({ code: 'SEXTANT_EXTERNAL_ACCOUNT_TAKEN' });
    expect((await anAccount(ada.id, { accountId: '42' })).id).toBe(account.id);
    expect(await external.byAccountIds({ ...github, id: 'https://elsewhere.example.com/' }, ['42'])).toEqual(new Map());
  });

  it('is linked to one of two who ask at the same time', async () => {
    const both = [await aUser(), await aUser()];
    const answers = await Promise.allSettled(both.map(({ id }) => anAccount(id, { accountId: 'raced' })));
    expect(answers.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
  });

  it('is nobody’s once its user is deleted, and may be linked anew', async () => {
    const [gone, next] = [await aUser(), await aUser()];
    await anAccount(gone.id, { accountId: 'reused', credential: { accessToken: new Secret('old') } });
    await people.delete(gone.id, { hard: false });
    expect(await external.byAccountIds(github, ['reused'])).toEqual(new Map());
    const account = await anAccount(next.id, { accountId: 'reused' });
    expect(account).toMatchObject({ userId: next.id, hasCredential: false });
    await expect(anAccount(gone.id)).rejects.toMatchObject({ code: 'SEXTANT_USER_NOT_FOUND' });
  });

  it('is forgotten when it is unlinked, with its credential', async () => {
    const { id } = await anAccount((await aUser()).id, { credential: { accessToken: new Secret('kept') } });
    expect((await external.credential(id, signal))?.reveal()).toBe('kept');
    await external.unlink(id);
    expect(await external.credential(id, signal)).toBeUndefined();
    await expect(external.unlink(id)).rejects.toMatchObject({ code: 'SEXTANT_EXTERNAL_ACCOUNT_NOT_FOUND' });
  });
});

describe('a credential', () => {
  const expiring = (): ExternalCredential => ({ accessToken: new Secret('old'), refreshToken: new Secret('again'), expiresAt: now() });

  it('that is refused is over, and not the one that the person has given meanwhile', async () => {
    const user = await aUser();
    const { id } = await anAccount(user.id, { credential: { accessToken: new Secret('first') } });
    await external.expire(id, new Secret('first'));
    expect(await external.credential(id, signal)).toBeUndefined();
    const [known] = await external.ofUser(user.id);
    await anAccount(user.id, { accountId: known?.accountId as string, credential: { accessToken: new Secret('second') } });
    await external.expire(id, new Secret('first'));
    expect((await external.credential(id, signal))?.reveal()).toBe('second');
  });

  it('that has expired is renewed once, however many ask for it', async () => {
    const { id } = await anAccount((await aUser()).id, { credential: expiring() });
    asked = 0;
    renewal = async ({ refreshToken }) => ({ accessToken: new Secret(`new by ${refreshToken?.reveal()}`), expiresAt: inAnHour() });
    const given = await Promise.all([1, 2, 3].map(() => external.credential(id, signal)));
    expect(given.map((secret) => secret?.reveal())).toEqual(Array(3).fill('new by again'));
    expect(asked).toBe(1);
  });

  it('holds up nobody else while the provider takes its time, and is kept when who asked has gone', async () => {
    const accounts = [];
    for (let i = 0; i < 8; i++) accounts.push(await anAccount((await aUser()).id, { credential: expiring() }));
    asked = 0;
    let answer = (): void => undefined;
    const answered = new Promise<void>((resolve) => {
      answer = resolve;
    });
    renewal = async () => {
      await answered;
      return { accessToken: new Secret('late'), expiresAt: inAnHour() };
    };
    const impatient = new AbortController();
    const waiting = accounts.map(({ id }) => external.credential(id, impatient.signal));
    // More than the connections that a plugin may hold.
    await expect.poll(() => asked).toBe(8);
    expect(await people.emails([1])).toBeDefined();
    impatient.abort(new Error('gone'));
    for (const one of waiting) await expect(one).rejects.toThrow('gone');
    answer();
    for (const { id } of accounts) expect((await external.credential(id, signal))?.reveal()).toBe('late');
    expect(asked).toBe(8);
  });

  it('is renewed by one of two processes, and by the other when the first was killed', async () => {
    const other = await startTestKernel({
      plugins: [manifest, renewer],
      databaseUrl: kernel.databaseUrl,
      config: { keysDir: join(kernel.dataDir, 'keys') },
    });
    const elsewhere = other.service(externalAccounts, 'identity');
    const { id } = await anAccount((await aUser()).id, { credential: expiring() });
    asked = 0;
    renewal = async () => ({ accessToken: new Secret('of one'), expiresAt: inAnHour() });
    const given = await Promise.all([external, elsewhere, external, elsewhere].map((one) => one.credential(id, signal)));
    expect(given.map((secret) => secret?.reveal())).toEqual(Array(4).fill('of one'));
    expect(asked).toBe(1);

    const killed = await anAccount((await aUser()).id, { credential: expiring() });
    const db = kernel.service(core.storage, 'identity');
    const lease = `update external_accounts set renewal = gen_random_uuid(), renewal_ends_at = now() + $2 * interval '1 hour' where id = $1`;
    await db.query(lease, [killed.id, 1]);
    const waiting = elsewhere.credential(killed.id, signal);
    const impatient = new AbortController();
    const givenUp = external.credential(killed.id, impatient.signal);
    impatient.abort(new Error('gone'));
    await expect(givenUp).rejects.toThrow('gone');
    expect(asked).toBe(1);
    await db.query(lease, [killed.id, 0]);
    expect((await waiting)?.reveal()).toBe('of one');
    expect(asked).toBe(2);
  });

  it('that the person gives anew while the old one is renewed is the one that counts', async () => {
    const user = await aUser();
    const { id, accountId } = await anAccount(user.id, { credential: expiring() });
    renewal = async () => {
      await anAccount(user.id, { accountId, credential: { accessToken: new Secret('given anew') } });
      return undefined;
    };
    expect((await external.credential(id, signal))?.reveal()).toBe('given anew');
    expect((await external.ofUser(user.id))[0]?.expiredAt).toBeUndefined();
  });

  it('that is refused ends until the person signs in again', async () => {
    const user = await aUser();
    const { id, accountId } = await anAccount(user.id, { credential: expiring() });
    renewal = async () => {
      throw signInRefused('The token was revoked.');
    };
    expect(await external.credential(id, signal)).toBeUndefined();
    expect((await external.ofUser(user.id))[0]?.expiredAt).toBeInstanceOf(Date);
    await anAccount(user.id, { accountId, credential: { accessToken: new Secret('fresh') } });
    expect((await external.credential(id, signal))?.reveal()).toBe('fresh');
  });

  it('stays when the provider cannot be reached', async () => {
    const user = await aUser();
    const { id } = await anAccount(user.id, { credential: expiring() });
    renewal = async () => {
      throw new SextantError('SEXTANT_OUTBOUND_FAILED', { what: 'Down.' });
    };
    await expect(external.credential(id, signal)).rejects.toMatchObject({ code: 'SEXTANT_OUTBOUND_FAILED' });
    expect((await external.ofUser(user.id))[0]?.expiredAt).toBeUndefined();
    renewal = async () => ({ accessToken: new Secret('back'), expiresAt: inAnHour() });
    expect((await external.credential(id, signal))?.reveal()).toBe('back');
  });

  it('stays where nobody can renew it', async () => {
    const alone = await startTestKernel({ plugins: [manifest] });
    const own = alone.service(externalAccounts, 'identity');
    const user = await alone.service(accounts, 'identity').create({ username: 'ada' });
    const account = { service: github, providerId: 'gh', accountId: '1', username: 'octo' };
    const { id } = await own.link(user.id, { ...account, credential: expiring() });
    await expect(own.credential(id, signal)).rejects.toMatchObject({ code: 'SEXTANT_EXTERNAL_ACCOUNT_NOT_RENEWED' });
    expect((await own.ofUser(user.id))[0]?.expiredAt).toBeUndefined();
  });

  it('row 22: is in no table in clear', async () => {
    const { id } = await anAccount((await aUser()).id, { credential: { accessToken: new Secret('CANARY-credential') } });
    const rows = await kernel.service(core.storage, 'identity').query('select * from external_accounts where id = $1', [id]);
    expect(rows).toHaveLength(1);
    expect(JSON.stringify(rows)).not.toMatch(/CANARY|Q0FOQVJZ/);
  });
});

describe('the account directory', () => {
  it('makes a name that is free of what is one somewhere else', async () => {
    await people.create({ username: await people.freeUsername('Zoë Q.') });
    expect(await people.freeUsername('zoe q')).toBe('zoe-q-2');
    expect(await people.freeUsername('ada_lovelace@example.com')).toBe('ada_lovelace');
    expect(await people.freeUsername('???')).toBe('user');
  });

  it('keeps addresses: one is primary, a proved one is one user’s', async () => {
    const [ada, grace] = [
      await people.create({ username: 'mail-ada', emails: [{ address: 'Ada@Example.org', verified: false }] }),
      await people.create({ username: 'mail-grace', emails: [{ address: 'ada@example.org', verified: false }] }),
    ];
    await people.setEmailVerified(ada.id, 'ada@example.ORG', true);
    await expect(people.setEmailVerified(grace.id, 'ada@example.org', true)).rejects.toMatchObject({ code: 'SEXTANT_USER_EMAIL_TAKEN' });
    expect([...(await people.byVerifiedEmails(['ADA@example.org', 'x@example.org'])).values()].map(({ id }) => id)).toEqual([ada.id]);
    await people.addEmail(ada.id, { address: 'second@example.org', verified: true });
    await people.removeEmail(ada.id, 'ada@example.org');
    expect(await people.emails([ada.id])).toEqual([{ userId: ada.id, address: 'second@example.org', verified: true, primary: true }]);
    await people.setEmailVerified(grace.id, 'ada@example.org', true);
    await expect(people.setPrimaryEmail(grace.id, 'second@example.org')).rejects.toMatchObject({ code: 'SEXTANT_USER_EMAIL_UNKNOWN' });
  });

  it('brings back a deleted user as an ordinary one, unless the name was given away', async () => {
    const [first, second] = [await people.create({ username: 'back-1', siteAdmin: true }), await people.create({ username: 'back-2' })];
    for (const { id } of [first, second]) await people.delete(id, { hard: false });
    expect(await people.recover(first.id)).toMatchObject({ id: first.id, username: 'back-1', siteAdmin: false });
    await people.create({ username: 'BACK-2' });
    await expect(people.recover(second.id)).rejects.toMatchObject({ code: 'SEXTANT_USER_NAME_TAKEN' });
    await expect(people.recover(first.id)).rejects.toMatchObject({ code: 'SEXTANT_USER_NOT_FOUND' });
  });
});
