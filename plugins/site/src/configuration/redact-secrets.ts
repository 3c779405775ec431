import { SextantError, type z } from '@sextant/sdk';
import { findNodeAtLocation, type Node } from 'jsonc-parser';
import { JsoncDocument, type JsonPath, pathText } from '../jsonc/jsonc-document.js';

export const REDACTED = 'REDACTED';

// Also without a schema: the plugin that owns a key may be disabled, and its secrets stay secrets.
const SECRET_NAME = /(?:password|passphrase|secret|token|privatekey|apikey|accesskey|licensekey|credentials?)$/i;
/** What tells one element of a list from another while its secrets are hidden. */
const IDENTITY_KEYS = ['type', 'id', 'configID', 'name', 'displayName', 'url', 'issuer', 'host', 'clientID', 'username'];

/** Tells whether the text at a path is a secret: by the schema's mark, or by its name. */
export type IsSecret = (path: JsonPath) => boolean;

export const secretsOf = (schemas: readonly z.ZodObject[]): IsSecret => {
  const marked = new Set<string>();
  for (const schema of schemas) collectMarked(schema, [], marked);
  return (path) => SECRET_NAME.test(String(path.findLast((step) => typeof step === 'string') ?? '')) || marked.has(patternOf(path));
};

/** The document with every secret replaced, comments and layout kept. */
export function redactSecrets(document: JsoncDocument, isSecret: IsSecret): string {
  let text = document.text;
  // From the end, so that the offsets before stay true.
  for (const { node } of secretNodes(document, isSecret).reverse()) {
    if (node.value !== '') text = replaceNode(text, node, REDACTED);
  }
  return text;
}

/**
 * Puts the stored secrets back where the edited text says `REDACTED`. In a list, the element is the stored one that agrees
 * in what names it, so that a secret never moves to another service when a list is reordered.
 * @throws SEXTANT_SITE_CONFIGURATION_REDACTED where nothing is stored.
 */
export function restoreSecrets(edited: JsoncDocument, stored: JsoncDocument, isSecret: IsSecret): JsoncDocument {
  let text = edited.text;
  for (const { node, path } of secretNodes(edited, isSecret).reverse()) {
    if (node.value !== REDACTED) continue;
    const value = storedSecret(edited, stored, path);
    if (value === undefined || value === REDACTED) {
      throw new SextantError('SEXTANT_SITE_CONFIGURATION_REDACTED', {
        what: `No secret is stored for ${pathText(path)}.`,
        why: 'It was redacted when the configuration was read, and its place is new.',
        fix: 'Write the secret itself.',
        details: { path, ...edited.position(path) },
      });
    }
    text = replaceNode(text, node, value);
  }
  return JsoncDocument.parse(text);
}

const replaceNode = (text: string, node: Node, value: string): string =>
  text.slice(0, node.offset) + JSON.stringify(value) + text.slice(node.offset + node.length);

/** In the order of the text; of a key that stands twice, both. */
function secretNodes(document: JsoncDocument, isSecret: IsSecret): { readonly node: Node; readonly path: JsonPath }[] {
  const found: { node: Node; path: JsonPath }[] = [];
  const visit = (node: Node, path: JsonPath): void => {
    if (node.type === 'string' && isSecret(path)) found.push({ node, path });
    else if (node.type === 'array') {
      for (const [index, child] of (node.children ?? []).entries()) visit(child, [...path, index]);
    } else if (node.type === 'object') {
      for (const property of node.children ?? []) {
        const [name, value] = property.children ?? [];
        if (name && value) visit(value, [...path, String(name.value)]);
      }
    }
  };
  visit(document.root, []);
  return found;
}

function storedSecret(edited: JsoncDocument, stored: JsoncDocument, path: JsonPath): string | undefined {
  const there: (string | number)[] = [];
  for (const [index, step] of path.entries()) {
    if (typeof step === 'string') {
      there.push(step);
      continue;
    }
    const wanted = identityOf(valueAt(edited, path.slice(0, index + 1)));
    const list = valueAt(stored, there);
    const matches = Array.isArray(list) ? [...list.keys()].filter((at) => identityOf(list[at]) === wanted) : [];
    const [match] = matches;
    if (match === undefined || matches.length > 1) return undefined;
    there.push(match);
  }
  const value = valueAt(stored, there);
  return typeof value === 'string' ? value : undefined;
}

function valueAt(document: JsoncDocument, path: JsonPath): unknown {
  let value: unknown = document.value;
  for (const step of path) {
    if (typeof value !== 'object' || value === null) return undefined;
    value = (value as Record<string | number, unknown>)[step];
  }
  // A path through a repeated key could name another value than the tree does.
  return findNodeAtLocation(document.root, [...path]) ? value : undefined;
}

const identityOf = (value: unknown): string =>
  typeof value === 'object' && value !== null
    ? JSON.stringify(
        IDENTITY_KEYS.map((key) =>
          (value as Record<string, unknown>)[key] === undefined ? null : (value as Record<string, unknown>)[key],
        ),
      )
    : JSON.stringify(null);

const patternOf = (path: JsonPath): string => path.map((step) => (typeof step === 'number' ? '*' : step)).join('\n');

interface SchemaDefinition {
  readonly type: string;
  readonly shape?: Readonly<Record<string, z.ZodType>>;
  readonly innerType?: z.ZodType;
  readonly element?: z.ZodType;
  readonly options?: readonly z.ZodType[];
  readonly in?: z.ZodType;
}

function collectMarked(schema: z.ZodType, path: JsonPath, marked: Set<string>): void {
  if (schema.meta()?.secret) marked.add(patternOf(path));
  const definition = schema.def as unknown as SchemaDefinition;
  for (const [key, field] of Object.entries(definition.shape ?? {})) collectMarked(field, [...path, key], marked);
  for (const inner of [definition.innerType, definition.in, ...(definition.options ?? [])]) if (inner) collectMarked(inner, path, marked);
  if (definition.element) collectMarked(definition.element, [...path, 0], marked);
}
