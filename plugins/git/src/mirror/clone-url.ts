import { isAbsolute } from 'node:path';
import { fileURLToPath } from 'node:url';
import { SextantError } from '@sextant/sdk';
import type { FetchSource } from '../api.js';

/** A clone source that was checked: what goes into arguments, and what does not. */
export interface CheckedSource {
  /** Without user name and password. */
  readonly url: string;
  readonly protocols: readonly string[];
  /** A folder on this machine. */
  readonly localFolder: boolean;
  /** An http, https or ssh URL of the host; undefined for folders. */
  readonly address: string | undefined;
  /** `https` and `host:port` that a credential may be given to; undefined for ssh and folders. */
  readonly origin: { readonly scheme: string; readonly host: string } | undefined;
  readonly username: string | undefined;
  readonly password: string | undefined;
}

const refuse = (why: string): SextantError =>
  new SextantError('SEXTANT_GIT_URL_REFUSED', {
    what: 'The clone URL is refused.',
    why,
    fix: 'Use an https, http or ssh URL, or git@host:path.',
  });

// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is refused
const UNSAFE = /[\u0000-\u0020\u007f]/;
const SCP = /^([A-Za-z0-9_][A-Za-z0-9_.-]*)@([A-Za-z0-9][A-Za-z0-9.-]*):([^:/-][^:]*|\/[^/:-][^:]*)$/;
const SCHEMES: Readonly<Record<string, readonly string[]>> = { 'https:': ['https'], 'http:': ['http', 'https'], 'ssh:': ['ssh'] };

/** @throws SEXTANT_GIT_URL_REFUSED for a scheme or form outside the list, SEXTANT_GIT_CREDENTIAL_REFUSED for one that spans lines. */
export function checkSource(source: FetchSource): CheckedSource {
  for (const secret of [source.username, source.password]) {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: what would end the line in which a credential travels
    if (secret !== undefined && /[\u0000\r\n]/.test(secret)) {
      throw new SextantError('SEXTANT_GIT_CREDENTIAL_REFUSED', {
        what: 'The credential of the connection is malformed.',
        why: 'It holds a line break or a NUL.',
        fix: 'Enter it again without line breaks.',
      });
    }
  }
  if (source.localFolder) return localFolder(source.url);
  if (UNSAFE.test(source.url)) throw refuse('It holds a blank or a control character.');
  const scp = SCP.exec(source.url);
  return scp ? bySsh(source.url, `ssh://${scp[2]}/`) : remote(source);
}

function remote(source: FetchSource): CheckedSource {
  if (!/^[a-z]+:\/\//i.test(source.url) || !URL.canParse(source.url)) throw refuse('It is not a URL of a form that is allowed.');
  const url = new URL(source.url);
  const protocols = Object.hasOwn(SCHEMES, url.protocol) ? SCHEMES[url.protocol] : undefined;
  if (!protocols) throw refuse(`The scheme "${url.protocol.slice(0, -1)}" is not allowed.`);
  if (!/^[A-Za-z0-9[]/.test(url.hostname) || url.hostname.includes('%') || url.hostname.endsWith('.'))
    throw refuse('The host name is malformed.');
  if (url.protocol === 'ssh:') {
    if (url.password !== '' || !/^[A-Za-z0-9_.-]*$/.test(url.username) || url.username.startsWith('-'))
      throw refuse('The user name is malformed.');
    return bySsh(url.href, url.href);
  }
  const [username, password] = [decodeURIComponent(url.username), decodeURIComponent(url.password)];
  url.username = '';
  url.password = '';
  url.hash = '';
  const secret = source.password ?? (password === '' ? undefined : password);
  return {
    url: url.href,
    protocols,
    localFolder: false,
    address: url.href,
    origin: { scheme: url.protocol.slice(0, -1), host: url.host },
    username: source.username ?? (username === '' ? (secret === undefined ? undefined : 'git') : username),
    password: secret,
  };
}

const bySsh = (url: string, address: string): CheckedSource => ({
  url,
  protocols: ['ssh'],
  localFolder: false,
  address,
  origin: undefined,
  username: undefined,
  password: undefined,
});

function localFolder(text: string): CheckedSource {
  let folder = text;
  if (text.startsWith('file://')) {
    try {
      folder = fileURLToPath(text);
    } catch {
      throw refuse('It is not the URL of a folder on this machine.');
    }
  }
  if (!isAbsolute(folder) || folder.includes('\0') || folder.includes('\n')) throw refuse('A local folder is given by its absolute path.');
  return {
    url: folder,
    protocols: ['file'],
    localFolder: true,
    address: undefined,
    origin: undefined,
    username: undefined,
    password: undefined,
  };
}
