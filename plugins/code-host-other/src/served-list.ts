import { type OutboundHttp, SextantError, z } from '@sextant/sdk';
import type { Address, Credentials } from './address.js';

const MAX_BYTES = 64 * 1024 * 1024;

const answer = z.object({ Items: z.array(z.object({ Name: z.string(), URI: z.string().optional(), ClonePath: z.string() })).nullable() });

export interface ServedRepository {
  readonly name: string;
  readonly cloneUrl: string;
}

/** What a `src serve-git` server lists. @throws SEXTANT_CODE_HOST_OTHER_ANSWER for any answer that is not the whole list. */
export async function servedRepositories(
  http: Pick<OutboundHttp, 'fetch'>,
  { url, credentials }: Address,
  signal: AbortSignal,
): Promise<readonly ServedRepository[]> {
  const base = new URL(url);
  const response = await http.fetch(new URL('/v1/list-repos', base).href, {
    signal,
    from: 'admin',
    maxBody: MAX_BYTES,
    headers: { accept: 'application/json', ...authorization(credentials) },
  });
  if (response.status !== 200) {
    await response.body?.cancel();
    throw unexpected(`It answered with status ${response.status}.`);
  }
  const parsed = answer.safeParse(parseJson(await response.text()));
  if (!parsed.success) throw unexpected('Its answer is not a list of repositories.');
  return (parsed.data.Items ?? []).map(({ Name, URI, ClonePath }) => {
    const cloneUrl = URL.canParse(ClonePath, base.href) ? new URL(ClonePath, base) : undefined;
    // The credentials are the configured server's: a list must not lead them elsewhere.
    if (cloneUrl?.origin !== base.origin || cloneUrl.username !== '' || cloneUrl.password !== '')
      throw unexpected('It lists a repository of another server.');
    return { name: Name || URI || cloneUrl.pathname, cloneUrl: cloneUrl.href };
  });
}

export const authorization = (credentials: Credentials | undefined): Record<string, string> =>
  credentials
    ? { authorization: `Basic ${Buffer.from(`${credentials.username}:${credentials.password.reveal()}`).toString('base64')}` }
    : {};

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const unexpected = (why: string): SextantError =>
  new SextantError('SEXTANT_CODE_HOST_OTHER_ANSWER', {
    what: 'The server did not list its repositories.',
    why,
    fix: 'Check the address, and that the server is `src serve-git` or one like it.',
  });
