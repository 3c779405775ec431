import type { IncomingMessage } from 'node:http';
import type { TLSSocket } from 'node:tls';

export type Scheme = 'http' | 'https';

/** The scheme that the client used: that of the connection, or the one that a trusted proxy reports. */
export function requestScheme({ headers, socket }: IncomingMessage, trustProxy: boolean): Scheme {
  const forwarded = trustProxy ? headers['x-forwarded-proto'] : undefined;
  // Our own proxy wrote the last entry; those before it, anybody could have.
  const nearest = String(forwarded ?? '')
    .split(',')
    .at(-1)
    ?.trim()
    .toLowerCase();
  if (nearest === 'http' || nearest === 'https') return nearest;
  return (socket as Partial<TLSSocket>).encrypted === true ? 'https' : 'http';
}
