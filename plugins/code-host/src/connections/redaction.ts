import { SextantError, type z } from '@sextant/sdk';
import { type Node, parseTree } from 'jsonc-parser';
import { isSecretPath } from './secret-paths.js';

/** What stands for a secret in a configuration that is shown. Saved again, it means "as it was". */
export const REDACTED = 'REDACTED';

type Path = readonly (string | number)[];
interface Text {
  readonly path: Path;
  readonly value: string;
  readonly offset: number;
  readonly length: number;
}

/** The configuration with its secrets as {@link REDACTED}: those the schema marks, and user-info in URLs. Comments and layout stay. */
export function redact(jsonc: string, schema: z.ZodType | undefined): string {
  return rewrite(jsonc, ({ path, value }) => {
    // Without the kind's schema nobody can tell which values are secret.
    if (!schema || isSecretPath(schema, path)) return value === '' ? value : REDACTED;
    return splitUserInfo(value) ? withUserInfo(value, REDACTED) : value;
  });
}

/**
 * The edited configuration with every {@link REDACTED} replaced by the secret it stands for.
 * @throws SEXTANT_CODE_HOST_SECRET_MISSING when there is none, or when the address that it is sent to changed: whoever edits must know it then.
 */
export function restore(edited: string, previous: string, schema: z.ZodType): string {
  const before = textsOf(previous);
  const movedTo = movedAddress(edited, previous);
  const texts = new Map(before.map((text) => [JSON.stringify(text.path), text.value]));
  return rewrite(edited, ({ path, value }) => {
    const same = texts.get(JSON.stringify(path));
    if (isSecretPath(schema, path)) {
      if (value !== REDACTED) return value;
      if (same === undefined) throw missing(path, 'There is no earlier value at this place.');
      if (movedTo !== undefined) throw missing(path, `The connection's address changed to ${movedTo}.`);
      return same;
    }
    if (splitUserInfo(value)?.userInfo !== REDACTED) return value;
    const bare = withUserInfo(value, '');
    const known = [same, ...before.map((text) => text.value)].find(
      (text) => text !== undefined && splitUserInfo(text) && withUserInfo(text, '') === bare,
    );
    const userInfo = known === undefined ? undefined : splitUserInfo(known)?.userInfo;
    if (userInfo === undefined) throw missing(path, 'No earlier address is the same but for its credentials.');
    return withUserInfo(value, userInfo);
  });
}

const missing = (path: Path, why: string): SextantError =>
  new SextantError('SEXTANT_CODE_HOST_SECRET_MISSING', {
    what: `"${path.join('.')}" is ${REDACTED}, and there is no secret to keep.`,
    why,
    fix: 'Enter the secret itself.',
    details: { path: [...path] },
  });

/** The new host when a top-level `url` or `registry`, or another key that ends so, such as `apiURL`, points somewhere else than before. */
function movedAddress(edited: string, previous: string): string | undefined {
  const now = addressesIn(edited);
  const before = addressesIn(previous);
  const moved = [...new Set([...now.keys(), ...before.keys()])].find((key) => now.get(key) !== before.get(key));
  return moved === undefined ? undefined : (now.get(moved) ?? 'the default');
}

const addressesIn = (jsonc: string): ReadonlyMap<string, string> =>
  new Map(
    textsOf(jsonc).flatMap(({ path: [key, ...below], value }) =>
      typeof key === 'string' && below.length === 0 && /(?:url|registry)$/i.test(key)
        ? [[key, URL.canParse(value) ? new URL(value).host.toLowerCase() : value]]
        : [],
    ),
  );

function rewrite(jsonc: string, change: (text: Text) => string): string {
  let result = jsonc;
  // From the last to the first, so that the offsets of those still to come stay true.
  for (const text of [...textsOf(jsonc)].reverse()) {
    const value = change(text);
    if (value !== text.value) result = result.slice(0, text.offset) + JSON.stringify(value) + result.slice(text.offset + text.length);
  }
  return result;
}

function textsOf(jsonc: string): readonly Text[] {
  const texts: Text[] = [];
  const visit = (node: Node, path: Path): void => {
    if (node.type === 'string') texts.push({ path, value: node.value as string, offset: node.offset, length: node.length });
    if (node.type === 'array') node.children?.forEach((child, index) => void visit(child, [...path, index]));
    if (node.type === 'object') {
      for (const property of node.children ?? []) {
        const [key, value] = property.children ?? [];
        if (key && value) visit(value, [...path, key.value as string]);
      }
    }
  };
  const root = parseTree(jsonc, [], { allowTrailingComma: true });
  if (root) visit(root, []);
  return texts;
}

const URL_WITH_USER_INFO = /^([a-z][a-z0-9+.-]*:\/\/)([^/?#\s]*)@/i;

/** The user-info of a URL, however badly the rest is written. */
export function splitUserInfo(url: string): { readonly userInfo: string } | undefined {
  const match = URL_WITH_USER_INFO.exec(url);
  return match ? { userInfo: match[2] ?? '' } : undefined;
}

const withUserInfo = (url: string, userInfo: string): string =>
  url.replace(URL_WITH_USER_INFO, (_all, scheme: string) => (userInfo === '' ? scheme : `${scheme}${userInfo}@`));
