import type { User, UserEmail } from '@sextant/plugin-identity/api';
import { expect, it } from 'vitest';
import { accountDirectory } from './account-directory.js';

const ada = { id: 7, username: 'ada', displayName: 'Ada Lovelace' } as User;
const users = { byUsername: async (name: string) => (name === 'ada' ? ada : undefined) };
const email = (address: string, verified: boolean): UserEmail => ({ userId: 7, address, verified, primary: false });
const accounts = { emails: async () => [email('ada@proved.example', true), email('boss@claimed.example', false)] };

it('knows a user by username, display name and the addresses that are proved', async () => {
  expect(await accountDirectory(users, accounts)?.identityOf('ada')).toEqual({
    addresses: ['ada@proved.example'],
    names: ['ada', 'Ada Lovelace'],
  });
});

it('knows nobody by another name', async () => expect(await accountDirectory(users, accounts)?.identityOf('zoe')).toBeUndefined());

it('is none without the plugin of accounts', () => {
  expect(accountDirectory(undefined, accounts)).toBeUndefined();
  expect(accountDirectory(users, undefined)).toBeUndefined();
});
