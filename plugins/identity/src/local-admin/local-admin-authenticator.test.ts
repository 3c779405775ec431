import type { Credentials, PeerAccount } from '@sextant/sdk';
import { expect, it } from 'vitest';
import type { User } from '../api.js';
import { PermissionRegistry } from '../roles/permission-registry.js';
import { AccountActors } from '../roles/user-actors.js';
import type { LocalAdmin } from './local-admin.js';
import { LocalAdminAuthenticator } from './local-admin-authenticator.js';

const root = { id: 1, username: 'root', siteAdmin: true } as User;
const actors = new AccountActors({ query: async () => [] }, new PermissionRegistry([]));
const authenticator = new LocalAdminAuthenticator({ get: async () => root } as LocalAdmin, actors);
const request = (localMode: boolean, peerAccount?: PeerAccount, authorization?: string): Credentials => ({
  headers: { authorization },
  remoteAddress: '127.0.0.1',
  localMode,
  ...(peerAccount ? { peerAccount } : {}),
});

it('takes the account that runs Sextant in local mode, and no other, for the local site admin', async () => {
  expect(await authenticator.authenticate(request(true, 'owner'))).toEqual({
    kind: 'user',
    id: 'user:1',
    userId: 1,
    username: 'root',
    siteAdmin: true,
    via: 'local',
  });
  for (const other of ['other', 'unknown', undefined] as const)
    expect(await authenticator.authenticate(request(true, other))).toBeUndefined();
  expect(await authenticator.authenticate(request(false, 'owner'))).toBeUndefined();
  expect(await authenticator.authenticate(request(true, 'owner', 'Negotiate abc'))).toBeUndefined();
});

it('is asked when nobody else knows', () => {
  expect(authenticator.fallback).toBe(true);
});
