import type { SAML } from '@node-saml/node-saml';
import type { ExternalIdentity, ProviderEntry, SignInAnswer, SignInRequest } from '@sextant/plugin-identity/api';
import { type Assertion, readAssertion } from './assertion.js';
import { decrypted } from './encrypted-assertion.js';
import { noProvider, unproven } from './errors.js';
import { identityProviderOf } from './identity-provider.js';
import { checkDecrypted, checkResponse } from './response-check.js';
import { newId, type SamlParts, samlOf, spIssuerOf } from './saml-client.js';
import type { SamlConfig } from './saml-config.js';
import { identityOf } from './saml-identity.js';
import { sessionOf } from './saml-logout.js';

/** By redirect. */
export async function begin(
  parts: SamlParts,
  { config }: ProviderEntry<SamlConfig>,
  { callbackUrl, state, signal, anew = false }: SignInRequest,
): Promise<{ readonly url: string; readonly keep: Readonly<Record<string, string>> }> {
  const provider = await identityProviderOf(parts, config, signal);
  const requestId = newId();
  const signs = config.signRequests ?? config.serviceProviderPrivateKey !== undefined;
  if (provider.wantsSignedRequests && !signs)
    throw noProvider('It wants signed requests: give "serviceProviderCertificate" and "serviceProviderPrivateKey".');
  const url = await samlOf(config, provider, callbackUrl, { requestId, signs, anew }).getAuthorizeUrlAsync(state, undefined, {});
  return { url, keep: { requestId } };
}

/** By a posted form whose assertion is signed. */
export async function finish(parts: SamlParts, entry: ProviderEntry<SamlConfig>, answer: SignInAnswer): Promise<ExternalIdentity> {
  const { assertion, proof } = await assertionOf(parts, entry, answer);
  const identity = { ...identityOf(assertion, entry.config), proof };
  // Who is known by an attribute alone cannot be named to the identity provider.
  return entry.config.logout && assertion.nameId !== '' ? { ...identity, session: sessionOf(assertion) } : identity;
}

async function assertionOf(
  parts: SamlParts,
  { config }: ProviderEntry<SamlConfig>,
  answer: SignInAnswer,
): Promise<{ readonly assertion: Assertion; readonly proof: ExternalIdentity['proof'] }> {
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
  // Clocks of processes may be apart, too.
  const until = new Date(assertion.until.getTime() + 2 * config.clockTolerance);
  return { assertion, proof: { id: `${provider.issuer}\n${assertion.id}`, until } };
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
