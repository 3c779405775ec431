import type { RouteReply, RouteRequest } from '@sextant/sdk';
import { type ListQuery, listQuery } from '../../listing/list-resources.js';
import { isList, isObject, type JsonObject, valueIn } from '../../protocol/json.js';
import type { Selection } from '../../protocol/selection.js';
import { selectionOf } from '../../protocol/selection.js';
import { invalidSyntax } from '../../scim-errors.js';

/** One request to the resources of a kind. */
export interface Asked {
  readonly request: RouteRequest;
  /** The deviations of Entra ID are taken. */
  readonly azure: boolean;
  readonly ifMatch: string | undefined;
  /** Which attributes the answer has. */
  readonly selection: Selection;
}

/** What can be done with the resources of a kind. */
export interface Endpoint {
  list(asked: Asked, query: ListQuery): Promise<RouteReply>;
  create(asked: Asked, body: JsonObject): Promise<RouteReply>;
  get(asked: Asked, id: string): Promise<RouteReply>;
  replace(asked: Asked, id: string, body: JsonObject): Promise<RouteReply>;
  patch(asked: Asked, id: string, body: JsonObject): Promise<RouteReply>;
  delete(asked: Asked, id: string): Promise<void>;
}

export const askedOf = (request: RouteRequest, azure: boolean): Asked => ({
  request,
  azure,
  ifMatch: request.headers['if-match'],
  selection: selectionOf(
    ...(['attributes', 'excludedAttributes'].map((name) => request.query.get(name) ?? undefined) as [string?, string?]),
  ),
});

export const queryOf = (request: RouteRequest): ListQuery => listQuery((name) => request.query.get(name) ?? undefined);

/** A query that is posted: what it asks for stands in no log of a proxy. RFC 7644, 3.4.3. */
export async function searchOf(request: RouteRequest): Promise<ListQuery> {
  const body = await bodyOf(request);
  return listQuery((name) => {
    const value = valueIn(body, name);
    if (isList(value)) return value.map(String).join(',');
    return value === undefined || value === null ? undefined : String(value);
  });
}

export async function bodyOf(request: RouteRequest): Promise<JsonObject> {
  const body = await request.json();
  if (!isObject(body)) throw invalidSyntax('The body is an object.');
  return body;
}
