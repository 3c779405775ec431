import type { AuditTrail } from '@sextant/plugin-identity/api';
import type { RouteReply } from '@sextant/sdk';
import type { GroupWitness, ScimGroups } from '../../groups/scim-groups.js';
import { type ListQuery, listResources } from '../../listing/list-resources.js';
import type { JsonObject } from '../../protocol/json.js';
import { parsePatch } from '../../protocol/patch.js';
import { type Selection, select, selects } from '../../protocol/selection.js';
import type { GroupRow } from '../../storage/group-rows.js';
import { directoryAt } from './admit.js';
import type { Asked, Endpoint } from './endpoint.js';
import { listText, resourceReply, scimReply, withMembers } from './replies.js';

export class GroupsEndpoint implements Endpoint {
  constructor(
    private readonly groups: ScimGroups,
    private readonly audit: AuditTrail,
    private readonly baseUrl: () => string,
  ) {}

  async list({ request }: Asked, query: ListQuery): Promise<RouteReply> {
    const { total, rows } = await listResources(this.groups, query, request.signal);
    const texts = await Promise.all(rows.map((row) => this.#text(row, query.selection)));
    return scimReply(listText({ total, startIndex: query.startIndex, length: rows.length }, texts));
  }

  async create(asked: Asked, body: JsonObject): Promise<RouteReply> {
    return this.#reply(await this.groups.create(body, this.#witness(asked)), asked, 201);
  }

  async get(asked: Asked, id: string): Promise<RouteReply> {
    return this.#reply(await this.groups.get(id), asked);
  }

  async replace(asked: Asked, id: string, body: JsonObject): Promise<RouteReply> {
    return this.#reply(await this.groups.replace(id, body, asked, this.#witness(asked)), asked);
  }

  /** Without the group, which may be large, unless attributes of it are asked for: RFC 7644, 3.5.2. */
  async patch(asked: Asked, id: string, body: JsonObject): Promise<RouteReply> {
    const row = await this.groups.patch(id, parsePatch(body, id), asked, this.#witness(asked));
    return asked.selection.only === undefined ? { status: 204 } : this.#reply(row, asked);
  }

  async delete(asked: Asked, id: string): Promise<void> {
    await this.groups.delete(id, asked.ifMatch, this.#witness(asked));
  }

  async #reply(row: GroupRow, { selection }: Asked, status?: number): Promise<RouteReply> {
    const location = `${this.baseUrl()}/Groups/${row.id}`;
    return resourceReply(await this.#text(row, selection), { version: row.version, location, ...(status === undefined ? {} : { status }) });
  }

  /** Members are read while they are sent. */
  async #text(row: GroupRow, selection: Selection): Promise<AsyncGenerator<string, undefined>> {
    const [group] = await this.groups.resources([row], () => false);
    const members = selects(selection, 'members') ? this.groups.members(row.id) : nobody();
    return withMembers(select(group as JsonObject, selection), this.#selected(members, selection));
  }

  async *#selected(pages: AsyncIterable<readonly JsonObject[]>, selection: Selection): AsyncGenerator<readonly JsonObject[], undefined> {
    for await (const members of pages) yield select({ members }, selection)['members'] as readonly JsonObject[];
  }

  #witness =
    ({ request }: Asked): GroupWitness =>
    async (tx, change, { id, displayName, membersChanged }) => {
      await this.audit.record('group', change, directoryAt(request), { scimID: id, name: displayName, membersChanged }, { tx });
    };
}

async function* nobody(): AsyncGenerator<readonly JsonObject[], undefined> {}
