import { checkEncryption } from './encrypted-assertion.js';
import { unproven } from './errors.js';
import { allIn, attributeOf, childrenOf, isElement, NS, parseXml, textOf, XmlProblem } from './xml.js';

/** Bytes of an answer, before base64. */
const MOST = 512 * 1024;
const SUCCESS = 'urn:oasis:names:tc:SAML:2.0:status:Success';

/** What a signature may be made by. SHA-1 is not among them: two texts can be made that have the same one. */
const ALLOWED: Readonly<Record<string, readonly string[]>> = {
  SignatureMethod: [
    'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256',
    'http://www.w3.org/2001/04/xmldsig-more#rsa-sha512',
    'http://www.w3.org/2007/05/xmldsig-more#sha256-rsa-MGF1',
  ],
  DigestMethod: ['http://www.w3.org/2001/04/xmlenc#sha256', 'http://www.w3.org/2001/04/xmlenc#sha512'],
  CanonicalizationMethod: ['http://www.w3.org/2001/10/xml-exc-c14n#', 'http://www.w3.org/TR/2001/REC-xml-c14n-20010315'],
  Transform: [
    'http://www.w3.org/2000/09/xmldsig#enveloped-signature',
    'http://www.w3.org/2001/10/xml-exc-c14n#',
    'http://www.w3.org/TR/2001/REC-xml-c14n-20010315',
  ],
};

export interface ExpectedResponse {
  readonly callbackUrl: string;
  readonly requestId: string | undefined;
  /** We have a key by which assertions may be encrypted. */
  readonly decrypts: boolean;
}

/** An assertion that is encrypted. */
export interface Encrypted {
  readonly element: Element;
  /** The answer around it has a signature. */
  readonly signedAround: boolean;
}

/**
 * Looks at an answer as it came, before its signature is checked, and leaves nothing in it that two readers could read in two ways: one assertion, signatures
 * where they belong, each id once. What is believed is read later, of what is signed.
 * @returns its assertion where that is encrypted. @throws SEXTANT_SAML_ANSWER
 */
export function checkResponse(encoded: string, expected: ExpectedResponse): Encrypted | undefined {
  const root = messageIn(encoded);
  if (!isElement(root, NS.protocol, 'Response')) throw unproven('It is no Response of SAML 2.0.');
  const destination = attributeOf(root, 'Destination');
  if (destination !== undefined && destination !== '' && destination !== expected.callbackUrl)
    throw unproven(`It is not meant for ${expected.callbackUrl}.`);
  checkStatus(root);
  // Unsigned where the assertion alone is signed; the assertion says it once more.
  if (
    attributeOf(root, 'InResponseTo') !== expected.requestId &&
    (expected.requestId === undefined || attributeOf(root, 'InResponseTo') !== undefined)
  )
    throw unproven('It answers another request.');
  const all = allIn(root);
  const assertions = all.filter(({ localName }) => localName === 'Assertion' || localName === 'EncryptedAssertion');
  const [assertion] = assertions;
  if (assertions.length !== 1 || !assertion) throw unproven(`It has ${assertions.length} assertions, and must have one.`);
  if (assertion.parentNode !== root || assertion.namespaceURI !== NS.assertion) throw unproven('Its assertion is not where it must be.');
  checkIds(all);
  if (assertion.localName === 'Assertion') {
    checkSignatures(all, [root, assertion]);
    return undefined;
  }
  if (!expected.decrypts)
    throw unproven('Its assertion is encrypted: give a "serviceProviderPrivateKey" for it, or turn that off at the identity provider.');
  const signedAround = childrenOf(root, NS.signature, 'Signature').length > 0;
  if (signedAround) checkSignatures(all, [root]);
  checkEncryption(assertion, signedAround);
  return { element: assertion, signedAround };
}

/** As {@link checkResponse}, a request to end sessions, which must be signed as a whole. @throws SEXTANT_SAML_ANSWER */
export function checkLogoutRequest(encoded: string, logoutUrl: string): Element {
  const root = messageIn(encoded);
  if (!isElement(root, NS.protocol, 'LogoutRequest')) throw unproven('It is no LogoutRequest of SAML 2.0.');
  if (attributeOf(root, 'Destination') !== logoutUrl) throw unproven('It is meant for another address.');
  const all = allIn(root);
  checkSignatures(all, [root]);
  checkIds(all);
  return root;
}

function messageIn(encoded: string): Element {
  if (encoded.length > MOST * 1.4) throw unproven('It is too large.');
  // Two parts of a pattern that both take spaces would be tried in every way to share them.
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(encoded.replace(/\s/g, ''))) throw unproven('It is no base64.');
  return parsed(Buffer.from(encoded, 'base64').toString('utf8'));
}

/** As {@link checkResponse}, an assertion that was encrypted and whose own signature is to prove it. @throws SEXTANT_SAML_ANSWER */
export function checkDecrypted(assertion: Element): void {
  if (!isElement(assertion, NS.assertion, 'Assertion')) throw unproven('What is encrypted in it is no assertion.');
  const all = allIn(assertion);
  checkSignatures(all, [assertion]);
  checkIds(all);
}

function checkIds(all: readonly Element[]): void {
  const ids = all.flatMap((element) => ['ID', 'Id', 'id'].map((name) => attributeOf(element, name)).filter((id) => id !== undefined));
  if (new Set(ids).size !== ids.length) throw unproven('It uses an ID twice.');
}

function parsed(text: string): Element {
  try {
    return parseXml(text);
  } catch (error) {
    if (error instanceof XmlProblem) throw unproven(error.message);
    throw error;
  }
}

function checkStatus(root: Element): void {
  const [status] = childrenOf(root, NS.protocol, 'Status');
  const [code] = status ? childrenOf(status, NS.protocol, 'StatusCode') : [];
  if (attributeOf(code, 'Value') === SUCCESS) return;
  const [detail] = code ? childrenOf(code, NS.protocol, 'StatusCode') : [];
  const name = /^urn:oasis:names:tc:SAML:2\.0:status:([A-Za-z]+)$/.exec(
    attributeOf(detail, 'Value') ?? attributeOf(code, 'Value') ?? '',
  )?.[1];
  const [message] = status ? childrenOf(status, NS.protocol, 'StatusMessage') : [];
  const words = textOf(message)
    .replace(/[\p{Cc}\p{Cf}]+/gu, ' ')
    .slice(0, 200);
  throw unproven(`The identity provider says: ${[name ?? 'no success', words].filter((part) => part !== '').join(', ')}.`);
}

function checkSignatures(all: readonly Element[], owners: readonly Element[]): void {
  const signatures = all.filter((element) => element.localName === 'Signature');
  if (signatures.length === 0) throw unproven('Nothing in it is signed.');
  if (signatures.some((one) => !isElement(one, NS.signature, 'Signature') || !owners.includes(one.parentNode as Element)))
    throw unproven('It has a signature where none belongs.');
  for (const element of signatures.flatMap(allIn)) {
    const allowed = ALLOWED[element.localName];
    if (allowed && !allowed.includes(attributeOf(element, 'Algorithm') ?? ''))
      throw unproven(`${element.localName} is not by an algorithm that is taken.`);
    if (element.localName === 'Object') throw unproven('A signature has an object in it.');
  }
}
