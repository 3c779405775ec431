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

/**
 * Looks at an answer as it came, before its signature is checked, and leaves nothing in it that two readers could read in two ways: one assertion, signatures
 * where they belong, each id once. What is believed is read later, of what is signed.
 * @throws SEXTANT_SAML_ANSWER
 */
export function checkResponse(encoded: string, expected: { readonly callbackUrl: string; readonly requestId: string | undefined }): void {
  if (encoded.length > MOST * 1.4) throw unproven('It is too large.');
  if (!/^[A-Za-z0-9+/\s]+={0,2}\s*$/.test(encoded)) throw unproven('It is no base64.');
  const root = parsed(Buffer.from(encoded, 'base64').toString('utf8'));
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
  if (all.some((element) => element.localName === 'EncryptedAssertion'))
    throw unproven(
      'Its assertion is encrypted, which is not taken: turn that off at the identity provider. The way here is encrypted by TLS.',
    );
  const assertions = all.filter((element) => element.localName === 'Assertion');
  if (assertions.length !== 1) throw unproven(`It has ${assertions.length} assertions, and must have one.`);
  if (assertions[0]?.parentNode !== root || !isElement(assertions[0], NS.assertion, 'Assertion'))
    throw unproven('Its assertion is not where it must be.');
  checkSignatures(all, [root, assertions[0]]);
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
