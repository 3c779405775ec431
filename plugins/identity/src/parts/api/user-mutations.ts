import type { Resolver } from '@sextant/sdk';
import { foldName } from '../../accounts/username.js';
import type { PasswordLinks } from '../../api.js';
import type { Identity } from '../../identity.js';
import { administeredUser, forbidden } from './viewer.js';

interface CreateArguments {
  readonly username: string;
  readonly email?: string | null;
  readonly verifiedEmail?: boolean | null;
}
interface UpdateArguments {
  readonly user: string;
  readonly username?: string | null;
  readonly displayName?: string | null;
}

export function userMutations(identity: Identity, links: () => PasswordLinks | undefined): Readonly<Record<string, Resolver>> {
  return {
    createUser: async (_parent, { username, email, verifiedEmail }: CreateArguments, { actor }) => {
      const verified = verifiedEmail ?? true;
      const user = await identity.accounts.create({ username, emails: email ? [{ address: email, verified }] : [] }, async (tx, { id }) => {
        await identity.audit.record('user', 'created', { actor }, { subjectUID: String(id) }, { tx });
        if (email) await identity.audit.record('user.email', 'added', { actor }, { subjectUID: String(id), verified }, { tx });
      });
      const link = await links()?.welcome(user.id);
      return { user, resetPasswordURL: link?.url ?? null, emailSent: link?.mailed ?? false };
    },
    deleteUser: async (_parent, args: { user: string; hard?: boolean | null }, { actor }) => {
      const user = await administeredUser(identity.users, actor, args.user);
      if (user.id === actor.userId) throw forbidden('Nobody can delete the account in use.');
      const hard = args.hard ?? false;
      await identity.accounts.delete(user.id, { hard }, (tx, { id }) =>
        identity.audit.record('user', hard ? 'hardDeleted' : 'deleted', { actor }, { subjectUID: String(id) }, { tx }),
      );
      return { alwaysNil: null };
    },
    updateUser: async (_parent, args: UpdateArguments, { actor }) => {
      const user = await administeredUser(identity.users, actor, args.user);
      const username = args.username ?? undefined;
      const renames = username !== undefined && foldName(username) !== foldName(user.username);
      if (renames && !actor.siteAdmin && !(await identity.allowsUsernameChanges()))
        throw forbidden('The site does not let people change their user names.');
      return identity.accounts.update(user.id, { username, displayName: args.displayName ?? undefined }, (tx, { id }) =>
        identity.audit.record('user', 'modified', { actor }, { subjectUID: String(id) }, { tx }),
      );
    },
    setUserIsSiteAdmin: async (_parent, args: { userID: string; siteAdmin: boolean }, { actor }) => {
      const user = await administeredUser(identity.users, actor, args.userID);
      if (user.id === actor.userId) throw forbidden('Nobody can change the rights of the account in use.');
      await identity.accounts.setSiteAdmin(user.id, args.siteAdmin, (tx, { id }) =>
        identity.audit.record('user', 'modified', { actor }, { subjectUID: String(id), siteAdmin: args.siteAdmin }, { tx }),
      );
      return { alwaysNil: null };
    },
  };
}
