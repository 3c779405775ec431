import { type Actor, ANONYMOUS, type Authenticator, type Contribution, type Credentials, type Gate } from '@sextant/sdk';
import { describe, expect, it } from 'vitest';
import { localAccountRefusal } from '../http/auth-errors.js';
import { authenticateWith, type Door, isLocalOnly, refuseOpenDoor } from './authentication.js';

const door = (more: Partial<Door> = {}): Door => ({ host: '127.0.0.1', trustProxy: false, ...more });
const tokens = (exist: boolean): readonly Contribution<Authenticator>[] => [
  {
    plugin: 'test',
    reject: () => {},
    value: { name: 'test', hasCredentials: async () => exist, authenticate: async () => ANONYMOUS },
  } as Contribution<Authenticator>,
];

describe('who comes in without a credential', () => {
  it.each<[string, Door, boolean]>([
    ['bound to loopback', door(), true],
    ['with an external URL of this machine', door({ externalUrl: 'http://localhost:7080/x' }), true],
    ['bound to all addresses', door({ host: '0.0.0.0' }), false],
    ['bound to a name that only begins like loopback', door({ host: '127.evil.example' }), false],
    ['with an external URL that others reach', door({ externalUrl: 'https://sextant.example.com' }), false],
    ['with an external URL that only looks like this machine', door({ externalUrl: 'https://127.0.0.1.example.com' }), false],
    ['behind a proxy that is trusted', door({ trustProxy: true }), false],
  ])('is this machine alone, where nobody else can come in: %s', (_name, given, local) => {
    expect(isLocalOnly(given)).toBe(local);
  });

  it.each<[string, Door]>([
    ['Sextant does not listen on 0.0.0.0', door({ host: '0.0.0.0' })],
    ['Sextant does not start behind https://sextant.example.com', door({ externalUrl: 'https://sextant.example.com' })],
    ['Sextant does not start behind a proxy', door({ trustProxy: true })],
  ])('is nobody while no credential exists: %s', async (what, given) => {
    await expect(refuseOpenDoor(given, tokens(false))).rejects.toMatchObject({
      code: 'SEXTANT_HTTP_NO_CREDENTIAL',
      what: expect.stringContaining(what),
    });
    await expect(refuseOpenDoor(given, tokens(true))).resolves.toBeUndefined();
  });

  it('is of no matter behind a proxy to a process that asks nobody who they are', async () => {
    await expect(refuseOpenDoor(door({ trustProxy: true }), [])).resolves.toBeUndefined();
    await expect(refuseOpenDoor(door({ host: '0.0.0.0' }), [])).rejects.toMatchObject({ code: 'SEXTANT_HTTP_NO_CREDENTIAL' });
  });
});

describe('who a request is from', () => {
  const contribution = <V>(value: V): Contribution<V> => ({ plugin: 'test', reject: () => {}, value }) as Contribution<V>;
  const somebody = (id: string): Actor => ({ kind: 'user', id, siteAdmin: false, via: 'session' });
  const knows = (actor: Actor | undefined, more: Partial<Authenticator> = {}): Contribution<Authenticator> =>
    contribution({ name: 'test', hasCredentials: async () => true, authenticate: async () => actor, ...more });
  const request: Credentials = { headers: {}, remoteAddress: '192.0.2.7', localMode: false };

  it('tells the first that knows, and one that is a fallback only when no other does', async () => {
    const fallback = knows(somebody('fallback'), { fallback: true });
    expect((await authenticateWith([fallback, knows(undefined), knows(somebody('session'))], [])(request)).id).toBe('session');
    expect((await authenticateWith([fallback, knows(undefined)], [])(request)).id).toBe('fallback');
    expect((await authenticateWith([fallback, knows(ANONYMOUS)], [])(request)).id).toBe('anonymous');
  });

  it.each(['other', 'unknown', undefined] as const)(
    'is asked of an account of this machine that does not run Sextant: %s',
    async (peer) => {
      const local: Credentials = { ...request, remoteAddress: '127.0.0.1', localMode: true, ...(peer ? { peerAccount: peer } : {}) };
      const ask = authenticateWith([knows(undefined)], []);
      await expect(ask(local)).rejects.toMatchObject({ code: 'SEXTANT_AUTH_LOCAL_ACCOUNT', status: 401 });
      expect((await ask({ ...local, peerAccount: 'owner' })).id).toBe('anonymous');
      expect((await ask({ ...local, localMode: false })).id).toBe('anonymous');
      // Where people sign in, an authenticator says that it is nobody.
      expect((await authenticateWith([knows(ANONYMOUS)], [])(local)).id).toBe('anonymous');
      expect((await authenticateWith([knows(somebody('session'))], [])(local)).id).toBe('session');
    },
  );

  it('is said to somebody who started it with sudo, and asks with another account', () => {
    expect(localAccountRefusal('other', {}).fix).not.toContain('sudo');
    expect(localAccountRefusal('other', { SUDO_UID: '1000' }).fix).toContain('run its commands with sudo');
  });

  it('is of no matter to a gate that does not admit the request', async () => {
    const gate: Gate = {
      name: 'addresses',
      admit: async ({ remoteAddress }, actor) => {
        if (remoteAddress !== '127.0.0.1') throw new Error(`${actor.id} from ${remoteAddress}`);
      },
    };
    const ask = authenticateWith([knows(somebody('session'))], [contribution(gate)]);
    await expect(ask(request)).rejects.toThrow('session from 192.0.2.7');
    expect((await ask({ ...request, remoteAddress: '127.0.0.1' })).id).toBe('session');
  });
});
