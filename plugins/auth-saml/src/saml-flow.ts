import { createHash, randomBytes } from 'node:crypto';
import { SAML, ValidateInResponseTo } from '@node-saml/node-saml';
import type { ExternalIdentity, ProviderEntry, SignInAnswer, SignInRequest } from '@sextant/plugin-identity/api';
import type { Cache, Clock, Limits, OutboundHttp } from '@sextant/sdk';
import { type Assertion, readAssertion } from './assertion.js';
import { decrypted } from './encrypted-assertion.js';
import { noProvider, unproven } from './errors.js';
import { identityProviderOf } from './identity-provider.js';
import type { IdentityProvider } from './metadata.js';
import { checkDecrypted, checkResponse } from './response-check.js';
import type { SamlConfig } from './saml-config.js';
import { identityOf } from './saml-identity.js';

export interface SamlParts {
  readonly http: Pick<OutboundHttp, 'fetch'>;
  readonly cache: Pick<Cache, 'get' | 'set'>;
  readonly limits: Limits;
  readonly clock: Pick<Clock, 'now'>;
}

/** By redirect. */
export async function begin(
  parts: SamlParts,
  { config }: ProviderEntry<SamlConfig>,
  { callbackUrl, state, signal, anew = false }: SignInRequest,
): Promise<{ readonly url: string; readonly keep: Readonly<Record<string, string>> }> {
  const provider = await identityProviderOf(parts, config, signal);
  const requestId = `_${randomBytes(20).toString('hex')}`;
  const signs = config.signRequests ?? config.serviceProviderPrivateKey !== undefined;
  if (provider.wantsSignedRequests && !signs)
    throw noProvider('It wants signed requests: give "serviceProviderCertificate" and "serviceProviderPrivateKey".');
  const url = await samlOf(config, provider, callbackUrl, { requestId, signs, anew }).getAuthorizeUrlAsync(state, undefined, {});
  return { url, keep: { requestId } };
}

/** By a posted form whose assertion is signed. */
export const finish = async (parts: SamlParts, entry: ProviderEntry<SamlConfig>, answer: SignInAnswer): Promise<ExternalIdentity> =>
  identityOf(await assertionOf(parts, entry, answer), entry.config);

async function assertionOf(parts: SamlParts, { id, config }: ProviderEntry<SamlConfig>, answer: SignInAnswer): Promise<Assertion> {
  const { kept, callbackUrl, parameters, state } = answer;
  const requestId = kept?.['requestId'];
  if (requestId === undefined && !config.allowIdPInitiated) throw unproven('Nobody asked for this sign-in.');
  if (requestId !== undefined && parameters.get('RelayState') !== state) throw unproven('It belongs to another sign-in.');
  const [encoded, second] = parameters.getAll('SAMLResponse');
  if (encoded === undefined || second !== undefined || answer.method !== 'POST') throw unproven('There is no SAMLResponse, posted once.');
  const { serviceProviderPrivateKey: ours } = config;
  const encrypted = checkResponse(encoded, { callbackUrl, requestId, decrypts: ours !== undefined });
  if (ours && encrypted?.signedAround === false) checkDecrypted(await decrypted(encrypted.element, ours));
  const provider = await identityProviderOf(parts, config, answer.signal);
  const { signedAround = false } = encrypted ?? {};
  const xml = await signedAssertion(samlOf(config, provider, callbackUrl, { signedAround }), encoded);
  const now = parts.clock.now();
  const assertion = readAssertion(xml, {
    issuer: provider.issuer,
    audience: spIssuerOf(config, callbackUrl),
    callbackUrl,
    requestId,
    now,
    tolerance: config.clockTolerance,
  });
  // Until nobody takes it any more.
  const lifetime = Math.max(60_000, assertion.until.getTime() - now.getTime() + 2 * config.clockTolerance);
  const key = createHash('sha256').update(`${provider.issuer}\n${assertion.id}`).digest('base64url');
  const { allowed } = await parts.limits.take(`assertion:${id}:${key}`, { capacity: 1, per: lifetime });
  if (!allowed) throw unproven('The assertion was used before.');
  return assertion;
}

/** The text that the signature covers: of the whole answer or of the assertion. */
async function signedAssertion(saml: SAML, encoded: string): Promise<string> {
  try {
    const { profile } = await saml.validatePostResponseAsync({ SAMLResponse: encoded });
    const xml = profile?.getAssertionXml?.();
    if (xml !== undefined) return xml;
  } catch {
    // Its words quote the answer.
  }
  throw unproven('No signature in it is right: it was changed on the way, or is by a key that the metadata does not have.');
}

/** Our metadata. */
export function describedBy(config: SamlConfig, callbackUrl: string): string {
  const { serviceProviderCertificate: certificate = null } = config;
  // The package wants a certificate of the other side for whatever it does.
  const saml = new SAML({
    ...optionsOf(config, callbackUrl),
    ...keyOf(config),
    ...decryptionOf(config),
    idpCert: 'none',
    wantAssertionsSigned: true,
  });
  const metadata = saml.generateServiceProviderMetadata(certificate, certificate);
  return metadata.replace(/\s*<EncryptionMethod Algorithm="[^"]*-cbc"\/>/g, '');
}

function samlOf(
  config: SamlConfig,
  { issuer, signInUrl, certificates }: IdentityProvider,
  callbackUrl: string,
  request: { readonly requestId?: string; readonly signs?: boolean; readonly anew?: boolean; readonly signedAround?: boolean } = {},
): SAML {
  const { requestId = '', signs = false, anew = false, signedAround = false } = request;
  return new SAML({
    ...optionsOf(config, callbackUrl),
    idpCert: [...certificates],
    idpIssuer: issuer,
    entryPoint: signInUrl,
    generateUniqueId: () => requestId,
    forceAuthn: anew,
    // What is encrypted in a signed answer is decrypted after its signature is found right.
    wantAuthnResponseSigned: signedAround,
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

const spIssuerOf = ({ serviceProviderIssuer }: SamlConfig, callbackUrl: string): string =>
  serviceProviderIssuer ?? new URL('metadata', callbackUrl).href;
