import { randomUUID } from 'node:crypto';
import type { Users } from '@sextant/plugin-identity/api';
import type { Clock, Storage, Tx } from '@sextant/sdk';
import type { ScimGroups } from '../groups/scim-groups.js';
import type { Listed } from '../listing/list-resources.js';
import { equal, type JsonObject } from '../protocol/json.js';
import { applyOperation, type PatchOperation } from '../protocol/patch.js';
import { metaOf, names } from '../protocol/resource.js';
import { ENTERPRISE, USER } from '../protocol/schemas.js';
import { noResource, notUnique, otherVersion } from '../scim-errors.js';
import type { GroupRows } from '../storage/group-rows.js';
import { isTaken } from '../storage/is-taken.js';
import { type InactiveRow, type UserRow, UserRows } from '../storage/user-rows.js';
import type { AccountKeeper } from './account-keeper.js';
import { readUser, resourceOf, type UserDocument } from './user-document.js';

const sameUser = (a: UserDocument, b: UserDocument): boolean => equal(resourceOf(a), resourceOf(b));

/** What happened to a user, for the audit log. */
export type UserChange = 'created' | 'adopted' | 'modified' | 'deactivated' | 'reactivated' | 'deleted';
/** In the transaction of the change: a throw undoes it. */
export type Witness = (tx: Tx, change: UserChange, row: { readonly id: string; readonly userId: number | undefined }) => Promise<void>;

export interface ChangeOptions {
  readonly azure: boolean;
  /** Which version the change is for: the header If-Match. */
  readonly ifMatch: string | undefined;
}

/**
 * The people whom a directory provisions. The account and the row change in one transaction, and of two changes at once the later one is made on what the
 * earlier one left.
 */
export class ScimUsers implements Listed<UserRow> {
  readonly indexed = ['id', 'username', 'externalid'];
  readonly #rows: UserRows;

  constructor(
    private readonly db: Storage,
    private readonly clock: Clock,
    private readonly users: Users,
    private readonly keeperIn: (tx: Tx) => AccountKeeper,
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

  /** Of several requests for one name one makes one. @throws SEXTANT_SCIM_UNIQUENESS. */
  async create(document: UserDocument, witness: Witness): Promise<UserRow> {
    const id = randomUUID();
    return this.#changing('The account of the user is another one’s already.', async (tx) => {
      const rows = new UserRows(tx);
      const row = await rows.insert(id, document, this.clock.now());
      if (!row) throw notUnique('There is a user of this userName.');
      if (!document.active) {
        await witness(tx, 'created', { id, userId: undefined });
        return { ...row, active: false };
      }
      const { userId, adopted } = await this.keeperIn(tx).establish(document, undefined);
      await rows.setAccount(id, userId);
      await witness(tx, adopted ? 'adopted' : 'created', { id, userId });
      return { ...row, userId, active: true };
    });
  }

  /** @throws SEXTANT_SCIM_NOT_FOUND, _VERSION, _UNIQUENESS, and SEXTANT_USER_PROTECTED. */
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
    await this.db.transaction(async (tx) => {
      const row = await held(tx, id, ifMatch);
      if (row.userId !== undefined) await this.keeperIn(tx).end(row.userId);
      await new UserRows(tx).delete(id);
      await witness(tx, 'deleted', row);
    });
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
    const { row, saved } = await this.#changing('There is a user of this userName, or of this account.', async (tx) => {
      const rows = new UserRows(tx);
      const row = (await this.#withActive([await held(tx, id, ifMatch)]))[0] as UserRow;
      const document = changed(row);
      if (sameUser(row, document)) return { row, saved: row };
      const namesake = await rows.byUserName(document.userName);
      if (namesake && namesake.id !== id) throw notUnique('There is a user of this userName.');
      const userId = await bring(this.keeperIn(tx), row, document);
      const saved = await rows.update(id, document, userId, this.clock.now());
      await witness(tx, document.active === row.active ? 'modified' : document.active ? 'reactivated' : 'deactivated', saved);
      return { row, saved: { ...saved, active: document.active } };
    });
    if (saved.active && !row.active) await this.groups.restore(id);
    return saved;
  }

  #changing<R>(taken: string, work: (tx: Tx) => Promise<R>): Promise<R> {
    return this.db.transaction(work).catch((error: unknown) => {
      throw isTaken(error) ? notUnique(taken) : error;
    });
  }

  async #withActive(rows: readonly InactiveRow[]): Promise<readonly UserRow[]> {
    const living = await this.users.byIds(rows.flatMap(({ userId }) => userId ?? []));
    return rows.map((row) => ({ ...row, active: row.userId !== undefined && living.has(row.userId) }));
  }
}

/** Kept as it is until the transaction ends. @throws SEXTANT_SCIM_NOT_FOUND, _VERSION. */
async function held(tx: Tx, id: string, ifMatch: string | undefined): Promise<InactiveRow> {
  const row = await new UserRows(tx).held(id);
  if (!row) throw noResource();
  if (!names(ifMatch, row.version)) throw otherVersion();
  return row;
}

/** @returns the account of the person. */
async function bring(keeper: AccountKeeper, row: UserRow, document: UserDocument): Promise<number | undefined> {
  if (document.active) {
    if (!row.active) return (await keeper.establish(document, row.userId)).userId;
    await keeper.bring(row.userId as number, row, document);
  } else if (row.active) await keeper.end(row.userId as number);
  return row.userId;
}
