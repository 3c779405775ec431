import { type Clock, type Events, type Queryable, SextantError, type Storage } from '@sextant/sdk';
import type { Accounts, Alongside } from '../accounts/accounts.js';
import { type User, userChanged } from '../api.js';
import { type Role, RoleStore } from '../storage/role-store.js';
import type { Permission, PermissionRegistry, SystemRole } from './permission-registry.js';

const NAME = /^[\p{L}\p{N}](?:[\p{L}\p{N} ._-]{0,78}[\p{L}\p{N}.])?$/u;
/** More would say that roles are used as groups. */
const MAX_ROLES = 1000;

/** Makes roles and gives them to people. That somebody is a site admin and has the role SITE_ADMINISTRATOR are one thing. */
export class Roles {
  readonly store: RoleStore;

  constructor(
    private readonly db: Storage,
    private readonly events: Events,
    private readonly clock: Clock,
    private readonly accounts: Accounts,
    private readonly permissions: PermissionRegistry,
    /** Groups may give one that has just been made. */
    private readonly appeared: () => Promise<void>,
  ) {
    this.store = new RoleStore(db);
  }

  async permissionsOf(roles: readonly Role[]): Promise<ReadonlyMap<number, readonly Permission[]>> {
    const marks = await this.store.marksOf(roles.map(({ id }) => id));
    const all = this.permissions.all();
    return new Map(
      roles.map((role) => {
        const said = marks.get(role.id) ?? [];
        const has = new Set(role.system ? this.permissions.defaultsOf(role.name as SystemRole) : []);
        for (const mark of said) mark.startsWith('+') ? has.add(mark.slice(1)) : has.delete(mark.slice(1));
        return [role.id, all.filter(({ name }) => has.has(name))];
      }),
    );
  }

  async permissionsOfUser(user: {
    readonly id: number;
    readonly siteAdmin: boolean;
    readonly serviceAccount: boolean;
  }): Promise<readonly Permission[]> {
    const all = this.permissions.all();
    if (user.siteAdmin) return all;
    const has = this.permissions.effective(user.serviceAccount, await this.store.marksOfUser(user.id));
    return all.filter(({ name }) => has.includes(name));
  }

  /** @throws SEXTANT_ROLE_INVALID, SEXTANT_ROLE_NAME_TAKEN, SEXTANT_PERMISSION_UNKNOWN. */
  async create(name: string, permissions: readonly string[], alongside: Alongside<Role>): Promise<Role> {
    const trimmed = name.trim();
    if (!NAME.test(trimmed)) throw invalid('Its name must be 1 to 80 letters, digits, blanks and - . _ between them.');
    const choices = this.#choices(permissions, false);
    const made = await this.db.transaction(async (tx) => {
      await tx.query('lock table roles in share row exclusive mode');
      const store = new RoleStore(tx);
      if ((await store.count()) >= MAX_ROLES) throw invalid(`There are ${MAX_ROLES} roles already.`);
      const role = await store.insert(trimmed, this.clock.now());
      if (!role) throw new SextantError('SEXTANT_ROLE_NAME_TAKEN', { what: `There is a role "${trimmed}".`, fix: 'Choose another name.' });
      await store.setPermissions(role.id, choices);
      await alongside(tx, role);
      return role;
    });
    await this.appeared();
    return made;
  }

  /** @throws SEXTANT_ROLE_NOT_FOUND, SEXTANT_ROLE_SYSTEM. */
  async delete(id: number, alongside: Alongside<Role>): Promise<void> {
    await this.db.transaction(async (tx) => {
      const role = await lockedRole(tx, id);
      if (role.system) throw system(`The role ${role.name} cannot be deleted.`);
      const store = new RoleStore(tx);
      const holders = await store.usersWith(id);
      await store.delete(id);
      for (const userId of holders) await this.events.publish(userChanged, { userId }, { tx });
      await alongside(tx, role);
    });
  }

  /** All that the role permits. @throws SEXTANT_ROLE_NOT_FOUND, SEXTANT_ROLE_SYSTEM for site admins, who may do everything; SEXTANT_PERMISSION_UNKNOWN. */
  async setPermissions(id: number, permissions: readonly string[], alongside: Alongside<Role>): Promise<void> {
    await this.db.transaction(async (tx) => {
      const role = await lockedRole(tx, id);
      if (role.name === 'SITE_ADMINISTRATOR') throw system('Site admins may do everything.');
      await new RoleStore(tx).setPermissions(id, this.#choices(permissions, true));
      await alongside(tx, role);
    });
  }

  /**
   * All roles that the user is given by hand. SITE_ADMINISTRATOR among them makes a site admin, its absence an ordinary user; the other system roles may be
   * named and change nothing. What groups give stays.
   * @throws SEXTANT_ROLE_NOT_FOUND, SEXTANT_USER_NOT_FOUND, SEXTANT_USER_PROTECTED; SEXTANT_USER_FORBIDDEN where somebody would demote themselves.
   */
  async setRolesOf(userId: number, roleIds: readonly number[], byUserId: number | undefined, alongside: Alongside<User>): Promise<void> {
    const roles = await this.store.byIds(roleIds);
    if (new Set(roleIds).size !== roles.length) throw roleNotFound();
    const siteAdmin = roles.some(({ name }) => name === 'SITE_ADMINISTRATOR');
    const given = roles.filter((role) => !role.system).map(({ id }) => id);
    await this.db.transaction(async (tx) => {
      const user = await this.accounts.locked(tx, userId);
      if (user.siteAdmin !== siteAdmin && userId === byUserId) throw ownRights();
      if (user.siteAdmin !== siteAdmin) await this.accounts.changeSiteAdmin(tx, user, siteAdmin);
      await new RoleStore(tx).setGiven(userId, given, this.clock.now());
      await alongside(tx, user);
      await this.events.publish(userChanged, { userId }, { tx });
    });
  }

  /** Whether the role has it, of each permission that is declared now. */
  #choices(permissions: readonly string[], refusals: boolean): ReadonlyMap<string, boolean> {
    const declared = this.permissions.all().map(({ name }) => name);
    const unknown = permissions.find((name) => !declared.includes(name));
    if (unknown !== undefined) {
      throw new SextantError('SEXTANT_PERMISSION_UNKNOWN', {
        what: `There is no permission ${JSON.stringify(unknown.slice(0, 100))}.`,
        fix: 'Use the ids that "permissions" lists.',
      });
    }
    return new Map((refusals ? declared : permissions).map((name) => [name, permissions.includes(name)]));
  }
}

async function lockedRole(tx: Queryable, id: number): Promise<Role> {
  await tx.query('select 1 from roles where id = $1 for update', [id]);
  const role = await new RoleStore(tx).byId(id);
  if (!role) throw roleNotFound();
  return role;
}

export const roleNotFound = (): SextantError =>
  new SextantError('SEXTANT_ROLE_NOT_FOUND', { what: 'The role was not found.', fix: 'Use the ids that "roles" lists.' });
const invalid = (why: string): SextantError =>
  new SextantError('SEXTANT_ROLE_INVALID', { what: 'The role cannot be made.', why, fix: 'Correct the request.' });
const system = (what: string): SextantError =>
  new SextantError('SEXTANT_ROLE_SYSTEM', { what, why: 'The program needs the role as it is.', fix: 'Make a role of your own.' });
const ownRights = (): SextantError =>
  new SextantError('SEXTANT_USER_FORBIDDEN', {
    what: 'You may not do this.',
    why: 'Nobody can change the rights of the account in use.',
    fix: 'Ask another site admin.',
  });
