/** What an `Authorization` header asks for. */
export type Presented =
  | { readonly kind: 'token'; readonly token: string }
  | { readonly kind: 'sudo'; readonly token: string; readonly username: string }
  /** A scheme of ours, and not well formed. */
  | { readonly kind: 'malformed' }
  /** A scheme, or a token by its beginning, that another authenticator may know. */
  | { readonly kind: 'foreign' };

const MAX_LENGTH = 4096;
/** What the plugin oauth-provider gives out. */
const OF_OTHERS = /^sgo_/;
const SCHEME = /^([!#$%&'*+.^_`|~0-9a-z-]+)(?:[ \t]+(.*))?$/is;
const SUDO_PARAMETER = /^([a-z]+)[ \t]*=[ \t]*(?:"((?:[^"\\]|\\.)*)"|([^\s",]+))[ \t]*(?:,[ \t]*|$)/i;

/** Reads `token X`, `Bearer X`, `token-sudo user="u",token="t"` and the user name of `Basic`. Undefined: no header. */
export function parseAuthorization(header: string | undefined): Presented | undefined {
  if (header === undefined) return undefined;
  const match = header.length <= MAX_LENGTH ? SCHEME.exec(header.trim()) : null;
  if (!match) return { kind: 'malformed' };
  const value = (match[2] ?? '').trim();
  switch (match[1]?.toLowerCase()) {
    case 'token':
    case 'bearer':
      if (OF_OTHERS.test(value)) return { kind: 'foreign' };
      return value === '' ? { kind: 'malformed' } : { kind: 'token', token: value };
    case 'token-sudo':
      return parseSudo(value);
    case 'basic':
      return parseBasic(value);
    default:
      return { kind: 'foreign' };
  }
}

function parseSudo(text: string): Presented {
  const found = new Map<string, string>();
  let rest = text;
  while (rest !== '') {
    const match = SUDO_PARAMETER.exec(rest);
    if (!match) return { kind: 'malformed' };
    const name = (match[1] ?? '').toLowerCase();
    // A name given twice could be read as one by us and as the other by a proxy.
    if (found.has(name)) return { kind: 'malformed' };
    found.set(name, match[2] === undefined ? (match[3] ?? '') : match[2].replace(/\\(.)/g, '$1'));
    rest = rest.slice(match[0].length);
  }
  const username = found.get('user');
  const token = found.get('token');
  return username && token ? { kind: 'sudo', username, token } : { kind: 'malformed' };
}

function parseBasic(text: string): Presented {
  if (!/^[a-z0-9+/]+={0,2}$/i.test(text)) return { kind: 'malformed' };
  const [user = ''] = Buffer.from(text, 'base64').toString('utf8').split(':', 1);
  return user === '' ? { kind: 'malformed' } : { kind: 'token', token: user };
}
