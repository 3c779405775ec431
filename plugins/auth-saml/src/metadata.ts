import { X509Certificate } from 'node:crypto';
import { noProvider } from './errors.js';
import { allIn, attributeOf, childrenOf, isElement, METADATA, NS, parseXml, textOf, XmlProblem } from './xml.js';

/** What the metadata of an identity provider says. */
export interface IdentityProvider {
  readonly issuer: string;
  /** Where the browser is sent. */
  readonly signInUrl: string;
  /** Of the keys that sign, in base64; one or more. */
  readonly certificates: readonly string[];
  readonly wantsSignedRequests: boolean;
  /** Where the browser is sent to sign out, and where an answer to such a request goes; undefined: it has no such places. */
  readonly logoutUrl: string | undefined;
  readonly logoutResponseUrl: string | undefined;
}

const REDIRECT = 'urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect';
const HAS_KEYS_FOR_SIGNING = [undefined, 'signing'];

/**
 * @param wanted the entity id; undefined: there must be one identity provider
 * @throws SEXTANT_SAML_PROVIDER
 */
export function readMetadata(text: string, wanted?: string): IdentityProvider {
  let root: Element;
  try {
    root = parseXml(withoutComments(text), METADATA);
  } catch (error) {
    if (error instanceof XmlProblem) throw noProvider(`The metadata cannot be read. ${error.message}`);
    throw error;
  }
  const providers = allIn(root)
    .filter((element) => isElement(element, NS.metadata, 'EntityDescriptor'))
    .flatMap((entity) =>
      childrenOf(entity, NS.metadata, 'IDPSSODescriptor').map((role) => ({ issuer: attributeOf(entity, 'entityID') ?? '', role })),
    )
    .filter(({ issuer }) => wanted === undefined || issuer === wanted);
  const [found, another] = providers;
  if (!found || found.issuer === '')
    throw noProvider(`The metadata has no identity provider${wanted === undefined ? '' : ` "${wanted}"`}.`);
  if (another) throw noProvider('The metadata has several identity providers: choose one by "identityProviderIssuer".');
  const { issuer, role } = found;
  const byRedirect = (service: string, attribute: 'Location' | 'ResponseLocation'): string | undefined =>
    childrenOf(role, NS.metadata, service)
      .filter((one) => attributeOf(one, 'Binding') === REDIRECT)
      .map((one) => attributeOf(one, attribute) ?? '')
      .find((location) => URL.canParse(location) && /^https?:$/.test(new URL(location).protocol));
  const signInUrl = byRedirect('SingleSignOnService', 'Location');
  const logoutUrl = byRedirect('SingleLogoutService', 'Location');
  if (signInUrl === undefined) throw noProvider('The metadata has no SingleSignOnService with the binding HTTP-Redirect.');
  const certificates = childrenOf(role, NS.metadata, 'KeyDescriptor')
    .filter((key) => HAS_KEYS_FOR_SIGNING.includes(attributeOf(key, 'use')))
    .flatMap(allIn)
    .filter((element) => isElement(element, NS.signature, 'X509Certificate'))
    .map((element) => textOf(element).replace(/\s+/g, ''));
  if (certificates.length === 0) throw noProvider('The metadata has no certificate for signing.');
  if (!certificates.every(isCertificate)) throw noProvider('The metadata has a certificate that is none.');
  return {
    issuer,
    signInUrl,
    certificates,
    wantsSignedRequests: attributeOf(role, 'WantAuthnRequestsSigned') === 'true',
    logoutUrl,
    logoutResponseUrl: byRedirect('SingleLogoutService', 'ResponseLocation') ?? logoutUrl,
  };
}

/** Admins write them into metadata. Between two tags alone, where no text is cut. */
const withoutComments = (text: string): string => text.replace(/>\s*<!--(?:(?!-->)[\s\S])*-->\s*</g, '><');

function isCertificate(base64: string): boolean {
  try {
    new X509Certificate(Buffer.from(base64, 'base64'));
    return true;
  } catch {
    return false;
  }
}
