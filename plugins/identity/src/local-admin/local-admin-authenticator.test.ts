import type { Credentials } from '@sextant/sdk';
import { expect, it } from 'vitest';
import type { User } from '../api.js';
import { PermissionRegistry } from '../roles/permission-registry.js';
import { AccountActors } from '../roles/user-actors.js';
import type { LocalAdmin } from './local-admin.js';
import { LocalAdminAuthenticator } from './local-admin-authenticator.js';

const root = { id: 1, username: 'root', siteAdmin: true } as User;
const actors = new AccountActors({ query: async () => [] }, new PermissionRegistry([]));
const authenticator = new LocalAdminAuthenticator({ get: async () => root } as LocalAdmin, actors);
const request = (localMode: boolean, authorization?: string): Credentials => ({
  headers: { authorization },
  remoteAddress: '127.0.0.1',
  localMode,
});

it('takes whoever brings nothing in local mode, and nobody else, for the local site admin', async () => {
  expect(await authenticator.authenticate(request(true))).toEqual({
    kind: 'user',
    id: 'user:1',
    userId: 1,
    username: 'root',
    siteAdmin: true,
    via: 'local',
  });
  expect(await authenticator.authenticate(request(false))).toBeUndefined();
  expect(await authenticator.authenticate(request(true, 'Negotiate abc'))).toBeUndefined();
});

it('is asked when nobody else knows', () => {
  expect(authenticator.fallback).toBe(true);
});
