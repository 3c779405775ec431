import { askGates, type RouteHandler, type RouteReply, type RouteRequest, SextantError } from '@sextant/sdk';
import { names } from '../../protocol/resource.js';
import { noResource } from '../../scim-errors.js';
import { scimSettings } from '../../site-keys.js';
import { type ApiDeps, scimOf } from '../../wiring.js';
import { admit } from './admit.js';
import { discovery } from './discovery.js';
import { type Asked, askedOf, bodyOf, type Endpoint, queryOf, searchOf } from './endpoint.js';
import { GroupsEndpoint } from './groups-endpoint.js';
import { errorReply } from './replies.js';
import { UsersEndpoint } from './users-endpoint.js';

/** Everything below the path of SCIM. Where no token is configured, there is nothing. */
export function scimRoute(d: ApiDeps): RouteHandler {
  const { users, groups, baseUrl } = scimOf(d);
  const endpoints: Readonly<Record<string, Endpoint | undefined>> = {
    Users: new UsersEndpoint(users, d.audit, baseUrl),
    Groups: new GroupsEndpoint(groups, d.audit, baseUrl),
  };
  return async (request) => {
    const { token, azure } = await scimSettings(d.configuration);
    if (token === undefined) throw nothingHere();
    try {
      await askGates(d.gates, request);
      await admit(request, token, d.wrong);
      const path = (request.params['resource'] ?? '').split('/').filter((step) => step !== '');
      const found = request.method === 'GET' ? discovery(path, baseUrl()) : undefined;
      return found ?? (await answer(endpoints, path, askedOf(request, azure)));
    } catch (error) {
      if (request.signal.aborted) throw error;
      if (!SextantError.is(error)) request.log.error('A SCIM request failed.', { error });
      return errorReply(error, request.headers['x-request-id']);
    }
  };
}

async function answer(
  endpoints: Readonly<Record<string, Endpoint | undefined>>,
  path: readonly string[],
  asked: Asked,
): Promise<RouteReply> {
  const [kind = '', id, ...more] = path;
  const endpoint = Object.hasOwn(endpoints, kind) ? endpoints[kind] : undefined;
  if (kind === 'Bulk' || kind === 'Me') throw unsupported(kind);
  if (!endpoint || more.length > 0) throw noResource();
  const { request } = asked;
  if (id === undefined) {
    if (request.method === 'GET') return endpoint.list(asked, queryOf(request));
    if (request.method === 'POST') return endpoint.create(asked, await bodyOf(request));
    throw otherMethod(request, 'GET, POST');
  }
  if (id === '.search') {
    if (request.method === 'POST') return endpoint.list(asked, await searchOf(request));
    throw otherMethod(request, 'POST');
  }
  switch (request.method) {
    case 'GET':
      return unlessKnown(await endpoint.get(asked, id), request);
    case 'PUT':
      return endpoint.replace(asked, id, await bodyOf(request));
    case 'PATCH':
      return endpoint.patch(asked, id, await bodyOf(request));
    case 'DELETE':
      await endpoint.delete(asked, id);
      return { status: 204 };
    default:
      throw otherMethod(request, 'GET, PUT, PATCH, DELETE');
  }
}

/** Without a body when the client has this version. */
function unlessKnown(reply: RouteReply, { headers }: RouteRequest): RouteReply {
  const known = headers['if-none-match'];
  const version = Number(/\d+/.exec(reply.headers?.['etag'] ?? '')?.[0]);
  return known !== undefined && names(known, version) ? { status: 304, headers: { etag: reply.headers?.['etag'] ?? '' } } : reply;
}

/** As the kernel says it of a path that is nobody's. */
const nothingHere = (): SextantError =>
  new SextantError('SEXTANT_HTTP_NOT_FOUND', {
    what: 'No route has this path.',
    fix: 'Check the path, and that the plugin that owns it is active.',
  });
const otherMethod = ({ method }: RouteRequest, allowed: string): SextantError =>
  new SextantError('SEXTANT_HTTP_METHOD', { what: `This path does not take ${method}.`, fix: `Use ${allowed}.` });
const unsupported = (kind: string): SextantError =>
  new SextantError('SEXTANT_SCIM_UNSUPPORTED', {
    what: `There is no /${kind} here.`,
    why: 'ServiceProviderConfig says so.',
    fix: 'Send one request for each resource.',
  });
