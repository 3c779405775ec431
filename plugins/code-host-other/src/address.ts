import { Secret } from '@sextant/sdk';

export interface Credentials {
  readonly username: string;
  readonly password: Secret;
}

/** A git URL in two halves: the one that may be shown, and the one that may not. */
export interface Address {
  /** Without credentials; an ssh URL keeps its user, who is no secret. */
  readonly url: string;
  readonly credentials: Credentials | undefined;
}

const SCP_LIKE = /^(?:([A-Za-z0-9][A-Za-z0-9._-]*)@)?([A-Za-z0-9][A-Za-z0-9.-]*):(?!\/\/|:)(.+)$/;
const SCHEMES = ['https:', 'http:', 'ssh:'];

export const isAbsolute = (text: string): boolean => text.includes('://') || SCP_LIKE.test(text);

/** Splits a https, http or ssh URL. The problem never repeats the text, which could hold a password. */
export function splitAddress(text: string): Address | { readonly problem: string } {
  const scp = text.includes('://') ? null : SCP_LIKE.exec(text);
  const written = scp ? `ssh://${scp[1] ? `${scp[1]}@` : ''}${scp[2]}/${(scp[3] ?? '').replace(/^\/+/, '')}` : text;
  // "https:\\host" and "https:host" are URLs to some parsers: only the plain form is, here.
  if (!/^[a-z]+:\/\/[^\s\\]+$/i.test(written) || !URL.canParse(written)) return { problem: 'is not a URL' };
  const url = new URL(written);
  if (!SCHEMES.includes(url.protocol)) return { problem: `has the scheme ${url.protocol.slice(0, -1)}; https, http and ssh are allowed` };
  if (url.hostname === '' || url.hostname.startsWith('-')) return { problem: 'has no proper host' };
  const [username, password] = [decoded(url.username), decoded(url.password)];
  if (username.startsWith('-')) return { problem: 'has a user that begins with "-"' };
  url.password = '';
  if (url.protocol === 'ssh:')
    return password === '' ? { url: url.href, credentials: undefined } : { problem: 'has a password, which ssh does not take' };
  url.username = '';
  return { url: url.href, credentials: username === '' && password === '' ? undefined : { username, password: new Secret(password) } };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
