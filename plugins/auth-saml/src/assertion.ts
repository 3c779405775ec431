import { unproven } from './errors.js';
import { attributeOf, childrenOf, NS, parseXml, textOf } from './xml.js';

/** What a signed assertion says. */
export interface Assertion {
  readonly id: string;
  readonly nameId: string;
  readonly nameIdFormat: string | undefined;
  readonly nameQualifier: string | undefined;
  readonly spNameQualifier: string | undefined;
  /** By which the identity provider knows the session that it began. */
  readonly sessionIndex: string | undefined;
  readonly attributes: ReadonlyMap<string, readonly string[]>;
  /** Until when it may be used. */
  readonly until: Date;
}

export interface Expected {
  readonly issuer: string;
  readonly audience: string;
  readonly callbackUrl: string;
  /** Undefined: nobody asked. */
  readonly requestId: string | undefined;
  readonly now: Date;
  /** Milliseconds. */
  readonly tolerance: number;
}

const BEARER = 'urn:oasis:names:tc:SAML:2.0:cm:bearer';

/**
 * Reads an assertion whose signature is right, and checks that it is meant for us, now, and as the answer to what was asked.
 * @param xml the signed text itself
 * @throws SEXTANT_SAML_ANSWER
 */
export function readAssertion(xml: string, expected: Expected): Assertion {
  const root = parseXml(xml);
  const id = attributeOf(root, 'ID') ?? '';
  if (id === '') throw unproven('The assertion has no ID.');
  const [issuer] = childrenOf(root, NS.assertion, 'Issuer');
  if (textOf(issuer) !== expected.issuer) throw unproven(`The assertion is not of the issuer "${expected.issuer}".`);
  checkConditions(root, expected);
  const [subject] = childrenOf(root, NS.assertion, 'Subject');
  if (!subject) throw unproven('The assertion has no subject.');
  const until = childrenOf(subject, NS.assertion, 'SubjectConfirmation')
    .filter((confirmation) => attributeOf(confirmation, 'Method') === BEARER)
    .map((confirmation) => confirmedUntil(confirmation, expected))
    .find((time) => time !== undefined);
  if (until === undefined) throw unproven('The assertion is for no bearer at this address, at this time, as the answer to what was asked.');
  const [nameId] = childrenOf(subject, NS.assertion, 'NameID');
  const [statement] = childrenOf(root, NS.assertion, 'AuthnStatement');
  return {
    id,
    nameId: textOf(nameId),
    nameIdFormat: attributeOf(nameId, 'Format'),
    nameQualifier: attributeOf(nameId, 'NameQualifier'),
    spNameQualifier: attributeOf(nameId, 'SPNameQualifier'),
    sessionIndex: attributeOf(statement, 'SessionIndex'),
    attributes: attributesOf(root),
    until,
  };
}

function checkConditions(root: Element, expected: Expected): void {
  const conditions = childrenOf(root, NS.assertion, 'Conditions');
  if (conditions.length !== 1 || !conditions[0]) throw unproven('The assertion has no conditions.');
  if (!isNow(conditions[0], expected)) throw unproven('The assertion is not valid at this time: it has expired, or the clocks are apart.');
  const restrictions = childrenOf(conditions[0], NS.assertion, 'AudienceRestriction');
  const isForUs = (restriction: Element): boolean =>
    childrenOf(restriction, NS.assertion, 'Audience').some((audience) => textOf(audience) === expected.audience);
  if (restrictions.length === 0 || !restrictions.every(isForUs))
    throw unproven(`The assertion is not for the audience "${expected.audience}".`);
}

function confirmedUntil(confirmation: Element, expected: Expected): Date | undefined {
  const [data] = childrenOf(confirmation, NS.assertion, 'SubjectConfirmationData');
  const until = timeOf(data, 'NotOnOrAfter');
  if (!data || until === undefined || !isNow(data, expected)) return undefined;
  if (attributeOf(data, 'Recipient') !== expected.callbackUrl) return undefined;
  return attributeOf(data, 'InResponseTo') === expected.requestId ? new Date(until) : undefined;
}

function isNow(element: Element, { now, tolerance }: Expected): boolean {
  const from = timeOf(element, 'NotBefore');
  const until = timeOf(element, 'NotOnOrAfter');
  return (from === undefined || now.getTime() + tolerance >= from) && (until === undefined || now.getTime() - tolerance < until);
}

/** Milliseconds since 1970. */
function timeOf(element: Element | undefined, name: string): number | undefined {
  const text = attributeOf(element, name);
  if (text === undefined) return undefined;
  const time = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)?$/.test(text)
    ? Date.parse(/(?:Z|[+-]\d\d:\d\d)$/.test(text) ? text : `${text}Z`)
    : Number.NaN;
  if (Number.isNaN(time)) throw unproven(`${name} of the assertion is no time.`);
  return time;
}

function attributesOf(root: Element): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, readonly string[]>();
  for (const statement of childrenOf(root, NS.assertion, 'AttributeStatement'))
    for (const attribute of childrenOf(statement, NS.assertion, 'Attribute')) {
      const name = attributeOf(attribute, 'Name') ?? '';
      const values = childrenOf(attribute, NS.assertion, 'AttributeValue').map(textOf);
      found.set(name, [...(found.get(name) ?? []), ...values.filter((value) => value !== '')]);
    }
  return found;
}
