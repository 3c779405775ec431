import { type Actor, type Clock, SextantError, type Storage, type Tx } from '@sextant/sdk';
import type { Alongside } from '../accounts/accounts.js';
import { claimName } from '../accounts/names.js';
import { parseDisplayName, parseUsername } from '../accounts/username.js';
import { givenByGroup } from '../groups/given-by-group.js';
import { type Team, TeamStore } from '../storage/team-store.js';
import { type MemberReference, matchMembers } from './member-matching.js';

/** Levels of a tree of teams. */
const MAX_DEPTH = 20;

/** A team by id or name. */
export type TeamReference = { readonly id: number } | { readonly name: string };

export interface NewTeam {
  readonly name: string;
  readonly displayName: string | undefined;
  readonly readonly: boolean;
  readonly parent: TeamReference | undefined;
}

export interface TeamChange {
  /** Null or empty removes it. */
  readonly displayName?: string | null;
  /** Null: it has none any more. */
  readonly parent?: TeamReference | null;
}

/**
 * Everybody sees teams. Who is in one renames it and adds members; a readonly one, only site admins. While its creator is a member, only the creator and site
 * admins remove others and delete it.
 */
export class Teams {
  readonly store: TeamStore;

  constructor(
    private readonly db: Storage,
    private readonly clock: Clock,
    /** Groups may give a membership of one that has just been made. */
    private readonly appeared: () => Promise<void>,
    /** Teams that one person may have made; site admins as many as they like. */
    private readonly perUser: () => number,
  ) {
    this.store = new TeamStore(db);
  }

  async administers(actor: Actor, team: Team): Promise<boolean> {
    if (actor.siteAdmin) return true;
    return !team.readonly && actor.kind === 'user' && actor.userId !== undefined && (await this.store.isMember(team.id, actor.userId));
  }

  /** @throws SEXTANT_TEAM_NOT_FOUND. */
  async get(reference: TeamReference): Promise<Team> {
    return find(this.store, reference);
  }

  /**
   * Who makes it and is no site admin becomes its first member.
   * @throws SEXTANT_TEAM_REFUSED, SEXTANT_TEAM_LIMIT, SEXTANT_TEAM_NOT_FOUND for the parent, SEXTANT_TEAM_TREE, SEXTANT_USER_NAME_INVALID, SEXTANT_USER_NAME_TAKEN.
   */
  async create(actor: Actor, team: NewTeam, alongside: Alongside<Team>): Promise<Team> {
    if (team.readonly && !actor.siteAdmin) throw refused('Only site admins make readonly teams.');
    const made = await this.db.transaction(async (tx) => {
      const now = this.clock.now();
      const parent = team.parent && (await this.#newParent(tx, actor, team.parent, 1));
      const store = new TeamStore(tx);
      if (!actor.siteAdmin && actor.userId !== undefined) await this.#assertMayCreateMore(tx, actor.userId);
      const inserted = await store.insert({
        name: parseUsername(team.name),
        displayName: parseDisplayName(team.displayName),
        readonly: team.readonly,
        parentId: parent?.id,
        creatorUserId: actor.userId,
        createdAt: now,
      });
      await claimName(tx, team.name, { teamId: inserted.id });
      if (!actor.siteAdmin && actor.userId !== undefined) await store.addMembers(inserted.id, [actor.userId], now);
      await alongside(tx, inserted);
      return inserted;
    });
    await this.appeared();
    return made;
  }

  /** @throws SEXTANT_TEAM_REFUSED, SEXTANT_TEAM_NOT_FOUND, SEXTANT_TEAM_TREE for a parent that is below the team or makes the tree too deep. */
  async update(actor: Actor, reference: TeamReference, change: TeamChange, alongside: Alongside<Team>): Promise<Team> {
    return this.db.transaction(async (tx) => {
      const store = new TeamStore(tx);
      // Two changes at once could each be sound, and make a circle together.
      if (change.parent !== undefined) await tx.query('lock table teams in share row exclusive mode');
      const team = await this.#administered(tx, actor, reference);
      let { parentId } = team;
      if (change.parent === null) parentId = undefined;
      else if (change.parent !== undefined) {
        const parent = await this.#newParent(tx, actor, change.parent, await store.height(team.id));
        if (parent.id === team.id || (await store.ancestors(parent.id)).some(({ id }) => id === team.id))
          throw tree('The new parent is the team itself or below it.');
        parentId = parent.id;
      }
      const displayName = change.displayName === undefined ? team.displayName : parseDisplayName(change.displayName);
      await store.update(team.id, { displayName, parentId }, this.clock.now());
      const changed = (await store.byId(team.id)) as Team;
      await alongside(tx, changed);
      return changed;
    });
  }

  /** @throws SEXTANT_TEAM_REFUSED, SEXTANT_TEAM_NOT_FOUND, SEXTANT_TEAM_TREE for one that has children. */
  async delete(actor: Actor, reference: TeamReference, alongside: Alongside<Team>): Promise<void> {
    await this.db.transaction(async (tx) => {
      await tx.query('lock table teams in share row exclusive mode');
      const store = new TeamStore(tx);
      const team = await this.#administered(tx, actor, reference);
      if (!(await this.#controls(tx, actor, team))) throw refused(BY_CREATOR);
      if ((await store.count({ parent: team.id })) > 0) throw tree('It has teams below it, which would go with it.');
      await store.delete(team.id);
      await alongside(tx, team);
    });
  }

  /** @throws SEXTANT_TEAM_REFUSED, SEXTANT_TEAM_NOT_FOUND, SEXTANT_TEAM_MEMBER_UNMATCHED; SEXTANT_MEMBERSHIP_BY_GROUP for `remove`. */
  async changeMembers(
    actor: Actor,
    reference: TeamReference,
    how: 'add' | 'remove' | 'set',
    members: readonly MemberReference[],
    skipUnmatched: boolean,
    alongside: Alongside<{ readonly team: Team; readonly userIds: readonly number[] }>,
  ): Promise<Team> {
    return this.db.transaction(async (tx) => {
      const store = new TeamStore(tx);
      const team = await this.#administered(tx, actor, reference);
      await tx.query('select 1 from teams where id = $1 for update', [team.id]);
      const userIds = await matchMembers(tx, actor, members, skipUnmatched);
      if (how !== 'add' && !(await this.#controls(tx, actor, team))) {
        const removed = how === 'remove' ? userIds : await store.membersNotIn(team.id, userIds);
        if (removed.some((id) => id !== actor.userId)) throw refused(BY_CREATOR);
      }
      if (how === 'remove') {
        const [byGroup] = await store.membersByGroup(team.id, userIds);
        if (byGroup) throw givenByGroup('membership', byGroup.source);
        await store.removeMembers(team.id, { in: userIds });
      } else {
        if (how === 'set') await store.removeMembers(team.id, { notIn: userIds });
        await store.addMembers(team.id, userIds, this.clock.now());
      }
      await alongside(tx, { team, userIds });
      return team;
    });
  }

  /** Whether the actor may take the team from others. A team whose creator has left it is its members'. */
  async #controls(tx: Tx, actor: Actor, { id, creatorUserId }: Team): Promise<boolean> {
    if (actor.siteAdmin || creatorUserId === undefined || creatorUserId === actor.userId) return true;
    return !(await new TeamStore(tx).isMember(id, creatorUserId));
  }

  /** The row of the user is locked: two requests at once would each count the same. */
  async #assertMayCreateMore(tx: Tx, userId: number): Promise<void> {
    await tx.query('select 1 from users where id = $1 for no key update', [userId]);
    const count = await new TeamStore(tx).countByCreator(userId);
    if (count < this.perUser()) return;
    throw new SextantError('SEXTANT_TEAM_LIMIT', {
      what: `You have created ${count} teams; this site allows ${this.perUser()} per person.`,
      fix: 'Delete one, or ask a site admin to create it.',
    });
  }

  async #administered(tx: Tx, actor: Actor, reference: TeamReference): Promise<Team> {
    const team = await find(new TeamStore(tx), reference);
    if (!(await this.administers(actor, team)))
      throw refused(team.readonly ? 'The team is readonly: site admins change it.' : 'Its members and site admins change it.');
    return team;
  }

  /** @param height levels that come below the parent. */
  async #newParent(tx: Tx, actor: Actor, reference: TeamReference, height: number): Promise<Team> {
    const store = new TeamStore(tx);
    const { id } = await find(store, reference);
    // It must be there, and where it is, when the transaction ends.
    await tx.query('select 1 from teams where id = $1 for share', [id]);
    const parent = await this.#administered(tx, actor, { id });
    if ((await store.ancestors(id)).length + 1 + height > MAX_DEPTH) throw tree(`The tree would be deeper than ${MAX_DEPTH} levels.`);
    return parent;
  }
}

async function find(store: TeamStore, reference: TeamReference): Promise<Team> {
  const team = 'id' in reference ? await store.byId(reference.id) : (await store.byNames([reference.name]))[0];
  if (!team) throw new SextantError('SEXTANT_TEAM_NOT_FOUND', { what: 'The team was not found.', fix: 'Check its name or id.' });
  return team;
}

const refused = (why: string): SextantError =>
  new SextantError('SEXTANT_TEAM_REFUSED', { what: 'You may not do this.', why, fix: 'Ask one of them.' });
const BY_CREATOR = 'Only its creator and site admins remove other members or delete the team.';
const tree = (why: string): SextantError =>
  new SextantError('SEXTANT_TEAM_TREE', {
    what: 'The team cannot be there.',
    why,
    fix: 'Choose another parent, or move the teams below first.',
  });
