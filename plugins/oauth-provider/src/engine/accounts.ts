import type { AccountDirectory, Users } from '@sextant/plugin-identity/api';
import type { Account } from 'oidc-provider';

/** A user as the provider tells of them; undefined when there is none any more. */
export async function findAccount(
  { users, accounts }: { readonly users: Users; readonly accounts: AccountDirectory },
  id: string,
): Promise<Account | undefined> {
  const user = /^[1-9]\d{0,9}$/.test(id) ? await users.byId(Number(id)) : undefined;
  if (!user) return undefined;
  return {
    accountId: id,
    claims: async (_use, scope) => {
      const email = scope.split(' ').includes('email') ? (await accounts.emails([user.id])).find(({ primary }) => primary) : undefined;
      return {
        sub: id,
        name: user.displayName ?? user.username,
        preferred_username: user.username,
        ...(user.avatarUrl === undefined ? {} : { picture: user.avatarUrl }),
        ...(email === undefined ? {} : { email: email.address, email_verified: email.verified }),
      };
    },
  };
}
