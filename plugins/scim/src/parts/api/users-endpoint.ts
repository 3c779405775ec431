import type { AuditTrail } from '@sextant/plugin-identity/api';
import type { RouteReply } from '@sextant/sdk';
import { type ListQuery, listResources } from '../../listing/list-resources.js';
import type { JsonObject } from '../../protocol/json.js';
import { parsePatch } from '../../protocol/patch.js';
import { type Selection, select, selects } from '../../protocol/selection.js';
import type { UserRow } from '../../storage/user-rows.js';
import type { ScimUsers, UserChange, Witness } from '../../users/scim-users.js';
import { readUser } from '../../users/user-document.js';
import { directoryAt } from './admit.js';
import type { Asked, Endpoint } from './endpoint.js';
import { listReply, resourceReply } from './replies.js';

const ACTIONS: Readonly<Record<UserChange, string>> = {
  created: 'created',
  adopted: 'modified',
  modified: 'modified',
  deactivated: 'deleted',
  reactivated: 'recovered',
  deleted: 'deleted',
};

export class UsersEndpoint implements Endpoint {
  constructor(
    private readonly users: ScimUsers,
    private readonly audit: AuditTrail,
    private readonly baseUrl: () => string,
  ) {}

  async list({ request }: Asked, query: ListQuery): Promise<RouteReply> {
    const { total, rows } = await listResources(this.users, query, request.signal);
    return listReply(await this.#shown(rows, query.selection), { total, startIndex: query.startIndex });
  }

  async create(asked: Asked, body: JsonObject): Promise<RouteReply> {
    const document = readUser(body, { azure: asked.azure, active: true });
    return this.#reply(await this.users.create(document, this.#witness(asked)), asked, 201);
  }

  async get(asked: Asked, id: string): Promise<RouteReply> {
    return this.#reply(await this.users.get(id), asked);
  }

  async replace(asked: Asked, id: string, body: JsonObject): Promise<RouteReply> {
    return this.#reply(await this.users.replace(id, body, asked, this.#witness(asked)), asked);
  }

  async patch(asked: Asked, id: string, body: JsonObject): Promise<RouteReply> {
    return this.#reply(await this.users.patch(id, parsePatch(body, id), asked, this.#witness(asked)), asked);
  }

  async delete(asked: Asked, id: string): Promise<void> {
    await this.users.delete(id, asked.ifMatch, this.#witness(asked));
  }

  async #reply(row: UserRow, { selection }: Asked, status?: number): Promise<RouteReply> {
    const [resource] = await this.#shown([row], selection);
    const location = `${this.baseUrl()}/Users/${row.id}`;
    return resourceReply(resource, { version: row.version, location, ...(status === undefined ? {} : { status }) });
  }

  async #shown(rows: readonly UserRow[], selection: Selection): Promise<readonly JsonObject[]> {
    const resources = await this.users.resources(rows, (attribute) => selects(selection, attribute));
    return resources.map((resource) => select(resource, selection));
  }

  #witness =
    ({ request }: Asked): Witness =>
    async (tx, change, { id, userId }) => {
      const subject = userId === undefined ? {} : { subjectUID: String(userId) };
      await this.audit.record('user', ACTIONS[change], directoryAt(request), { ...subject, scimID: id, change }, { tx });
    };
}
