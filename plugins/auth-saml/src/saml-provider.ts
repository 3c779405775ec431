import type { SignInProvider } from '@sextant/plugin-identity/api';
import { readMetadata } from './metadata.js';
import type { SamlParts } from './saml-client.js';
import { type SamlConfig, samlConfig } from './saml-config.js';

/** The first sign-in loads the protocol: most processes see none, and it takes 20 MiB. */
const flow = () => import('./saml-flow.js');
const logout = () => import('./saml-logout.js');

/** Sign-in by an identity provider of SAML 2.0. */
export const samlProvider = (parts: SamlParts): SignInProvider<typeof samlConfig> => ({
  type: 'saml',
  title: 'SAML',
  namesAreGiven: true,
  config: samlConfig,
  service: (config) => ({ type: 'saml', id: serviceIdOf(config) }),
  redirect: {
    begin: async (entry, request) => (await flow()).begin(parts, entry, request),
    finish: async (entry, answer) => (await flow()).finish(parts, entry, answer),
    logout: {
      begin: async (entry, ended) => (await logout()).begin(parts, entry, ended),
      finish: async (entry, told) => (await logout()).finish(parts, entry, told),
    },
    unsolicited: ({ allowIdPInitiated }) => allowIdPInitiated,
    metadata: async ({ config }, { callbackUrl }) => ({
      contentType: 'application/samlmetadata+xml',
      body: (await import('./saml-client.js')).describedBy(config, callbackUrl),
    }),
  },
});

function serviceIdOf(config: SamlConfig): string {
  const { identityProviderIssuer, identityProviderMetadata, identityProviderMetadataURL = '' } = config;
  if (identityProviderIssuer !== undefined) return identityProviderIssuer;
  return identityProviderMetadata === undefined ? identityProviderMetadataURL : readMetadata(identityProviderMetadata).issuer;
}
