import { createHash } from 'node:crypto';
import type { ProviderEntry, ProviderLogout, ProviderSession } from '@sextant/plugin-identity/api';
import { Secret, z } from '@sextant/sdk';
import type { Assertion } from './assertion.js';
import { unproven } from './errors.js';
import { identityProviderOf } from './identity-provider.js';
import type { IdentityProvider } from './metadata.js';
import { checkLogoutRequest } from './response-check.js';
import { type SamlParts, samlOf } from './saml-client.js';
import type { SamlConfig } from './saml-config.js';
import { attributeOf, childrenOf, NS, textOf } from './xml.js';

type Logout = ProviderLogout<SamlConfig>;
type Entry = ProviderEntry<SamlConfig>;

/** Milliseconds that a request is taken for after it was made. */
const MOST_AGE = 300_000;

const keptSession = z.object({
  nameID: z.string(),
  nameIDFormat: z.string(),
  nameQualifier: z.string().optional(),
  spNameQualifier: z.string().optional(),
  sessionIndex: z.string().optional(),
});

/** What is kept of a session at the identity provider. */
export function sessionOf({ nameId, nameIdFormat, nameQualifier, spNameQualifier, sessionIndex }: Assertion): ProviderSession {
  const kept: z.input<typeof keptSession> = {
    nameID: nameId,
    nameIDFormat: nameIdFormat ?? 'urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified',
    nameQualifier,
    spNameQualifier,
    sessionIndex,
  };
  const one = sessionIndex === undefined ? [] : [nameOfOne(nameId, sessionIndex)];
  return { names: [nameOfAll(nameId), ...one], kept: new Secret(JSON.stringify(kept)) };
}

const nameOfAll = (nameId: string): string => `all of ${nameId}`;
const nameOfOne = (nameId: string, index: string): string => `one ${JSON.stringify([nameId, index])}`;

/** Single logout that begins here: by redirect, signed. */
export async function begin(
  parts: SamlParts,
  { config }: Entry,
  { kept, logoutUrl, signal }: Parameters<Logout['begin']>[1],
): ReturnType<Logout['begin']> {
  const provider = await identityProviderOf(parts, config, signal);
  if (!config.logout || provider.logoutUrl === undefined) return undefined;
  const session = keptSession.parse(JSON.parse(kept.reveal()));
  const saml = samlOf(config, provider, logoutUrl, { signs: true, logoutUrl: provider.logoutUrl });
  return saml.getLogoutUrlAsync({ issuer: provider.issuer, ...session } as Parameters<typeof saml.getLogoutUrlAsync>[0], '', {});
}

/** Single logout that begins at the identity provider: a signed request, posted. It is answered by redirect. */
export async function finish(
  parts: SamlParts,
  { id, config }: Entry,
  { parameters, logoutUrl, signal }: Parameters<Logout['finish']>[1],
): ReturnType<Logout['finish']> {
  const [encoded, second] = parameters.getAll('SAMLRequest');
  if (!config.logout || encoded === undefined || second !== undefined) throw unproven('There is no SAMLRequest, posted once.');
  const request = checkLogoutRequest(encoded, logoutUrl);
  const provider = await identityProviderOf(parts, config, signal);
  await checkSignature(config, provider, logoutUrl, encoded);
  const requestId = attributeOf(request, 'ID') ?? '';
  checkRequest(request, provider, parts.clock.now(), config.clockTolerance);
  const key = createHash('sha256').update(`${provider.issuer}\n${requestId}`).digest('base64url');
  const { allowed } = await parts.limits.take(`logout:${id}:${key}`, { capacity: 1, per: 2 * (MOST_AGE + config.clockTolerance) });
  if (!allowed) throw unproven('The request was used before.');
  const [nameId] = childrenOf(request, NS.assertion, 'NameID').map(textOf);
  if (!nameId) throw unproven('It names nobody.');
  const indexes = childrenOf(request, NS.protocol, 'SessionIndex').map(textOf);
  const names = indexes.length === 0 ? [nameOfAll(nameId)] : indexes.map((index) => nameOfOne(nameId, index));
  const { logoutResponseUrl } = provider;
  if (logoutResponseUrl === undefined) return { names };
  const saml = samlOf(config, provider, logoutUrl, { signs: true, logoutUrl: logoutResponseUrl });
  const asked = { ID: requestId } as Parameters<typeof saml.getLogoutResponseUrlAsync>[0];
  return { names, goOn: await saml.getLogoutResponseUrlAsync(asked, parameters.get('RelayState') ?? '', {}, true) };
}

async function checkSignature(config: SamlConfig, provider: IdentityProvider, logoutUrl: string, encoded: string): Promise<void> {
  try {
    await samlOf(config, provider, logoutUrl).validatePostRequestAsync({ SAMLRequest: encoded });
  } catch {
    // Its words quote the request.
    throw unproven('Its signature is not right: it was changed on the way, or is by a key that the metadata does not have.');
  }
}

function checkRequest(request: Element, { issuer }: IdentityProvider, now: Date, tolerance: number): void {
  if (textOf(childrenOf(request, NS.assertion, 'Issuer')[0]) !== issuer) throw unproven('It is of another issuer.');
  const made = Date.parse(attributeOf(request, 'IssueInstant') ?? '');
  const until = Date.parse(attributeOf(request, 'NotOnOrAfter') ?? '');
  const age = now.getTime() - made;
  if (!(age < MOST_AGE + tolerance && age > -tolerance) || now.getTime() - tolerance >= until)
    throw unproven('It is not of this time: it has expired, or the clocks are apart.');
}
