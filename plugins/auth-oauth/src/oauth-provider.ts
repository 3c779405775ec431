import type { SignInProvider } from '@sextant/plugin-identity/api';
import './errors.js';
import type { OAuthParts } from './oauth-flow.js';
import type { AnyOAuthHost } from './oauth-host.js';

/** The first sign-in loads the protocol: most processes see none. */
const flow = () => import('./oauth-flow.js');

/** Sign-in by a code host: by an authorization code of OAuth 2, and what the host's API then says of the person. */
export const oauthProvider = (host: AnyOAuthHost, parts: OAuthParts): SignInProvider => ({
  type: host.type,
  title: host.title,
  auditedAs: 'auth.oauth',
  config: host.config,
  service: ({ url }) => ({ type: host.serviceType, id: url }),
  redirect: {
    begin: async ({ config }, request) => (await flow()).begin(host, parts, config, request),
    finish: async ({ config }, answer) => (await flow()).finish(host, parts, config, answer),
    renew: async ({ config }, credential, signal) => (await flow()).renew(host, parts, config, credential, signal),
  },
});
