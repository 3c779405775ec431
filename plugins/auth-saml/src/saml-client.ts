import { randomBytes } from 'node:crypto';
import { SAML, ValidateInResponseTo } from '@node-saml/node-saml';
import type { Cache, Clock, Limits, OutboundHttp } from '@sextant/sdk';
import type { IdentityProvider } from './metadata.js';
import type { SamlConfig } from './saml-config.js';

export interface SamlParts {
  readonly http: Pick<OutboundHttp, 'fetch'>;
  readonly cache: Pick<Cache, 'get' | 'set'>;
  readonly limits: Limits;
  readonly clock: Pick<Clock, 'now'>;
}

export const newId = (): string => `_${randomBytes(20).toString('hex')}`;

/** Our metadata. */
export function describedBy(config: SamlConfig, callbackUrl: string): string {
  const { serviceProviderCertificate: certificate = null } = config;
  // The package wants a certificate of the other side for whatever it does.
  const saml = new SAML({
    ...optionsOf(config, callbackUrl),
    ...keyOf(config),
    ...decryptionOf(config),
    ...(config.logout ? { logoutCallbackUrl: new URL('logout', callbackUrl).href } : {}),
    idpCert: 'none',
    wantAssertionsSigned: true,
  });
  const metadata = saml.generateServiceProviderMetadata(certificate, certificate);
  return metadata.replace(/\s*<EncryptionMethod Algorithm="[^"]*-cbc"\/>/g, '');
}

/** The package, set up for one entry. */
export function samlOf(
  config: SamlConfig,
  { issuer, signInUrl, certificates }: IdentityProvider,
  callbackUrl: string,
  request: {
    readonly requestId?: string;
    readonly signs?: boolean;
    readonly anew?: boolean;
    readonly signedAround?: boolean;
    readonly logoutUrl?: string;
  } = {},
): SAML {
  const { requestId = newId(), signs = false, anew = false, signedAround = false, logoutUrl } = request;
  return new SAML({
    ...optionsOf(config, callbackUrl),
    idpCert: [...certificates],
    idpIssuer: issuer,
    entryPoint: signInUrl,
    generateUniqueId: () => requestId,
    forceAuthn: anew,
    // What is encrypted in a signed answer is decrypted after its signature is found right.
    wantAuthnResponseSigned: signedAround,
    ...(logoutUrl === undefined ? {} : { logoutUrl }),
    ...decryptionOf(config),
    ...(signs ? keyOf(config) : {}),
  });
}

const optionsOf = (config: SamlConfig, callbackUrl: string) => ({
  callbackUrl,
  issuer: spIssuerOf(config, callbackUrl),
  identifierFormat: config.nameIDFormat,
  signatureAlgorithm: 'sha256' as const,
  digestAlgorithm: 'sha256',
  // How people prove themselves is the identity provider's business.
  disableRequestedAuthnContext: true,
  // One signature is needed, of the answer or of the assertion: providers differ in what they sign.
  wantAssertionsSigned: false,
  wantAuthnResponseSigned: false,
  // The package checks the signature. For whom, when and as the answer to what is checked by `readAssertion`, which says what did not hold.
  audience: false as const,
  acceptedClockSkewMs: -1,
  validateInResponseTo: ValidateInResponseTo.never,
});

const keyOf = ({ serviceProviderPrivateKey }: SamlConfig) =>
  serviceProviderPrivateKey === undefined ? {} : { privateKey: serviceProviderPrivateKey.reveal() };

const decryptionOf = ({ serviceProviderPrivateKey }: SamlConfig) =>
  serviceProviderPrivateKey === undefined ? {} : { decryptionPvk: serviceProviderPrivateKey.reveal() };

/** Our entity id. @param url of ours, beside our metadata */
export const spIssuerOf = ({ serviceProviderIssuer }: SamlConfig, callbackUrl: string): string =>
  serviceProviderIssuer ?? new URL('metadata', callbackUrl).href;
