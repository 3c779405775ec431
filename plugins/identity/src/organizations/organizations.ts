import { type Actor, type Clock, SextantError, type Storage, type Tx } from '@sextant/sdk';
import { type Alongside, userNotFound } from '../accounts/accounts.js';
import { claimName } from '../accounts/names.js';
import { parseDisplayName, parseUsername } from '../accounts/username.js';
import type { Organization, Organizations, User } from '../api.js';
import { givenByGroup } from '../groups/given-by-group.js';
import { type OrganizationFilter, OrganizationStore } from '../storage/organization-store.js';
import { UserStore } from '../storage/user-store.js';

export interface OrganizationPolicy {
  /** Who may make organisations. */
  readonly creation: 'all-users' | 'site-admins';
  /** Who changes one, besides site admins. Owners alone remove others, make owners and delete it. */
  readonly administration: 'members' | 'owners';
  /** Organisations that one person may have made; site admins as many as they like. */
  readonly perUser: number;
}

/** Groups of people with settings of their own. To who is neither a member nor a site admin an organisation is not there. */
export class OrganizationDirectory implements Organizations {
  readonly #store: OrganizationStore;

  constructor(
    private readonly db: Storage,
    private readonly clock: Clock,
    private readonly policy: () => OrganizationPolicy,
    /** Groups may give a membership of one that has just been made. */
    private readonly appeared: () => Promise<void>,
  ) {
    this.#store = new OrganizationStore(db);
  }

  byId = (id: number): Promise<Organization | undefined> => this.#store.byId(id);
  byName = (name: string): Promise<Organization | undefined> => this.#store.byName(name);
  ofUsers = (ids: readonly number[]): Promise<ReadonlyMap<number, readonly Organization[]>> => this.#store.ofUsers(ids);
  count = (filter: OrganizationFilter): Promise<number> => this.#store.count(filter);

  async ofUser(userId: number): Promise<readonly Organization[]> {
    return (await this.#store.ofUsers([userId])).get(userId) ?? [];
  }

  async list(filter: OrganizationFilter, page: { readonly limit: number; readonly afterId: number }): Promise<readonly Organization[]> {
    return this.#store.list(filter, page);
  }

  async isMember(organizationId: number, userId: number): Promise<boolean> {
    return (await this.#store.membership(organizationId, userId)) !== undefined;
  }

  async administers(organizationId: number, userId: number): Promise<boolean> {
    const membership = await this.#store.membership(organizationId, userId);
    return membership !== undefined && (membership.owner || this.policy().administration === 'members');
  }

  /** @throws SEXTANT_ORGANIZATION_NOT_FOUND, also where the actor may not know of it; SEXTANT_ORGANIZATION_REFUSED for a member who does not administer it. */
  async administered(actor: Actor, id: number): Promise<Organization> {
    const organization = await this.#store.byId(id);
    const member = actor.userId !== undefined && (await this.isMember(id, actor.userId));
    if (!organization || !(actor.siteAdmin || member)) throw organizationNotFound();
    if (!actor.siteAdmin && !(actor.userId !== undefined && (await this.administers(id, actor.userId))))
      throw refused('Only its owners and site admins may change it.');
    return organization;
  }

  /** @throws as {@link administered} does, for who is no owner, too. */
  async owned(actor: Actor, id: number): Promise<Organization> {
    const organization = await this.#store.byId(id);
    const membership = actor.userId === undefined ? undefined : await this.#store.membership(id, actor.userId);
    if (!organization || !(actor.siteAdmin || membership)) throw organizationNotFound();
    if (!actor.siteAdmin && !membership?.owner) throw refused('Only its owners and site admins may do this.');
    return organization;
  }

  /** User ids, the first owner first. */
  owners = (id: number): Promise<readonly number[]> => this.#store.owners(id);

  /** Who makes it is its first member and owner. @throws SEXTANT_ORGANIZATION_REFUSED, SEXTANT_ORGANIZATION_LIMIT, SEXTANT_USER_NAME_INVALID, SEXTANT_USER_NAME_TAKEN. */
  async create(actor: Actor, name: string, displayName: string | undefined, alongside: Alongside<Organization>): Promise<Organization> {
    if (!actor.siteAdmin && (this.policy().creation !== 'all-users' || actor.serviceAccount))
      throw refused('Only site admins make organisations on this site.');
    const made = await this.db.transaction(async (tx) => {
      const now = this.clock.now();
      if (!actor.siteAdmin && actor.userId !== undefined) await this.#assertMayCreateMore(tx, actor.userId);
      const rows = await tx.query<{ id: number }>(
        'insert into organizations (name, display_name, creator_user_id, created_at, updated_at) values ($1, $2, $3, $4, $4) returning id',
        [parseUsername(name), parseDisplayName(displayName) ?? null, actor.userId ?? null, now],
      );
      const id = rows[0]?.id as number;
      await claimName(tx, name, { organizationId: id });
      if (actor.userId !== undefined) await addMember(tx, id, actor.userId, now, true);
      const organization = (await new OrganizationStore(tx).byId(id)) as Organization;
      await alongside(tx, organization);
      return organization;
    });
    await this.appeared();
    return made;
  }

  /** @throws SEXTANT_USER_NAME_INVALID, SEXTANT_ORGANIZATION_NOT_FOUND. */
  async update(id: number, displayName: string | undefined, alongside: Alongside<Organization>): Promise<Organization> {
    return this.db.transaction(async (tx) => {
      await hold(tx, id);
      await tx.query('update organizations set display_name = $2, updated_at = $3 where id = $1', [
        id,
        parseDisplayName(displayName) ?? null,
        this.clock.now(),
      ]);
      const organization = (await new OrganizationStore(tx).byId(id)) as Organization;
      await alongside(tx, organization);
      return organization;
    });
  }

  /** Forgets it, its memberships and invitations; its name is free again. */
  async delete(id: number, alongside: Alongside<number>): Promise<void> {
    await this.db.transaction(async (tx) => {
      await hold(tx, id);
      await tx.query('delete from organizations where id = $1', [id]);
      await alongside(tx, id);
    });
  }

  /** @throws SEXTANT_ORGANIZATION_NOT_FOUND, SEXTANT_USER_NOT_FOUND. */
  async addMember(id: number, user: User, alongside: Alongside<number>): Promise<void> {
    await this.db.transaction(async (tx) => {
      await hold(tx, id);
      await addMember(tx, id, user.id, this.clock.now());
      await alongside(tx, user.id);
    });
  }

  /**
   * @param byPerson false: a site admin does it, who may take the last member away, too.
   * @throws SEXTANT_ORGANIZATION_LAST_MEMBER, SEXTANT_USER_NOT_FOUND for who is no member, SEXTANT_MEMBERSHIP_BY_GROUP.
   */
  async removeMember(id: number, userId: number, byPerson: boolean, alongside: Alongside<number>): Promise<void> {
    await this.db.transaction(async (tx) => {
      await hold(tx, id);
      const store = new OrganizationStore(tx);
      const membership = await store.membership(id, userId);
      if (!membership) throw userNotFound();
      if (byPerson) await this.#keepsSomebody(tx, id, userId);
      const sources = await tx.query<{ source: string }>(
        `select source from organization_members where organization_id = $1 and user_id = $2 and source <> '' limit 1`,
        [id, userId],
      );
      if (sources[0]) throw givenByGroup('membership', sources[0].source);
      await tx.query(`delete from organization_members where organization_id = $1 and user_id = $2 and source = ''`, [id, userId]);
      await alongside(tx, userId);
    });
  }

  /** @throws SEXTANT_USER_NOT_FOUND for who is no member, SEXTANT_ORGANIZATION_LAST_MEMBER. */
  async setOwner(id: number, userId: number, owner: boolean, byPerson: boolean, alongside: Alongside<number>): Promise<void> {
    await this.db.transaction(async (tx) => {
      await hold(tx, id);
      if (!(await new OrganizationStore(tx).membership(id, userId))) throw userNotFound();
      if (!owner && byPerson) await this.#keepsSomebody(tx, id, userId);
      await tx.query(
        `insert into organization_members (organization_id, user_id, owner, created_at) values ($1, $2, $3, $4)
         on conflict (organization_id, user_id, source) do update set owner = excluded.owner`,
        [id, userId, owner, this.clock.now()],
      );
      await alongside(tx, userId);
    });
  }

  /** The row of the user is locked: two requests at once would each count the same. */
  async #assertMayCreateMore(tx: Tx, userId: number): Promise<void> {
    const { perUser } = this.policy();
    await tx.query('select 1 from users where id = $1 for no key update', [userId]);
    const [row] = await tx.query<{ count: number }>('select count(*)::int as count from organizations where creator_user_id = $1', [
      userId,
    ]);
    if ((row?.count ?? 0) < perUser) return;
    throw new SextantError('SEXTANT_ORGANIZATION_LIMIT', {
      what: `You have created ${row?.count ?? 0} organisations; this site allows ${perUser} per person.`,
      fix: 'Delete one, or ask a site admin to create it.',
    });
  }

  /** An owner must stay, and in an organisation without one a member. */
  async #keepsSomebody(tx: Tx, id: number, userId: number): Promise<void> {
    const [left] = await tx.query<{ owners: boolean | null; members: number; owned: boolean | null }>(
      `select bool_or(owner) filter (where user_id <> $2) as owners, count(*) filter (where user_id <> $2)::int as members,
       bool_or(owner) filter (where user_id = $2) as owned from organization_members where organization_id = $1`,
      [id, userId],
    );
    const kind = left?.owned ? 'owner' : 'member';
    if (kind === 'owner' ? left?.owners : (left?.members ?? 0) > 0) return;
    throw new SextantError('SEXTANT_ORGANIZATION_LAST_MEMBER', {
      what: `The last ${kind} cannot leave an organisation.`,
      why: 'Nobody would be left to administer it.',
      fix: `Make another ${kind === 'owner' ? 'member an owner' : 'user a member'} first, or delete the organisation.`,
    });
  }
}

/** Keeps the organisation and its memberships as they are until the transaction ends. */
async function hold(tx: Tx, id: number): Promise<void> {
  const rows = await tx.query('select 1 from organizations where id = $1 for update', [id]);
  if (rows.length === 0) throw organizationNotFound();
}

/** Within a transaction. @throws SEXTANT_USER_NOT_FOUND. */
export async function addMember(tx: Tx, id: number, userId: number, now: Date, owner = false): Promise<void> {
  await tx.query('select 1 from users where id = $1 for share', [userId]);
  if (!(await new UserStore(tx).byId(userId))) throw userNotFound();
  await new OrganizationStore(tx).addMember(id, userId, now, owner);
}

export const organizationNotFound = (): SextantError =>
  new SextantError('SEXTANT_ORGANIZATION_NOT_FOUND', { what: 'The organisation was not found.', fix: 'Check its name or id.' });
const refused = (why: string): SextantError =>
  new SextantError('SEXTANT_ORGANIZATION_REFUSED', { what: 'You may not do this.', why, fix: 'Ask one of them.' });
