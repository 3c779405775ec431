import { SextantError } from '@sextant/sdk';

export interface RequestTarget {
  /** As it came, still encoded, without prefix and query: what routes are matched on, so that an encoded slash stays inside its segment. */
  readonly raw: string;
  /** Decoded. */
  readonly path: string;
  readonly query: URLSearchParams;
}

/**
 * Takes the target of a request line apart. Undefined: it is not below the prefix.
 * @throws SEXTANT_HTTP_PATH for bad percent-encoding, bytes that are not UTF-8 (overlong forms too) and NUL.
 */
export function requestTarget(url: string, prefix: string): RequestTarget | undefined {
  // Proxies may send the absolute form.
  const target = url.startsWith('/') ? url : url.replace(/^https?:\/\/[^/?#]*(?=[/?]|$)/i, '').replace(/^(?=\?|$)/, '/');
  const end = target.search(/[?#]/);
  const whole = end === -1 ? target : target.slice(0, end);
  const query = new URLSearchParams(end === -1 || target[end] === '#' ? '' : target.slice(end + 1).split('#', 1)[0]);
  if (!whole.startsWith('/')) throw malformed('It does not begin with a slash.');
  if (prefix !== '' && whole !== prefix && !whole.startsWith(`${prefix}/`)) return undefined;
  const raw = whole.slice(prefix.length) || '/';
  return { raw, path: decodePath(raw), query };
}

function decodePath(raw: string): string {
  let path: string;
  try {
    path = decodeURIComponent(raw);
  } catch {
    throw malformed('Its percent-encoding is broken, or not UTF-8.');
  }
  if (path.includes('\0')) throw malformed('It holds a NUL.');
  return path;
}

const malformed = (why: string): SextantError =>
  new SextantError('SEXTANT_HTTP_PATH', {
    what: 'The path of the request is malformed.',
    why,
    fix: 'Percent-encode it as UTF-8, without NUL.',
  });
