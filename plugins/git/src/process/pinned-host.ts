import { isIP } from 'node:net';
import { pinSsh } from '@sextant/plugin-code-host/api';
import type { OutboundHttp } from '@sextant/sdk';
import type { Setting } from './git-environment.js';

/** What a git is run with that is to look up no name: between the check of an address and the connection, a name may be bound to another (row 21). */
export interface PinnedHost {
  readonly settings: readonly Setting[];
  readonly environment: Readonly<Record<string, string>>;
}

const PORTS: Readonly<Record<string, string>> = { 'http:': '80', 'https:': '443' };
/** No connection goes there: for a name that a proxy alone knows, which git, too, must leave to the proxy. */
const NOWHERE = '255.255.255.255';

/**
 * Resolves the host of a URL as every request of Sextant does.
 * @throws SEXTANT_OUTBOUND_ADDRESS for one that must not be called, SEXTANT_OUTBOUND_FAILED for one that is not known.
 */
export async function pinnedHost(
  http: Pick<OutboundHttp, 'resolve'>,
  { address, from }: { readonly address: string; readonly from: 'person' | 'admin' },
  signal: AbortSignal,
): Promise<PinnedHost> {
  const addresses = await http.resolve(address, { from, signal });
  const { protocol, hostname, port } = new URL(address);
  if (protocol === 'ssh:') {
    const pin = await pinSsh(address, addresses, signal);
    return { settings: [], environment: { SEXTANT_GIT_ADDRESS: pin.address, SEXTANT_GIT_HOST_KEY: pin.hostKeyAlias } };
  }
  if (isIP(hostname.replace(/^\[|\]$/g, '')) !== 0) return { settings: [], environment: {} };
  const all = addresses.length === 0 ? [NOWHERE] : addresses.map((one) => (isIP(one) === 6 ? `[${one}]` : one));
  return { settings: [['http.curloptResolve', `${hostname}:${port || PORTS[protocol]}:${all.join(',')}`]], environment: {} };
}
