import { isIPv6 } from 'node:net';

const GROUPS = 8;
const OF_A_NETWORK = 4;

/**
 * Whom a limit for an address counts: an address of IPv4 by itself, one of IPv6 with its /64, since whoever has one has all of them. Give it to every limit that is by
 * {@link RouteRequest.remoteAddress}. A text that is no address is returned as it is.
 */
export function addressBlock(address: string): string {
  if (!isIPv6(address)) return address;
  // Written in one way, in hexadecimal to the end and without a zone.
  const { hostname } = new URL(`http://[${address.split('%', 1)[0]}]`);
  const [before = [], after = []] = hostname
    .slice(1, -1)
    .split('::')
    .map((part) => part.split(':').filter((group) => group !== ''));
  const zeros = Array.from({ length: GROUPS - before.length - after.length }, () => '0');
  return `${[...before, ...zeros, ...after].slice(0, OF_A_NETWORK).join(':')}::/64`;
}
