import { type RouteReply, SextantError } from '@sextant/sdk';
import type { JsonObject } from '../../protocol/json.js';
import { etagOf } from '../../protocol/resource.js';
import { scimTypes } from '../../scim-errors.js';

const ERROR = 'urn:ietf:params:scim:api:messages:2.0:Error';
const LIST = 'urn:ietf:params:scim:api:messages:2.0:ListResponse';
const CONTENT = { 'content-type': 'application/scim+json; charset=utf-8' } as const;

export const scimReply = (
  body: RouteReply['body'],
  more: { readonly status?: number; readonly headers?: Readonly<Record<string, string>> } = {},
): RouteReply => ({
  ...(more.status === undefined ? {} : { status: more.status }),
  headers: { ...CONTENT, ...more.headers },
  ...(body === undefined ? {} : { body }),
});

/** One resource, as text or in pieces. */
export const resourceReply = (
  body: RouteReply['body'],
  { version, location, status }: { readonly version: number; readonly location: string; readonly status?: number },
): RouteReply => scimReply(body, { ...(status === undefined ? {} : { status }), headers: { etag: etagOf(version), location } });

/** A page of a list; `resources` are JSON texts, in pieces. */
export async function* listText(
  page: { readonly total: number; readonly startIndex: number; readonly length: number },
  resources: AsyncIterable<AsyncIterable<string>> | Iterable<AsyncIterable<string>>,
): AsyncGenerator<string, undefined> {
  const head = { schemas: [LIST], totalResults: page.total, startIndex: page.startIndex, itemsPerPage: page.length };
  yield `${JSON.stringify(head).slice(0, -1)},"Resources":[`;
  let first = true;
  for await (const resource of resources) {
    if (!first) yield ',';
    first = false;
    yield* resource;
  }
  yield ']}';
}

export const listReply = (resources: readonly JsonObject[], page: { readonly total: number; readonly startIndex: number }): RouteReply =>
  scimReply({
    schemas: [LIST],
    totalResults: page.total,
    startIndex: page.startIndex,
    itemsPerPage: resources.length,
    Resources: resources,
  });

/** A group, whose members come in pages. */
export async function* withMembers(group: JsonObject, pages: AsyncIterable<readonly JsonObject[]>): AsyncGenerator<string, undefined> {
  const text = JSON.stringify(group);
  let first = true;
  for await (const page of pages) {
    const members = JSON.stringify(page).slice(1, -1);
    yield first ? `${text.slice(0, -1)},"members":[${members}` : `,${members}`;
    first = false;
  }
  yield first ? text : ']}';
}

/** RFC 7644, 3.12. What has no code is told to nobody. */
export function errorReply(error: unknown, requestId: string | undefined): RouteReply {
  const coded = SextantError.is(error) ? error : undefined;
  const status = coded?.status ?? 500;
  const scimType = coded && scimTypes[coded.code];
  const detail = coded ? [coded.what, coded.why, coded.fix].filter(Boolean).join(' ') : `Something failed here (request ${requestId}).`;
  const retryAfter = coded?.details['retryAfter'];
  return scimReply(
    { schemas: [ERROR], status: String(status), ...(scimType === undefined ? {} : { scimType }), detail },
    {
      status,
      headers: {
        ...(status === 401 ? { 'www-authenticate': 'Bearer realm="scim"' } : {}),
        ...(typeof retryAfter === 'number' ? { 'retry-after': String(Math.ceil(retryAfter / 1000)) } : {}),
      },
    },
  );
}
