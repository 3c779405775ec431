import { randomUUID } from 'node:crypto';
import type { Clock, Jobs, Storage, Tx } from '@sextant/sdk';
import type { Listed } from '../listing/list-resources.js';
import { equal, type Json, type JsonObject, valueIn } from '../protocol/json.js';
import { applyOperation, type PatchOperation } from '../protocol/patch.js';
import { metaOf, names } from '../protocol/resource.js';
import { GROUP } from '../protocol/schemas.js';
import { noResource, notUnique, otherVersion } from '../scim-errors.js';
import { type GroupRow, GroupRows } from '../storage/group-rows.js';
import { isTaken } from '../storage/is-taken.js';
import { type GroupDocument, memberIdsOf, readGroup, resourceOf, soundIds } from './group-document.js';
import type { GroupMirror } from './group-mirror.js';
import { applyGroup } from './jobs.js';
import { changeMembers, type MemberChange, memberChangeOf, memberOf } from './member-changes.js';

const MEMBERS_AT_ONCE = 1000;
/** When it is looked again whether the groups of both plugins agree, milliseconds after a change. */
const LOOK_AGAIN = 60_000;

/** In the transaction of the change: a throw undoes it. */
export type GroupWitness = (
  tx: Tx,
  change: 'created' | 'modified' | 'deleted',
  group: { readonly id: string; readonly displayName: string; readonly membersChanged: number },
) => Promise<void>;

export interface GroupChangeOptions {
  readonly azure: boolean;
  readonly ifMatch: string | undefined;
}

/** The groups of a directory. Who is in them is changed in place and read in pages: they may be very large. */
export class ScimGroups implements Listed<GroupRow> {
  readonly indexed = ['id', 'displayname', 'externalid', 'members.value'];
  readonly #rows: GroupRows;

  constructor(
    private readonly db: Storage,
    private readonly clock: Clock,
    private readonly jobs: Jobs,
    private readonly mirror: GroupMirror,
    private readonly baseUrl: () => string,
  ) {
    this.#rows = new GroupRows(db);
  }

  /** @throws SEXTANT_SCIM_NOT_FOUND. */
  async get(id: string): Promise<GroupRow> {
    const row = await this.#rows.find(id);
    if (!row) throw noResource();
    return row;
  }

  /** @throws SEXTANT_SCIM_UNIQUENESS, SEXTANT_SCIM_VALUE. */
  async create(body: JsonObject, witness: GroupWitness): Promise<GroupRow> {
    const document = readGroup(body);
    const ids = soundIds(memberIdsOf(membersIn(body)) ?? []);
    const id = randomUUID();
    const changed = await this.db.transaction(async (tx) => {
      const rows = new GroupRows(tx);
      if (!(await rows.insert(id, document, this.clock.now()))) throw nameTaken();
      await this.#lookAgain(tx, id, undefined);
      const members = await changeMembers(rows, id, { kind: 'add', ids });
      await witness(tx, 'created', { id, displayName: document.displayName, membersChanged: members.length });
      return members;
    });
    await this.mirror.apply(id, undefined, changed);
    return this.get(id);
  }

  /** @throws SEXTANT_SCIM_NOT_FOUND, _VERSION, _UNIQUENESS, _VALUE. */
  async replace(id: string, body: JsonObject, options: GroupChangeOptions, witness: GroupWitness): Promise<GroupRow> {
    const document = readGroup(body);
    const ids = soundIds(memberIdsOf(membersIn(body)) ?? []);
    return this.#change(id, options, () => ({ document, changes: [{ kind: 'set', ids }] }), witness);
  }

  /** @throws as `replace`, and what a patch may be refused with. */
  async patch(id: string, operations: readonly PatchOperation[], options: GroupChangeOptions, witness: GroupWitness): Promise<GroupRow> {
    const changes = operations.map(memberChangeOf);
    const others = operations.filter((_operation, at) => changes[at] === undefined);
    const patched = (row: GroupRow): GroupDocument =>
      readGroup(others.reduce<JsonObject>((resource, operation) => applyOperation(resource, operation, options), resourceOf(row)));
    const ofMembers = changes.filter((change) => change !== undefined);
    return this.#change(id, options, (row) => ({ document: patched(row), changes: ofMembers }), witness);
  }

  /** What the group gave ends with it. @throws SEXTANT_SCIM_NOT_FOUND, _VERSION. */
  async delete(id: string, ifMatch: string | undefined, witness: GroupWitness): Promise<void> {
    const row = await this.db.transaction(async (tx) => {
      const rows = new GroupRows(tx);
      const held = await rows.held(id);
      if (!held) throw noResource();
      if (!names(ifMatch, held.version)) throw otherVersion();
      await rows.delete(id);
      await this.#lookAgain(tx, id, held.directoryId);
      await witness(tx, 'deleted', { id, displayName: held.displayName, membersChanged: 0 });
      return held;
    });
    await this.mirror.apply(id, row.directoryId, []);
  }

  /** Somebody has an account again: what their groups give is theirs again. */
  async restore(memberId: string): Promise<void> {
    const groups = (await this.#rows.ofMembers([memberId])).get(memberId) ?? [];
    for (const { id } of groups) await this.mirror.apply(id, undefined, [memberId]);
  }

  page = (...page: Parameters<GroupRows['page']>): Promise<readonly GroupRow[]> => this.#rows.page(...page);
  window = (page: Parameters<GroupRows['window']>[0]): Promise<readonly GroupRow[]> => this.#rows.window(page);
  byIds = (ids: readonly string[]): Promise<readonly GroupRow[]> => this.#rows.byIds(ids);
  count = (): Promise<number> => this.#rows.count();
  // Of one group the members are few enough to be held at once.
  scan = (looksAt: ReadonlySet<string>): number => (looksAt.has('members') ? 1 : 500);

  async resources(rows: readonly GroupRow[], wants: (attribute: string) => boolean): Promise<readonly JsonObject[]> {
    const resources: JsonObject[] = [];
    for (const row of rows) {
      const members = wants('members') ? (await Array.fromAsync(this.members(row.id))).flat() : [];
      resources.push({
        schemas: [GROUP, ...Object.keys(row.attributes).filter((key) => /^urn:/i.test(key))],
        id: row.id,
        ...resourceOf(row),
        ...(members.length > 0 ? { members } : {}),
        meta: metaOf('Group', `${this.baseUrl()}/Groups/${row.id}`, row),
      });
    }
    return resources;
  }

  /** All members, in pages. */
  async *members(id: string): AsyncGenerator<readonly JsonObject[], undefined> {
    for (let after: string | undefined; ; ) {
      const page = await this.#rows.members(id, { after, limit: MEMBERS_AT_ONCE });
      if (page.length > 0) yield page.map((member) => memberOf(member, this.baseUrl()));
      if (page.length < MEMBERS_AT_ONCE) return;
      after = page.at(-1)?.id;
    }
  }

  async #change(
    id: string,
    { ifMatch }: GroupChangeOptions,
    changeOf: (row: GroupRow) => { readonly document: GroupDocument; readonly changes: readonly MemberChange[] },
    witness: GroupWitness,
  ): Promise<GroupRow> {
    const { saved, moved } = await this.db
      .transaction(async (tx) => {
        const rows = new GroupRows(tx);
        const row = await rows.held(id);
        if (!row) throw noResource();
        if (!names(ifMatch, row.version)) throw otherVersion();
        const { document, changes } = changeOf(row);
        const namesake = await rows.byName(document.displayName);
        if (namesake && namesake.id !== id) throw nameTaken();
        const moved = new Set<string>();
        for (const change of changes) for (const member of await changeMembers(rows, id, change)) moved.add(member);
        if (moved.size === 0 && equal(resourceOf(row), resourceOf(document))) return { saved: row, moved };
        await this.#lookAgain(tx, id, row.directoryId);
        const saved = await rows.update(id, document, this.clock.now());
        await witness(tx, 'modified', { id, displayName: saved.displayName, membersChanged: moved.size });
        return { saved, moved };
      })
      .catch((error: unknown) => {
        throw isTaken(error) ? nameTaken() : error;
      });
    await this.mirror.apply(id, saved.directoryId, [...moved]);
    return saved;
  }

  async #lookAgain(tx: Tx, id: string, directoryId: number | undefined): Promise<void> {
    const payload = { id, ...(directoryId === undefined ? {} : { directoryId }) };
    await this.jobs.enqueue(applyGroup, payload, { key: id, tx, runAt: new Date(this.clock.now().getTime() + LOOK_AGAIN) });
  }
}

const nameTaken = (): Error => notUnique('There is a group of this displayName.');

function membersIn(body: JsonObject): Json | undefined {
  return valueIn(body, 'members');
}
