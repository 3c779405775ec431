import { type Clock, SextantError, type Storage, type Tx } from '@sextant/sdk';
import type { DirectoryGroup, DirectoryGroups as DirectoryGroupsService } from '../api.js';
import { DirectoryGroupStore } from '../storage/directory-group-store.js';
import type { UserGroups } from './user-groups.js';

const MAX_NAME = 500;

interface MemberChange {
  readonly add: readonly number[];
  readonly remove: readonly number[];
}

/** Groups that a directory keeps here. A change and what the groups give by it are one transaction. */
export class DirectoryGroups implements DirectoryGroupsService {
  readonly #store: DirectoryGroupStore;

  constructor(
    db: Storage,
    private readonly clock: Clock,
    private readonly groups: UserGroups,
  ) {
    this.#store = new DirectoryGroupStore(db);
  }

  byId = (id: number): Promise<DirectoryGroup | undefined> => this.#store.byId(id);
  byName = (name: string): Promise<DirectoryGroup | undefined> => this.#store.byName(name);
  byExternalId = (externalId: string): Promise<DirectoryGroup | undefined> => this.#store.byExternalId(externalId);
  count = (): Promise<number> => this.#store.count();
  members = (groupIds: readonly number[]): Promise<ReadonlyMap<number, readonly number[]>> => this.#store.members(groupIds);
  ofUsers = (userIds: readonly number[]): Promise<ReadonlyMap<number, readonly DirectoryGroup[]>> => this.#store.ofUsers(userIds);

  async list(page: { readonly limit: number; readonly afterId?: number; readonly offset?: number }): Promise<readonly DirectoryGroup[]> {
    return this.#store.list({ limit: page.limit, afterId: page.afterId ?? 0, offset: page.offset ?? 0 });
  }

  async create(group: {
    readonly name: string;
    readonly externalId?: string;
    readonly memberIds?: readonly number[];
  }): Promise<DirectoryGroup> {
    const name = parseName(group.name);
    let made: DirectoryGroup | undefined;
    await this.groups.apply(async (tx) => {
      const store = new DirectoryGroupStore(tx);
      made = await store.insert({ name, externalId: group.externalId }, this.clock.now());
      if (!made) throw nameTaken(name);
      await store.changeMembers(made.id, { add: group.memberIds ?? [], remove: [] });
      return group.memberIds ?? [];
    });
    return made as DirectoryGroup;
  }

  async update(id: number, change: { readonly name?: string; readonly externalId?: string | null }): Promise<DirectoryGroup> {
    const name = change.name === undefined ? undefined : parseName(change.name);
    let changed: DirectoryGroup | undefined;
    await this.groups.apply(async (tx) => {
      const store = new DirectoryGroupStore(tx);
      const group = await held(tx, id);
      if (name !== undefined && name.toLowerCase() !== group.name.toLowerCase() && (await store.byName(name))) throw nameTaken(name);
      const externalId = change.externalId === undefined ? group.externalId : (change.externalId ?? undefined);
      changed = await store.update(id, { name: name ?? group.name, externalId }, this.clock.now());
      return membersOf(store, id);
    });
    return changed as DirectoryGroup;
  }

  setMembers(id: number, userIds: readonly number[]): Promise<void> {
    const wanted = new Set(userIds);
    return this.#change(id, (present) => ({ add: userIds, remove: present.filter((member) => !wanted.has(member)) }));
  }

  changeMembers(id: number, change: MemberChange): Promise<void> {
    return this.#change(id, () => change);
  }

  async delete(id: number): Promise<void> {
    await this.groups.apply(async (tx) => {
      await held(tx, id);
      const store = new DirectoryGroupStore(tx);
      const members = await membersOf(store, id);
      await store.delete(id);
      return members;
    });
  }

  async #change(id: number, changeOf: (present: readonly number[]) => MemberChange): Promise<void> {
    await this.groups.apply(async (tx) => {
      await held(tx, id);
      const store = new DirectoryGroupStore(tx);
      const change = changeOf(await membersOf(store, id));
      await store.changeMembers(id, change);
      await store.touch(id, this.clock.now());
      return [...change.add, ...change.remove];
    });
  }
}

const membersOf = async (store: DirectoryGroupStore, id: number): Promise<readonly number[]> => (await store.members([id])).get(id) ?? [];

/** Keeps the group as it is until the transaction ends. */
async function held(tx: Tx, id: number): Promise<DirectoryGroup> {
  await tx.query('select 1 from directory_groups where id = $1 for update', [id]);
  const group = await new DirectoryGroupStore(tx).byId(id);
  if (!group) throw new SextantError('SEXTANT_GROUP_NOT_FOUND', { what: 'The group was not found.', fix: 'Check its id.' });
  return group;
}

function parseName(name: string): string {
  const trimmed = name.trim();
  if (trimmed !== '' && trimmed.length <= MAX_NAME && !/\p{Cc}/u.test(trimmed)) return trimmed;
  throw new SextantError('SEXTANT_GROUP_INVALID', {
    what: 'The name of the group is malformed.',
    why: `It must be 1 to ${MAX_NAME} printable characters.`,
    fix: 'Choose another name.',
  });
}

const nameTaken = (name: string): SextantError =>
  new SextantError('SEXTANT_GROUP_NAME_TAKEN', { what: `There is a group ${JSON.stringify(name)}.`, fix: 'Choose another name.' });
