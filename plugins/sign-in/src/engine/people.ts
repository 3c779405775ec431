import { createHash } from 'node:crypto';
import {
  type AccountDirectory,
  type AuditActor,
  type AuditTrail,
  type ExternalAccount,
  type ExternalAccounts,
  type ExternalIdentity,
  type NewAccount,
  type NewcomerGate,
  signInRefused,
  type User,
  type UserGroups,
  type Users,
} from '@sextant/plugin-identity/api';
import { type Contribution, SextantError, type Storage } from '@sextant/sdk';
import { groupSource } from '../configuration/group-rules.js';
import type { Way } from '../configuration/provider-entries.js';

interface PeopleParts {
  readonly db: Storage;
  readonly users: Users;
  readonly accounts: AccountDirectory;
  readonly external: ExternalAccounts;
  readonly groups: UserGroups;
  readonly newcomers: readonly Contribution<NewcomerGate>[];
  readonly audit: AuditTrail;
}

/** Somebody whom a provider names. */
interface Arrival {
  readonly way: Way;
  readonly identity: ExternalIdentity;
  readonly who: AuditActor;
}

export interface Known {
  readonly user: User;
  readonly account: ExternalAccount;
  /** How it is known whose the account is. */
  readonly by: 'account' | 'consent' | 'email' | 'signup';
}

const ATTEMPTS = 3;
const NOT_LINKED =
  'This account is not linked to a user here, and no new user is made for it. If you have a user here, sign in the way you did before, and link this account on your account page.';

/**
 * Tells whose account at a provider is: the user's that it is linked to; else, the user's who asks for it while signed in; else, where the entry has
 * `linkByVerifiedEmail`, the user's who has proved an address that the provider has proved too, if that is no site admin; else a new user's, if the site lets
 * people sign up so. Nothing weaker links anybody.
 */
export class People {
  constructor(private readonly parts: PeopleParts) {}

  /** @param consent the user who asked to link it. @throws SEXTANT_SIGN_IN_REFUSED, with words for the person. */
  async find(way: Way, identity: ExternalIdentity, who: AuditActor, consent?: User): Promise<Known> {
    if (identity.accountId === '' || identity.accountId.length > 1_000 || identity.username.length > 1_000)
      throw signInRefused('The provider does not say which account it is.');
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.#find({ way, identity, who }, consent);
      } catch (error) {
        // Somebody with the same name or account came at the same moment: what is so now is looked at again.
        const raced = SextantError.is(error) && RACED.has(error.code) && consent === undefined;
        if (!raced || attempt === ATTEMPTS) throw error;
      }
    }
  }

  async #find(arrival: Arrival, consent: User | undefined): Promise<Known> {
    const { users, external } = this.parts;
    const { way, identity } = arrival;
    const linked = (await external.byAccountIds(way.service, [identity.accountId])).get(identity.accountId);
    if (linked) {
      const user = await users.byId(linked.userId);
      if (!user || user.serviceAccount) throw signInRefused('Its user is deactivated.');
      if (consent && consent.id !== user.id) throw signInRefused('This account belongs to another user here.');
      return this.#known(arrival, user, 'account');
    }
    if (consent) return this.#known(arrival, consent, 'consent');
    // Where nothing would come of it, nothing tells whether there is such a user.
    const owner = way.linkByVerifiedEmail || way.allowSignup ? await this.#byEmail(identity) : undefined;
    if (owner && way.linkByVerifiedEmail && !owner.siteAdmin) return this.#known(arrival, owner, 'email');
    if (owner) throw signInRefused(NOT_LINKED);
    const before = await this.#before(way, identity);
    if (before !== undefined && !(await users.byId(before))) throw signInRefused('Its user was deleted here.');
    if (!way.allowSignup) throw signInRefused(NOT_LINKED);
    await this.admitNewcomer(identity.emails.map(({ address }) => address));
    return this.#known(arrival, await this.#newcomer(identity), 'signup');
  }

  /** Of somebody who is signed in and proves it once more: nothing is linked. @throws SEXTANT_SIGN_IN_REFUSED for an account that is not linked to the user. */
  async confirm(way: Way, identity: ExternalIdentity, user: User): Promise<Known> {
    const account = (await this.parts.external.byAccountIds(way.service, [identity.accountId])).get(identity.accountId);
    if (account?.userId !== user.id) throw signInRefused('This account is not the one of the user who is signed in.');
    return { user, account, by: 'account' };
  }

  /** @throws SEXTANT_SIGN_IN_REFUSED for somebody who may not come in as somebody new. */
  async admitNewcomer(addresses: readonly string[]): Promise<void> {
    for (const { value } of this.parts.newcomers) {
      const why = await value.refusal({ addresses });
      if (why !== undefined) throw signInRefused(why);
    }
  }

  async #byEmail(identity: ExternalIdentity): Promise<User | undefined> {
    const proved = identity.emails.filter(({ verified }) => verified).map(({ address }) => address);
    if (proved.length === 0) return undefined;
    const found = new Map([...(await this.parts.accounts.byVerifiedEmails(proved)).values()].map((user) => [user.id, user]));
    if (found.size > 1) throw signInRefused('Its addresses belong to several users here.');
    const [user] = found.values();
    if (user?.serviceAccount) throw signInRefused('Its address belongs to a service account.');
    return user;
  }

  async #newcomer({ username, displayName, avatarUrl, emails }: ExternalIdentity): Promise<NewAccount> {
    return {
      username: await this.parts.accounts.freeUsername(username || emails[0]?.address || 'user'),
      ...(displayName ? { displayName: displayName.slice(0, 200) } : {}),
      ...(avatarUrl ? { avatarUrl } : {}),
      emails: distinct(emails),
    };
  }

  /** The account is the person's from now on, and what it tells of them is taken over: all of it or nothing. */
  async #known({ way, identity, who }: Arrival, person: User | NewAccount, by: Known['by']): Promise<Known> {
    const { db, external, groups, users, accounts, audit } = this.parts;
    const { user, account } = await db.transaction(async (tx) => {
      const user = 'id' in person ? person : await accounts.within(tx).create(person);
      const account = await external.within(tx).link(user.id, {
        service: way.service,
        providerId: way.id,
        accountId: identity.accountId,
        username: identity.username,
        ...(identity.displayName ? { displayName: identity.displayName } : {}),
        ...(identity.credential ? { credential: identity.credential } : {}),
      });
      await tx.query(
        'INSERT INTO arrivals (account, user_id) VALUES ($1, $2) ON CONFLICT (account) DO UPDATE SET user_id = excluded.user_id WHERE arrivals.user_id <> excluded.user_id',
        [keyOf(way, identity), user.id],
      );
      if (identity.groups) await groups.within(tx).set(user.id, groupSource(way.id), identity.groups);
      const facts = { provider: way.id, subjectUID: String(user.id), by };
      if (by === 'signup') await audit.record('user', 'created', who, facts, { tx });
      else if (by !== 'account') await audit.record(entityOf(way), 'linked', who, facts, { tx });
      return { user, account };
    });
    // Groups may have made a site admin of an ordinary user, and the session is to be one of who it is now.
    return { user: (identity.groups && (await users.byId(user.id))) || user, account, by };
  }

  /** Whose the account was last, also when that user is gone. */
  async #before(way: Way, identity: ExternalIdentity): Promise<number | undefined> {
    const [row] = await this.parts.db.query<{ user_id: number }>('SELECT user_id FROM arrivals WHERE account = $1', [keyOf(way, identity)]);
    return row?.user_id;
  }
}

/** As the audit log calls what comes by a way of this type. */
export const entityOf = (way: Pick<Way, 'provider'> | undefined): string => way?.provider.auditedAs ?? 'auth.provider';

const RACED: ReadonlySet<string> = new Set(['SEXTANT_USER_NAME_TAKEN', 'SEXTANT_USER_EMAIL_TAKEN', 'SEXTANT_EXTERNAL_ACCOUNT_TAKEN']);

/** Only whether it was here before must be known of an account whose user is gone, so nothing of it is kept in clear. */
const keyOf = ({ service }: Way, { accountId }: ExternalIdentity): Buffer =>
  createHash('sha256')
    .update(JSON.stringify([service.type, service.id, accountId]))
    .digest();

function distinct(emails: ExternalIdentity['emails']): ExternalIdentity['emails'] {
  const byAddress = new Map<string, ExternalIdentity['emails'][number]>();
  for (const email of emails) if (!byAddress.get(email.address.toLowerCase())?.verified) byAddress.set(email.address.toLowerCase(), email);
  // Proved ones first: the first is where mail goes.
  return [...byAddress.values()].sort((a, b) => Number(b.verified) - Number(a.verified)).slice(0, 20);
}
