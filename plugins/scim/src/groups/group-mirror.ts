import type { DirectoryGroup, DirectoryGroups } from '@sextant/plugin-identity/api';
import { SextantError } from '@sextant/sdk';
import type { GroupRow, GroupRows } from '../storage/group-rows.js';

/** Members whose rights change in one transaction. */
const AT_ONCE = 500;

/** Makes the groups that give rights, those of the plugin identity, what the directory said. Everything of it may be done twice. */
export class GroupMirror {
  constructor(
    private readonly rows: GroupRows,
    private readonly directory: DirectoryGroups,
  ) {}

  /**
   * The group as its row is now; of its members those that are named.
   * @param formerId the group in the plugin identity, for when the row is gone
   */
  async apply(id: string, formerId: number | undefined, memberIds: readonly string[]): Promise<void> {
    const group = await this.#group(id, formerId);
    if (!group || memberIds.length === 0) return;
    for (let from = 0; from < memberIds.length; from += AT_ONCE) {
      const { inside, outside } = await this.rows.accounts(id, memberIds.slice(from, from + AT_ONCE));
      await this.directory.changeMembers(group.id, { add: inside, remove: outside });
    }
  }

  /** The group, with all members. */
  async applyWhole(id: string, formerId: number | undefined, signal: AbortSignal): Promise<void> {
    const group = await this.#group(id, formerId);
    if (!group) return;
    const wanted = new Set(await this.rows.allAccounts(id));
    const present = new Set((await this.directory.members([group.id])).get(group.id) ?? []);
    const add = [...wanted].filter((userId) => !present.has(userId));
    const remove = [...present].filter((userId) => !wanted.has(userId));
    for (let from = 0; from < Math.max(add.length, remove.length); from += AT_ONCE) {
      signal.throwIfAborted();
      await this.directory.changeMembers(group.id, { add: add.slice(from, from + AT_ONCE), remove: remove.slice(from, from + AT_ONCE) });
    }
  }

  /** Undefined: there is no such group any more. */
  async #group(id: string, formerId: number | undefined): Promise<DirectoryGroup | undefined> {
    const row = await this.rows.find(id);
    if (!row) {
      if (formerId !== undefined) await this.#delete(formerId);
      return undefined;
    }
    const present = row.directoryId === undefined ? undefined : await this.directory.byId(row.directoryId);
    if (!present) return this.#made(row);
    if (present.name === row.displayName && present.externalId === row.externalId) return present;
    return this.directory.update(present.id, { name: row.displayName, externalId: row.externalId ?? null });
  }

  async #made(row: GroupRow): Promise<DirectoryGroup | undefined> {
    // One of the name is ours: made by a request that broke off before it could write it down.
    const group = (await this.directory.byName(row.displayName)) ?? (await this.#create(row));
    if (await this.rows.setDirectory(row.id, group.id)) return group;
    await this.#delete(group.id);
    return undefined;
  }

  async #create({ displayName, externalId }: GroupRow): Promise<DirectoryGroup> {
    try {
      return await this.directory.create({ name: displayName, ...(externalId === undefined ? {} : { externalId }) });
    } catch (error) {
      const other = hasCode(error, 'SEXTANT_GROUP_NAME_TAKEN') ? await this.directory.byName(displayName) : undefined;
      if (!other) throw error;
      return other;
    }
  }

  async #delete(directoryId: number): Promise<void> {
    try {
      await this.directory.delete(directoryId);
    } catch (error) {
      if (!hasCode(error, 'SEXTANT_GROUP_NOT_FOUND')) throw error;
    }
  }
}

const hasCode = (error: unknown, code: string): boolean => SextantError.is(error) && error.code === code;
