import { readFileSync } from 'node:fs';
import { dataFolder, LOCAL_SECRET_HEADER, LOCAL_URL_HEADER, localSecretFile } from '@sextant/kernel';

/**
 * The secret that the Sextant at this address has left for its own account. It is sent to the very address that stands beside it and to no
 * other: another account may listen on any other port, or on this port of another loopback address.
 * @returns nothing where there is none, or it belongs to another address
 */
export function localSecretFor(
  url: string,
  env: Readonly<Record<string, string | undefined>>,
): { readonly url: string; readonly localSecret: string } | undefined {
  const wanted = new URL(url);
  const file = read(localSecretFile(dataFolder(env.SEXTANT_DATA_DIR, env)));
  const headers = new Map(file.split('\n').map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1).trim()]));
  const secret = headers.get(LOCAL_SECRET_HEADER);
  const own = headers.get(LOCAL_URL_HEADER);
  if (!secret || !own || !URL.canParse(own) || wanted.protocol !== 'http:') return undefined;
  const { hostname, port, host } = new URL(own);
  // A name may lead to more than one address.
  if (port !== wanted.port || (hostname !== wanted.hostname && wanted.hostname !== 'localhost')) return undefined;
  wanted.host = host;
  return { url: wanted.href.replace(/\/$/, ''), localSecret: secret };
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    // No Sextant of this account runs, or it lets people sign in.
    return '';
  }
}
