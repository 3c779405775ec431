const LONGEST = 2_000;
/** How often something on the way might decode a path before it looks at it. */
const DECODINGS = 3;
const NOWHERE = 'http://sextant.invalid';
// A browser reads `\` as `/` and drops these characters, so that `/\t/evil` is another server.
const UNSAFE = /[\\\p{Cc}]/u;

/**
 * Where somebody is taken after signing in: a path of this installation, or its first page. A text that might be another server's address, read in
 * whatever way, is none.
 * @param prefix the path under which Sextant is, such as `/sextant`; empty for none
 */
export function localPath(wanted: string | null | undefined, prefix: string): string {
  const home = `${prefix}/`;
  if (!wanted || wanted.length > LONGEST || UNSAFE.test(wanted)) return home;
  let path = wanted.split(/[?#]/, 1)[0] ?? '';
  for (let i = 0; i <= DECODINGS; i++) {
    if (!/^\/(?!\/)/.test(path) || UNSAFE.test(path) || /\/\/|\/\.{1,2}(?:\/|$)/.test(path)) return home;
    const next = decoded(path);
    if (next === undefined || next === path) break;
    if (i === DECODINGS) return home;
    path = next;
  }
  const { origin, pathname, search, hash } = new URL(wanted, NOWHERE);
  if (origin !== NOWHERE || (prefix !== '' && pathname !== prefix && !pathname.startsWith(home))) return home;
  return `${pathname}${search}${hash}`;
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
