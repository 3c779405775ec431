import { ANONYMOUS, type Authenticator, type Contribution } from '@sextant/sdk';
import { describe, expect, it } from 'vitest';
import { type Door, isLocalOnly, refuseOpenDoor } from './authentication.js';

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
