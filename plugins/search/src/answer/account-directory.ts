import type { AccountDirectory, Users } from '@sextant/plugin-identity/api';
import type { AuthorDirectory } from './author-accounts.js';

/** Undefined without the identity plugin. */
export function accountDirectory(
  users: Pick<Users, 'byUsername'> | undefined,
  accounts: Pick<AccountDirectory, 'emails'> | undefined,
): AuthorDirectory | undefined {
  if (!users || !accounts) return undefined;
  return {
    async identityOf(username) {
      const user = await users.byUsername(username);
      if (!user) return undefined;
      const emails = await accounts.emails([user.id]);
      return {
        // Anybody can claim an address that is not proved.
        addresses: emails.filter(({ verified }) => verified).map(({ address }) => address),
        names: [user.username, user.displayName].filter((name) => name !== undefined),
      };
    },
  };
}
