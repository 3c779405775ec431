import type { SignInProvider } from '@sextant/plugin-identity/api';
import './errors.js';
import { openidConnectConfig } from './openid-connect-config.js';
import type { OpenidConnectParts } from './openid-connect-flow.js';
import type { LogoutParts } from './openid-connect-logout.js';

/** The first sign-in loads the protocol: most processes see none. */
const flow = () => import('./openid-connect-flow.js');
const logout = () => import('./openid-connect-logout.js');

/** Sign-in by a provider of OpenID Connect. */
export const openidConnectProvider = (parts: OpenidConnectParts & LogoutParts): SignInProvider<typeof openidConnectConfig> => ({
  type: 'openidconnect',
  title: 'OpenID Connect',
  config: openidConnectConfig,
  service: ({ issuer }) => ({ type: 'openidconnect', id: issuer }),
  redirect: {
    begin: async (entry, request) => (await flow()).begin(parts, entry, request),
    finish: async (entry, answer) => (await flow()).finish(parts, entry, answer),
    logout: {
      begin: async (entry, ended) => (await logout()).begin(parts, entry, ended),
      finish: async (entry, told) => (await logout()).finish(parts, entry, told),
    },
  },
});
