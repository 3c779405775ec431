import { type Actor, type Queryable, SextantError } from '@sextant/sdk';
import { UserStore } from '../storage/user-store.js';

/** Names somebody, by one thing or by several that must agree. */
export interface MemberReference {
  readonly userId?: number;
  readonly username?: string;
  /** One that its owner has proved. */
  readonly email?: string;
  readonly externalAccount?: {
    readonly serviceType: string;
    readonly serviceId: string;
    /** The place's own id of the account; or, without it, the name there. */
    readonly accountId?: string;
    readonly login?: string;
  };
}

/** More is a mistake, or a way to keep the database busy. */
const MAX_REFERENCES = 1000;

/**
 * The users behind references. Addresses and accounts elsewhere are the business of site admins and of the user: for anybody else such a reference finds
 * nobody, so that a team is no way to learn whose an address is.
 * @throws SEXTANT_TEAM_MEMBER_UNMATCHED, unless those that find nobody are to be skipped.
 */
export async function matchMembers(
  db: Queryable,
  actor: Actor,
  references: readonly MemberReference[],
  skipUnmatched: boolean,
): Promise<readonly number[]> {
  if (references.length > MAX_REFERENCES) throw unmatched(`There are more than ${MAX_REFERENCES} of them.`, 'Send them in parts.');
  const users = new UserStore(db);
  const found = new Set<number>();
  let missing = 0;
  for (const reference of references) {
    const id = await matchOne(db, users, actor, reference);
    if (id === undefined) missing++;
    else found.add(id);
  }
  if (missing > 0 && !skipUnmatched)
    throw unmatched(`${missing} of ${references.length} match no user that you may name so.`, 'Correct them, or set skipUnmatchedMembers.');
  return [...found];
}

async function matchOne(db: Queryable, users: UserStore, actor: Actor, reference: MemberReference): Promise<number | undefined> {
  const { userId, username, email, externalAccount } = reference;
  const ids: (number | undefined)[] = [];
  if (userId !== undefined) ids.push((await users.byId(userId))?.id);
  if (username !== undefined) ids.push((await users.byUsername(username))?.id);
  if (email !== undefined) ids.push(ofPrivate(actor, (await users.byVerifiedEmail(email))?.id));
  if (externalAccount) ids.push(ofPrivate(actor, await ownerOf(db, externalAccount)));
  return ids.length > 0 && ids.every((id) => id === ids[0]) ? ids[0] : undefined;
}

const ofPrivate = (actor: Actor, id: number | undefined): number | undefined => (actor.siteAdmin || id === actor.userId ? id : undefined);

async function ownerOf(db: Queryable, account: NonNullable<MemberReference['externalAccount']>): Promise<number | undefined> {
  if (account.accountId === undefined && account.login === undefined) return undefined;
  const rows = await db.query<{ userId: number }>(
    `select distinct a.user_id as "userId" from external_accounts a join users u on u.id = a.user_id
     where a.service_type = $1 and a.service_id = $2 and u.deleted_at is null
     and ($3::text is null or a.account_id = $3) and ($4::text is null or lower(a.username) = lower($4)) limit 2`,
    [account.serviceType, account.serviceId, account.accountId ?? null, account.login ?? null],
  );
  return rows.length === 1 ? rows[0]?.userId : undefined;
}

const unmatched = (why: string, fix: string): SextantError =>
  new SextantError('SEXTANT_TEAM_MEMBER_UNMATCHED', { what: 'The members cannot be matched to users.', why, fix });
