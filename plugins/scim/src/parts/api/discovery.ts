import type { RouteReply } from '@sextant/sdk';
import { MAX_RESULTS } from '../../listing/list-resources.js';
import type { JsonObject } from '../../protocol/json.js';
import { ENTERPRISE, GROUP, schemas, USER } from '../../protocol/schemas.js';
import { noResource } from '../../scim-errors.js';
import { listReply, scimReply } from './replies.js';

const CONFIG = 'urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig';
const TYPE = 'urn:ietf:params:scim:schemas:core:2.0:ResourceType';
const SCHEMA = 'urn:ietf:params:scim:schemas:core:2.0:Schema';

/** What of SCIM there is here: RFC 7643, 5 to 7. Undefined for other paths. */
export function discovery([kind, id]: readonly string[], baseUrl: string): RouteReply | undefined {
  switch (kind) {
    case 'ServiceProviderConfig':
      return id === undefined ? scimReply(serviceProviderConfig(baseUrl)) : undefined;
    case 'ResourceTypes':
      return oneOrAll(resourceTypes(baseUrl), id);
    case 'Schemas':
      return oneOrAll(
        schemas.map((schema) => ({
          schemas: [SCHEMA],
          ...(schema as unknown as JsonObject),
          meta: { resourceType: 'Schema', location: `${baseUrl}/Schemas/${schema.id}` },
        })),
        id,
      );
    default:
      return undefined;
  }
}

function oneOrAll(all: readonly JsonObject[], id: string | undefined): RouteReply {
  if (id === undefined) return listReply(all, { total: all.length, startIndex: 1 });
  const one = all.find((each) => each['id'] === id);
  if (!one) throw noResource();
  return scimReply(one);
}

const serviceProviderConfig = (baseUrl: string): JsonObject => ({
  schemas: [CONFIG],
  patch: { supported: true },
  bulk: { supported: false, maxOperations: 0, maxPayloadSize: 0 },
  filter: { supported: true, maxResults: MAX_RESULTS },
  changePassword: { supported: false },
  sort: { supported: true },
  etag: { supported: true },
  authenticationSchemes: [
    {
      type: 'oauthbearertoken',
      name: 'Bearer token',
      description: 'The token that scim.authToken of the site configuration holds',
      primary: true,
    },
  ],
  meta: { resourceType: 'ServiceProviderConfig', location: `${baseUrl}/ServiceProviderConfig` },
});

const resourceTypes = (baseUrl: string): readonly JsonObject[] => [
  {
    schemas: [TYPE],
    id: 'User',
    name: 'User',
    endpoint: '/Users',
    description: 'People with accounts',
    schema: USER,
    schemaExtensions: [{ schema: ENTERPRISE, required: false }],
    meta: { resourceType: 'ResourceType', location: `${baseUrl}/ResourceTypes/User` },
  },
  {
    schemas: [TYPE],
    id: 'Group',
    name: 'Group',
    endpoint: '/Groups',
    description: 'People who are given something together',
    schema: GROUP,
    meta: { resourceType: 'ResourceType', location: `${baseUrl}/ResourceTypes/Group` },
  },
];
