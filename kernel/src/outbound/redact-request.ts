import { redactSecrets } from '../observability/redact-secrets.js';

const REDACTED = 'REDACTED';
const SECRET_PARAMETER = /token|secret|key|sig|pass|auth|code|cred|jwt|session|state/i;
/** Headers whose values nobody keeps a secret in. Of all others only the name is shown: every host has one of its own for credentials. */
const SHOWN =
  /^(?:accept(?:-.+)?|age|cache-control|content-(?:type|length|encoding|language)|date|etag|if-(?:none-match|modified-since)|last-modified|retry-after|server|user-agent|vary|via|x-(?:accepted-)?oauth-scopes|x-(?:github-)?request-id|(?:x-)?ratelimit-.+|x-total(?:-count|-pages)?)$/;

/** A URL for people: without user and password, and without the values of parameters that may be secret. */
export function redactUrl(url: URL): string {
  const shown = new URL(url);
  shown.username = '';
  shown.password = '';
  for (const name of new Set(shown.searchParams.keys())) if (SECRET_PARAMETER.test(name)) shown.searchParams.set(name, REDACTED);
  return redactSecrets(shown.href);
}

/** Header names and values for people; a value that may be secret is `REDACTED`. */
export const redactHeaders = (headers: Headers): Readonly<Record<string, string>> =>
  Object.fromEntries([...headers].map(([name, value]) => [name, SHOWN.test(name) ? redactSecrets(value) : REDACTED]));
