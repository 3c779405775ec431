import type { User } from '@sextant/plugin-identity/api';
import {
  type Actor,
  decodeNodeId,
  defineGraphQL,
  encodeNodeId,
  type Operation,
  type PageArguments,
  pageOf,
  pageRequest,
} from '@sextant/sdk';
import type { Alongside } from '../../alongside.js';
import type { config } from '../../config.js';
import { invalidClient, noSuchClient, noSuchGrant } from '../../errors.js';
import type { NewClient, OAuthClient } from '../../storage/client-store.js';
import type { AuthorizedApplication } from '../../storage/grant-store.js';
import { type deps, storesOf } from '../../wiring.js';
import { checkClient, checkNewClient, checkOwn } from './client-input.js';
import { applicationNumber } from './nodes.js';
import { typeDefs } from './schema.js';

const CLIENTS = { max: 1_000, default: 50 };
const APPLICATIONS = { max: 200, default: 50 };
const EMPTY = { alwaysNil: null };

interface Input {
  readonly name: string;
  readonly redirectURIs?: readonly string[] | null;
  readonly scopes: readonly string[];
  readonly confidential?: boolean | null;
  readonly deviceFlow?: boolean | null;
  readonly native?: boolean | null;
  readonly serviceAccount?: string | null;
}
type Change = { readonly [K in 'name' | 'redirectURIs' | 'scopes']?: Input[K] | null };

export default defineGraphQL<typeof deps, typeof config>()({
  typeDefs,
  extends: ['User'],
  resolvers: (d) => {
    const { clients, grants } = storesOf(d);
    const audited =
      (action: string, { actor }: Operation): Alongside<OAuthClient> =>
      (tx, { id, scopes }) =>
        d.audit.record('oauth.client', action, { actor }, { clientID: id, scopes: scopes.join(' ') }, { tx });
    const clientOf = async (nodeId: string): Promise<OAuthClient> => {
      const id = decodeNodeId('OAuthClient', nodeId);
      const client = id === undefined ? undefined : await clients.find(id);
      if (!client) throw noSuchClient();
      return client;
    };
    const serviceAccountOf = async (nodeId: string | null | undefined): Promise<number | undefined> => {
      if (nodeId == null) return undefined;
      const text = decodeNodeId('User', nodeId) ?? '';
      const user = /^[1-9]\d{0,8}$/.test(text) ? await d.users.byId(Number(text)) : undefined;
      if (!user?.serviceAccount) throw invalidClient('Its service account is none.');
      return user.id;
    };
    return {
      Query: {
        oauthClients: async (_parent, args: PageArguments) => {
          const { limit, after } = pageRequest('oauth-clients', args, CLIENTS);
          const rows = await clients.list({ limit: limit + 1, afterId: after ?? '' });
          return { ...pageOf('oauth-clients', rows, limit, ({ id }) => id), totalCount: () => clients.count() };
        },
      },
      Mutation: {
        createOAuthClient: async (_parent, { input }: { input: Input }, operation: Operation) => {
          const wanted: NewClient = {
            name: input.name,
            redirectUris: input.redirectURIs ?? [],
            scopes: input.scopes,
            confidential: input.confidential ?? true,
            deviceFlow: input.deviceFlow ?? false,
            native: input.native ?? false,
            serviceAccountId: await serviceAccountOf(input.serviceAccount),
          };
          checkNewClient(wanted);
          const { client, secret } = await clients.create(wanted, audited('created', operation));
          return { client, clientSecret: secret?.reveal() ?? null };
        },
        updateOAuthClient: async (_parent, args: { id: string; input: Change }, operation: Operation) => {
          const { id } = await clientOf(args.id);
          checkOwn(id);
          const { name, redirectURIs, scopes } = args.input;
          const change = {
            ...(name == null ? {} : { name }),
            ...(redirectURIs == null ? {} : { redirectUris: redirectURIs }),
            ...(scopes == null ? {} : { scopes }),
          };
          checkClient(change);
          return clients.update(id, change, audited('updated', operation));
        },
        rotateOAuthClientSecret: async (_parent, args: { id: string }, operation: Operation) => {
          const client = await clientOf(args.id);
          if (!client.confidential) throw invalidClient('It has no secret.');
          const secret = await clients.rotateSecret(client.id, audited('secretRotated', operation));
          return { client, clientSecret: secret.reveal() };
        },
        deleteOAuthClient: async (_parent, args: { id: string }, operation: Operation) => {
          const { id } = await clientOf(args.id);
          checkOwn(id);
          await clients.remove(id, audited('deleted', operation));
          return EMPTY;
        },
        revokeAuthorizedApplication: async (_parent, args: { id: string }, operation: Operation) => {
          const number = applicationNumber(decodeNodeId('AuthorizedApplication', args.id));
          const found = number === undefined ? undefined : await grants.find(number);
          if (!found || !mayAdminister(operation.actor, found.userId)) throw noSuchGrant();
          const fields = { clientID: found.clientId, subjectUID: String(found.userId) };
          const revoked = await grants.revoke(found.number, (tx) =>
            d.audit.record('oauth.grant', 'revoked', { actor: operation.actor }, fields, { tx }),
          );
          if (!revoked) throw noSuchGrant();
          return EMPTY;
        },
      },
      User: {
        authorizedApplications: async ({ id: userId }: User, args: PageArguments, { actor }: Operation) => {
          if (!mayAdminister(actor, userId)) return null;
          const { limit, after } = pageRequest('authorized-applications', args, APPLICATIONS);
          const rows = await grants.ofUser(userId, { limit: limit + 1, beforeNumber: applicationNumber(after) });
          return {
            ...pageOf('authorized-applications', rows, limit, ({ number }) => String(number)),
            totalCount: () => grants.countOfUser(userId),
          };
        },
      },
      OAuthClient: {
        id: ({ id }: OAuthClient) => encodeNodeId('OAuthClient', id),
        clientID: ({ id }: OAuthClient) => id,
        redirectURIs: ({ redirectUris }: OAuthClient) => redirectUris,
        serviceAccount: ({ serviceAccountId }: OAuthClient) => (serviceAccountId === undefined ? null : d.users.byId(serviceAccountId)),
      },
      AuthorizedApplication: {
        id: ({ number }: AuthorizedApplication) => encodeNodeId('AuthorizedApplication', number),
        clientID: ({ clientId }: AuthorizedApplication) => clientId,
        name: async ({ clientId }: AuthorizedApplication) => (await clients.find(clientId))?.name ?? clientId,
        lastUsedAt: ({ lastUsedAt }: AuthorizedApplication) => lastUsedAt ?? null,
      },
    };
  },
});

const mayAdminister = (actor: Actor, userId: number): boolean => actor.siteAdmin || actor.userId === userId;
