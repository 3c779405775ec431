import { randomUUID } from 'node:crypto';
import type { Users } from '@sextant/plugin-identity/api';
import type { Clock, Storage } from '@sextant/sdk';
import type { ScimGroups } from '../groups/scim-groups.js';
import type { Listed } from '../listing/list-resources.js';
import { equal, type JsonObject } from '../protocol/json.js';
import { applyOperation, type PatchOperation } from '../protocol/patch.js';
import { metaOf, names } from '../protocol/resource.js';
import { ENTERPRISE, USER } from '../protocol/schemas.js';
import { conflict, noResource, notUnique, otherVersion } from '../scim-errors.js';
import type { GroupRows } from '../storage/group-rows.js';
import { isTaken } from '../storage/is-taken.js';
import { type InactiveRow, type UserRow, UserRows } from '../storage/user-rows.js';
import type { AccountKeeper } from './account-keeper.js';
import { readUser, resourceOf, type UserDocument } from './user-document.js';

const ATTEMPTS = 8;
const sameUser = (a: UserDocument, b: UserDocument): boolean => equal(resourceOf(a), resourceOf(b));

/** What happened to a user, for the audit log. */
export type UserChange = 'created' | 'adopted' | 'modified' | 'deactivated' | 'reactivated' | 'deleted';
export type Witness = (change: UserChange, row: { readonly id: string; readonly userId: number | undefined }) => Promise<void>;

export interface ChangeOptions {
  readonly azure: boolean;
  /** Which version the change is for: the header If-Match. */
  readonly ifMatch: string | undefined;
}

/**
 * The people whom a directory provisions. First the account is as the directory says, then the row; of two changes at once the later one is made on what
 * the earlier one left, so that both end alike.
 */
export class ScimUsers implements Listed<UserRow> {
  readonly indexed = ['id', 'username', 'externalid'];
  readonly #rows: UserRows;

  constructor(
    db: Storage,
    private readonly clock: Clock,
    private readonly users: Users,
    private readonly keeper: AccountKeeper,
    private readonly groups: Pick<ScimGroups, 'restore'>,
    private readonly memberships: GroupRows,
    private readonly baseUrl: () => string,
  ) {
    this.#rows = new UserRows(db);
  }

  /** @throws SEXTANT_SCIM_NOT_FOUND. */
  async get(id: string): Promise<UserRow> {
    const row = await this.#rows.find(id);
    if (!row) throw noResource();
    return (await this.#withActive([row]))[0] as UserRow;
  }

  /** The name is taken first and the account made then, so that of several requests for one name one makes one. @throws SEXTANT_SCIM_UNIQUENESS. */
  async create(document: UserDocument, witness: Witness): Promise<UserRow> {
    const id = randomUUID();
    const row = await this.#rows.insert(id, document, this.clock.now());
    if (!row) throw notUnique('There is a user of this userName.');
    if (!document.active) {
      await witness('created', { id, userId: undefined });
      return { ...row, active: false };
    }
    try {
      const { userId, adopted } = await this.keeper.establish(document, undefined);
      await this.#rows.setAccount(id, userId);
      await witness(adopted ? 'adopted' : 'created', { id, userId });
      return { ...row, userId, active: true };
    } catch (error) {
      await this.#rows.delete(row);
      throw isTaken(error) ? notUnique('The account of the user is another one’s already.') : error;
    }
  }

  /** @throws SEXTANT_SCIM_NOT_FOUND, _VERSION, _UNIQUENESS, _CONFLICT, and SEXTANT_USER_PROTECTED. */
  async replace(id: string, body: unknown, options: ChangeOptions, witness: Witness): Promise<UserRow> {
    return this.#change(id, options, ({ active }) => readUser(body, { azure: options.azure, active }), witness);
  }

  /** @throws as `replace`, and what a patch may be refused with. */
  async patch(id: string, operations: readonly PatchOperation[], options: ChangeOptions, witness: Witness): Promise<UserRow> {
    const patched = (row: UserRow): UserDocument =>
      readUser(
        operations.reduce<JsonObject>((resource, operation) => applyOperation(resource, operation, options), resourceOf(row)),
        { azure: options.azure, active: row.active },
      );
    return this.#change(id, options, patched, witness);
  }

  /** The account is deleted so that it can be brought back; the row is gone. */
  async delete(id: string, ifMatch: string | undefined, witness: Witness): Promise<void> {
    for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
      const row = await this.#rows.find(id);
      if (!row) throw noResource();
      if (!names(ifMatch, row.version)) throw otherVersion();
      if (row.userId !== undefined) await this.keeper.end(row.userId);
      if (await this.#rows.delete(row)) return witness('deleted', row);
    }
    throw conflict();
  }

  /** Whether one of the addresses is somebody's whose account the directory has ended. */
  async isEnded(addresses: readonly string[]): Promise<boolean> {
    return (await this.#withActive(await this.#rows.byAddresses(addresses))).some(({ active }) => !active);
  }

  async page(...page: Parameters<UserRows['page']>): Promise<readonly UserRow[]> {
    return this.#withActive(await this.#rows.page(...page));
  }
  async window(page: Parameters<UserRows['window']>[0]): Promise<readonly UserRow[]> {
    return this.#withActive(await this.#rows.window(page));
  }
  async byIds(ids: readonly string[]): Promise<readonly UserRow[]> {
    return this.#withActive(await this.#rows.byIds(ids));
  }
  scan = (): number => 500;
  count = (): Promise<number> => this.#rows.count();

  async resources(rows: readonly UserRow[], wants: (attribute: string) => boolean): Promise<readonly JsonObject[]> {
    const groups = wants('groups') ? await this.memberships.ofMembers(rows.map(({ id }) => id)) : new Map<string, never>();
    return rows.map((row) => {
      const memberOf = (groups.get(row.id) ?? []).map((group) => ({
        value: group.id,
        $ref: `${this.baseUrl()}/Groups/${group.id}`,
        display: group.displayName,
        type: 'direct',
      }));
      return {
        schemas: [USER, ...Object.keys(row.attributes).filter((key) => key === ENTERPRISE || /^urn:/i.test(key))],
        id: row.id,
        ...resourceOf(row),
        ...(memberOf.length > 0 ? { groups: memberOf } : {}),
        meta: metaOf('User', `${this.baseUrl()}/Users/${row.id}`, row),
      };
    });
  }

  async #change(id: string, { ifMatch }: ChangeOptions, changed: (row: UserRow) => UserDocument, witness: Witness): Promise<UserRow> {
    for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
      const row = await this.get(id);
      if (!names(ifMatch, row.version)) throw otherVersion();
      const document = changed(row);
      if (sameUser(row, document)) return row;
      const namesake = await this.#rows.byUserName(document.userName);
      if (namesake && namesake.id !== id) throw notUnique('There is a user of this userName.');
      const userId = await this.#bring(row, document);
      const saved = await this.#rows.update(row, document, userId, this.clock.now()).catch((error: unknown) => {
        throw isTaken(error) ? notUnique('There is a user of this userName, or of this account.') : error;
      });
      if (!saved) continue;
      if (document.active && !row.active) await this.groups.restore(id);
      await witness(document.active === row.active ? 'modified' : document.active ? 'reactivated' : 'deactivated', saved);
      return { ...saved, active: document.active };
    }
    throw conflict();
  }

  /** @returns the account of the person. */
  async #bring(row: UserRow, document: UserDocument): Promise<number | undefined> {
    if (document.active) {
      if (!row.active) return (await this.keeper.establish(document, row.userId)).userId;
      await this.keeper.bring(row.userId as number, row, document);
    } else if (row.active) await this.keeper.end(row.userId as number);
    return row.userId;
  }

  async #withActive(rows: readonly InactiveRow[]): Promise<readonly UserRow[]> {
    const living = await this.users.byIds(rows.flatMap(({ userId }) => userId ?? []));
    return rows.map((row) => ({ ...row, active: row.userId !== undefined && living.has(row.userId) }));
  }
}
