import type { AccountDirectory, AuditTrail, Users } from '@sextant/plugin-identity/api';
import type { Logger, Secrets, Storage } from '@sextant/sdk';
import { type Configuration, errors, type JWK, type KoaContextWithOIDC, Provider } from 'oidc-provider';
import type { OAuthConfig } from '../config.js';
import { confirmDevicePage, deviceDonePage, problemPage, signedOutPage, signOutPage, userCodePage } from '../pages/pages.js';
import { INTERACTION, PATHS } from '../paths.js';
import { ALL_SCOPES, API_SCOPES } from '../scopes.js';
import { type ClientStore, newClientId, newClientSecret, SRC_CLI } from '../storage/client-store.js';
import { findAccount } from './accounts.js';
import { adapterFor } from './adapters.js';
import { present } from './asking.js';
import { metadataOf } from './client-metadata.js';
import { hashedSecrets, recognizableTokens } from './replaced-methods.js';
import { show } from './show.js';

export interface ProviderParts {
  readonly db: Storage;
  readonly secrets: Secrets;
  readonly clients: ClientStore;
  readonly users: Users;
  readonly accounts: AccountDirectory;
  readonly audit: AuditTrail;
  readonly log: Logger;
  readonly config: () => OAuthConfig;
}

export interface ProviderSettings {
  /** Where people reach Sextant, without a trailing slash. */
  readonly externalUrl: string;
  readonly dynamicRegistration: boolean;
  /** Whose pages may use every public program, besides the pages that one is registered for. */
  readonly corsOrigins: ReadonlySet<string>;
  readonly keys: readonly JWK[];
}

const MINUTE = 60;
const DAY = 86_400;
/** 43 characters of 6 bits. */
const TOKEN_BITS = 256;

export function buildProvider(parts: ProviderParts, { externalUrl, dynamicRegistration, corsOrigins, keys }: ProviderSettings): Provider {
  const prefix = new URL(externalUrl).pathname.replace(/\/$/, '');
  const seconds = (milliseconds: number): number => Math.floor(milliseconds / 1000);
  const accessTokenTtl = (): number => seconds(parts.config().accessTokenLifetime);
  const cookie = { httpOnly: true, sameSite: 'lax', signed: false } as const;

  const configuration: Configuration = {
    adapter: adapterFor(parts),
    clients: [metadataOf(SRC_CLI, undefined)],
    jwks: { keys: [...keys] },
    findAccount: (_ctx, id) => findAccount(parts, id),
    scopes: [...ALL_SCOPES],
    claims: { openid: ['sub'], profile: ['name', 'preferred_username', 'picture'], email: ['email', 'email_verified'] },
    responseTypes: ['code'],
    clientAuthMethods: ['none', 'client_secret_basic', 'client_secret_post'],
    // Of confidential clients too: a code that somebody else got hold of is worth nothing.
    pkce: { required: () => true },
    allowOmittingSingleRegisteredRedirectUri: false,
    rotateRefreshToken: true,
    // What a program may do ends by its grant, not with the browser in which the person allowed it.
    expiresWithSession: () => false,
    loadExistingGrant,
    // A program that keeps a secret keeps it on a server.
    clientBasedCORS: (_ctx, origin, client) =>
      client.clientSecret === undefined &&
      (corsOrigins.has(origin) || (client.redirectUris ?? []).some((uri) => new URL(uri).origin === origin)),
    enabledJWA: { idTokenSigningAlgValues: ['RS256'], userinfoSigningAlgValues: ['RS256'] },
    formats: { bitsOfOpaqueRandomness: TOKEN_BITS },
    routes: {
      authorization: PATHS.authorization,
      token: PATHS.token,
      device_authorization: PATHS.deviceAuthorization,
      code_verification: PATHS.device,
      registration: PATHS.registration,
      revocation: PATHS.revocation,
      introspection: PATHS.introspection,
      userinfo: PATHS.userinfo,
      jwks: PATHS.jwks,
      end_session: PATHS.endSession,
    },
    cookies: {
      names: { session: 'sextant_oauth', interaction: 'sextant_oauth_interaction', resume: 'sextant_oauth_resume' },
      long: { ...cookie, path: `${prefix}${PATHS.root}` },
      short: cookie,
    },
    interactions: { url: (_ctx, { uid }) => `${prefix}${INTERACTION}${uid}` },
    ttl: {
      AccessToken: accessTokenTtl,
      AuthorizationCode: MINUTE,
      ClientCredentials: accessTokenTtl,
      DeviceCode: 10 * MINUTE,
      Grant: 365 * DAY,
      IdToken: 60 * MINUTE,
      Interaction: 15 * MINUTE,
      RefreshToken: () => seconds(parts.config().refreshTokenLifetime),
      Session: DAY,
    },
    features: {
      devInteractions: { enabled: false },
      dPoP: { enabled: false },
      pushedAuthorizationRequests: { enabled: false },
      clientCredentials: { enabled: true },
      // A token is nobody's business but of the program that it was given to.
      revocation: { enabled: true, allowedPolicy: (_ctx, client, token) => client.clientId === token.clientId },
      introspection: { enabled: true, allowedPolicy: (_ctx, client, token) => client.clientId === token.clientId },
      registration: dynamicRegistration
        ? {
            enabled: true,
            initialAccessToken: false,
            issueRegistrationAccessToken: false,
            idFactory: newClientId,
            secretFactory: newClientSecret,
          }
        : { enabled: false },
      resourceIndicators: {
        enabled: true,
        getResourceServerInfo: (_ctx, resource) => {
          // A program that was lured to another server by us, or to us by another, would hand it our token.
          if (resource !== externalUrl && !resource.startsWith(`${externalUrl}/`)) throw new errors.InvalidTarget();
          return { scope: API_SCOPES.join(' '), audience: externalUrl, accessTokenFormat: 'opaque', accessTokenTTL: accessTokenTtl() };
        },
      },
      rpInitiatedLogout: {
        enabled: true,
        logoutSource: (ctx) => show(ctx, signOutPage({ action: ctx.oidc.urlFor('end_session_confirm'), xsrf: xsrfOf(ctx) })),
        postLogoutSuccessSource: (ctx) => show(ctx, signedOutPage()),
      },
      deviceFlow: {
        enabled: true,
        charset: 'base-20',
        mask: '****-****',
        deviceInfo: (ctx) => ({ ip: ctx.ip, ua: ctx.get('user-agent').slice(0, 200) }),
        userCodeInputSource: (ctx, _form, _out, error) =>
          show(
            ctx,
            userCodePage({
              action: ctx.oidc.urlFor('code_verification'),
              xsrf: xsrfOf(ctx),
              code: present()?.userCode ?? '',
              ...(error === undefined ? {} : { problem: codeProblem(error) }),
            }),
          ),
        userCodeConfirmSource: async (ctx, _form, client, info, code) => {
          const found = await parts.clients.find(client.clientId);
          const { ip, ua } = info as { readonly ip?: string; readonly ua?: string };
          show(
            ctx,
            confirmDevicePage({
              client: found ?? { id: client.clientId, name: client.clientId, dynamic: true },
              username: present()?.person?.username ?? '',
              scopes: String(ctx.oidc.entities.DeviceCode?.params?.['scope'] ?? '').split(' '),
              action: ctx.oidc.urlFor('code_verification'),
              xsrf: xsrfOf(ctx),
              code,
              address: ip ?? '',
              userAgent: ua ?? '',
            }),
          );
        },
        successSource: (ctx) => show(ctx, deviceDonePage(ctx.oidc.client?.clientName ?? '')),
      },
    },
    renderError: (ctx, out) => show(ctx, problemPage('That did not work', out.error_description ?? out.error)),
  };

  const provider = new Provider(externalUrl, configuration);
  provider.proxy = true;
  provider.silent = true;
  provider.on('server_error', (_ctx, error) => parts.log.error('The OAuth provider failed.', { error }));
  recognizableTokens(provider);
  hashedSecrets(provider);
  return provider;
}

/** One grant for each time that a person said yes: what ends one device must not end the others. Only in one browser an answer is remembered. */
async function loadExistingGrant(ctx: KoaContextWithOIDC) {
  const { client, session, result, route, provider } = ctx.oidc;
  const answered = result?.consent?.grantId;
  const remembered = client && /^(?:authorization|resume)$/.test(route) ? session?.grantIdFor(client.clientId) : undefined;
  const grantId = answered ?? remembered;
  return grantId === undefined ? undefined : provider.Grant.find(grantId);
}

const xsrfOf = (ctx: KoaContextWithOIDC): string => (ctx.oidc.session?.state as { readonly secret?: string } | undefined)?.secret ?? '';

function codeProblem(error: Error): string {
  switch (error.name) {
    case 'AbortedError':
      return 'You denied it. The device gets nothing.';
    case 'ExpiredError':
    case 'NotFoundError':
    case 'AlreadyUsedError':
    case 'NoCodeError':
      return 'This code is none, or too old, or was used. Type the one that your device shows now.';
    default:
      return 'That did not work. Begin again.';
  }
}
