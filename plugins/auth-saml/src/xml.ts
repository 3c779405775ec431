import { DOMParser } from '@xmldom/xmldom';

export const NS = {
  protocol: 'urn:oasis:names:tc:SAML:2.0:protocol',
  assertion: 'urn:oasis:names:tc:SAML:2.0:assertion',
  metadata: 'urn:oasis:names:tc:SAML:2.0:metadata',
  signature: 'http://www.w3.org/2000/09/xmldsig#',
  encryption: 'http://www.w3.org/2001/04/xmlenc#',
} as const;

export class XmlProblem extends Error {}

/** What a text may have at most; `deepest` counts elements in each other. */
export interface XmlBounds {
  readonly elements: number;
  readonly attributes: number;
  readonly deepest: number;
  readonly names: number;
  readonly prefixes: number;
}

/** Several times what providers write of a person in few groups, and enough for one in 1,000. */
const ANSWER: XmlBounds = { elements: 1_200, attributes: 4_000, deepest: 64, names: 256, prefixes: 64 };
/** Of who was chosen by a site admin: a federation lists thousands. */
export const METADATA: XmlBounds = { elements: 500_000, attributes: 1_000_000, deepest: 64, names: 1_000, prefixes: 256 };

/**
 * Text with elements, attributes and text in it, and nothing else. Document types can name files and grow without bound; comments and instructions cut texts in
 * two for some readers and not for others, so that `admin<!-- -->.evil` is two people. No provider needs them.
 * By the parser that the check of signatures uses, so that both read the same.
 * @param bounds default: those of an answer, which anybody may send
 * @throws XmlProblem
 */
export function parseXml(text: string, bounds: XmlBounds = ANSWER): Element {
  const body = text.replace(/^\uFEFF?\s*<\?xml\s[^?<>]*\?>/, '');
  if (/<[!?]/.test(body)) throw new XmlProblem('It has a document type, a comment, an instruction or a CDATA section.');
  checkShape(body, bounds);
  // The first problem ends it: each further one would cost the parser as much as all before.
  const told = (problem: unknown): never => {
    throw new XmlProblem(String(problem));
  };
  let root: Element | null = null;
  try {
    root = new DOMParser({ errorHandler: { warning: told, error: told, fatalError: told } }).parseFromString(
      body,
      'text/xml',
    )?.documentElement;
  } catch {
    // Told below.
  }
  if (!root) throw malformed();
  return root;
}

/**
 * Whoever wants to may send an answer, and nothing of it is proved before it is parsed and searched for its signatures. The parser copies all prefixes in force for each
 * element that declares one, and looks through all that is left of the text for each new name; the search compares each element with all beside it. Without bounds half a
 * megabyte would hold the process for minutes. This reads the text once.
 */
function checkShape(text: string, most: XmlBounds): void {
  const names = new Set<string>();
  let [tags, depth] = [0, 0];
  for (const [tag, name = ''] of text.matchAll(/<\/?([^\s<>"'/]+)(?=[\s/>])(?:[^<>"']|"[^<"]*"|'[^<']*')*>/g)) {
    tags++;
    names.add(name);
    if (tag.startsWith('</')) depth--;
    else if (!tag.endsWith('/>')) depth++;
    if (tags > 2 * most.elements || depth > most.deepest || names.size > most.names)
      throw new XmlProblem('It is longer, deeper, or has more names, than any needs.');
  }
  if (tags !== text.split('<').length - 1) throw malformed();
  if (text.split(/=\s*["']/).length - 1 > most.attributes) throw new XmlProblem('It has more attributes than any needs.');
  const prefixes = new Set(Array.from(text.matchAll(/xmlns:([^\s=]+)/g), ([, prefix]) => prefix));
  if (prefixes.size > most.prefixes) throw new XmlProblem('It has more prefixes than any needs.');
}

const malformed = (): XmlProblem => new XmlProblem('It is no well-formed XML.');

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
