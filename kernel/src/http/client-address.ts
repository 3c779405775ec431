import type { IncomingMessage } from 'node:http';
import { isIP, SocketAddress } from 'node:net';

/**
 * An address in the one way in which we write it: of IPv4 as such, however the socket or a proxy writes it, of IPv6 in its shortest form and without a zone. Some
 * proxies add a port. Empty for what is no address.
 */
export function plainAddress(text = ''): string {
  const address = /^\[([^\]]*)\](?::\d+)?$/.exec(text)?.[1] ?? /^([\d.]+):\d+$/.exec(text)?.[1] ?? text;
  const family = isIP(address);
  if (family !== 6) return family === 4 ? address : '';
  return new SocketAddress({ address, family: 'ipv6' }).address.replace(/^::ffff:(?=\d+\.)/, '');
}

/** Who sends it, or, behind a proxy that is trusted, who that says sends it: `unknown`, which no list of addresses has, where that is no address. */
export function remoteAddressOf(request: IncomingMessage, trustProxy: boolean): string {
  const forwarded = trustProxy ? request.headers['x-forwarded-for'] : undefined;
  // The last entry is the one our own proxy wrote; those before it, anybody could have.
  const nearest = (Array.isArray(forwarded) ? forwarded.join(',') : forwarded)?.split(',').at(-1)?.trim();
  if (nearest) return plainAddress(nearest) || 'unknown';
  return plainAddress(request.socket.remoteAddress);
}
