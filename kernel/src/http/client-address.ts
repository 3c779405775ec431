import type { IncomingMessage } from 'node:http';

/** An IPv4 address as such, however the socket writes it. */
export const plainAddress = (address = ''): string => address.replace(/^::ffff:/, '');

/** Who sends it, or, behind a proxy that is trusted, who that says sends it. */
export function remoteAddressOf(request: IncomingMessage, trustProxy: boolean): string {
  const forwarded = trustProxy ? request.headers['x-forwarded-for'] : undefined;
  // The last entry is the one our own proxy wrote; those before it, anybody could have.
  const nearest = (Array.isArray(forwarded) ? forwarded.join(',') : forwarded)?.split(',').at(-1)?.trim();
  return plainAddress(nearest || request.socket.remoteAddress);
}
