import { SextantError } from '@sextant/sdk';

const SCP_LIKE = /^(?:([A-Za-z0-9][A-Za-z0-9._-]*)@)?([A-Za-z0-9][A-Za-z0-9.-]*):(?!\/\/|:)(.+)$/;
const SCHEMES = ['https:', 'http:', 'ssh:'];
const HOST = /^(?:[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?|\[[0-9a-fA-F:.]+\])$/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is refused
const BLANK_OR_CONTROL = /[\u0000-\u0020\u007f]/;

/**
 * A URL that git may clone from, in URL form (`git@host:path` becomes `ssh://git@host/path`).
 * @throws SEXTANT_CODE_HOST_CLONE_URL for other schemes, and for hosts, users and paths that ssh or git could read as options. The message never repeats the URL: it may hold a password.
 */
export function parseCloneUrl(text: string): URL {
  const scp = text.includes('://') ? null : SCP_LIKE.exec(text);
  const written = scp ? `ssh://${scp[1] ? `${scp[1]}@` : ''}${scp[2]}/${(scp[3] ?? '').replace(/^\/+/, '')}` : text;
  if (BLANK_OR_CONTROL.test(text) || !URL.canParse(written)) throw refused('It is not a URL.');
  const url = new URL(written);
  if (!SCHEMES.includes(url.protocol)) throw refused(`Its scheme is ${JSON.stringify(url.protocol.slice(0, -1))}.`);
  if (!HOST.test(url.hostname)) throw refused('Its host is malformed.');
  if (decodeURIComponentSafe(url.username).startsWith('-')) throw refused('Its user begins with "-".');
  if (
    decodeURIComponentSafe(url.pathname)
      .split('/')
      .some((segment) => segment.startsWith('-') || segment === '..')
  )
    throw refused('A segment of its path begins with "-" or is "..".');
  return url;
}

const decodeURIComponentSafe = (text: string): string => {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
};

const refused = (why: string): SextantError =>
  new SextantError('SEXTANT_CODE_HOST_CLONE_URL', {
    what: 'The clone URL is refused.',
    why,
    fix: 'Use a https, http or ssh URL of a host.',
  });
