import { DOMParser } from '@xmldom/xmldom';

export const NS = {
  protocol: 'urn:oasis:names:tc:SAML:2.0:protocol',
  assertion: 'urn:oasis:names:tc:SAML:2.0:assertion',
  metadata: 'urn:oasis:names:tc:SAML:2.0:metadata',
  signature: 'http://www.w3.org/2000/09/xmldsig#',
  encryption: 'http://www.w3.org/2001/04/xmlenc#',
} as const;

export class XmlProblem extends Error {}

/**
 * Text with elements, attributes and text in it, and nothing else. Document types can name files and grow without bound; comments and instructions cut texts in
 * two for some readers and not for others, so that `admin<!-- -->.evil` is two people. No provider needs them.
 * By the parser that the check of signatures uses, so that both read the same.
 * @throws XmlProblem
 */
export function parseXml(text: string): Element {
  const body = text.replace(/^\uFEFF?\s*<\?xml\b[^?<>]*\?>/, '');
  if (/<[!?]/.test(body)) throw new XmlProblem('It has a document type, a comment, an instruction or a CDATA section.');
  const problems: string[] = [];
  const told = (problem: string): void => void problems.push(problem);
  let root: Element | null = null;
  try {
    root = new DOMParser({ errorHandler: { warning: told, error: told, fatalError: told } }).parseFromString(
      body,
      'text/xml',
    )?.documentElement;
  } catch {
    // Told below.
  }
  if (!root || problems.length > 0) throw new XmlProblem('It is no well-formed XML.');
  return root;
}

export const isElement = (element: Element, namespace: string, name: string): boolean =>
  element.namespaceURI === namespace && element.localName === name;

export function childrenOf(element: Element, namespace: string, name: string): readonly Element[] {
  return elementsIn(element).filter((child) => isElement(child, namespace, name));
}

/** All below and with it. */
export function allIn(element: Element): readonly Element[] {
  return [element, ...elementsIn(element).flatMap(allIn)];
}

export const textOf = (element: Element | undefined): string => (element?.textContent ?? '').trim();

export const attributeOf = (element: Element | undefined, name: string): string | undefined =>
  element?.hasAttribute(name) ? (element.getAttribute(name) ?? undefined) : undefined;

function elementsIn(element: Element): readonly Element[] {
  const found: Element[] = [];
  for (let child = element.firstChild; child; child = child.nextSibling) if (child.nodeType === 1) found.push(child as Element);
  return found;
}
