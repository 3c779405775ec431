import { type LookupAddress, type LookupOptions, lookup as systemLookup } from 'node:dns';
import type { LookupFunction } from 'node:net';
import { SextantError } from '@sextant/sdk';
import { type AddressRules, isAddress, plainAddress, plainHost, type UrlFrom } from './address-rules.js';

/** As `lookup` of node:dns. */
export type Lookup = (
  hostname: string,
  options: LookupOptions,
  done: (error: NodeJS.ErrnoException | null, address: string | LookupAddress[], family?: number) => void,
) => void;

export const resolveName: Lookup = systemLookup as Lookup;

/**
 * A lookup for `net.connect` that gives only addresses that may be called. The socket connects to what it gives and looks nothing up again, so that an
 * answer which changes afterwards changes nothing. One forbidden address among several refuses them all: a proper name has none.
 */
export const guardedLookup = (rules: AddressRules, from: UrlFrom, resolve: Lookup): LookupFunction =>
  ((hostname: string, options: LookupOptions, done: Parameters<Lookup>[2]) => {
    resolve(hostname, { ...options, all: true }, (error, found) => {
      if (error) return done(error, []);
      const addresses = found as LookupAddress[];
      for (const { address } of addresses) {
        const refusal = rules.refusal(hostname, address, from);
        if (refusal !== undefined) return done(refused(hostname, refusal, from), []);
      }
      const [first] = addresses;
      if (first === undefined) return done(Object.assign(new Error('no address'), { code: 'ENOTFOUND' }), []);
      if (options.all) done(null, addresses);
      else done(null, first.address, first.family);
    });
  }) as LookupFunction;

/**
 * The addresses of a host, written out or by its name, all of which may be called.
 * @throws SEXTANT_OUTBOUND_ADDRESS; what the look-up throws; when `signal` is aborted, its reason.
 */
export async function checkedAddresses(
  host: string,
  { rules, from, lookup, signal }: { rules: AddressRules; from: UrlFrom; lookup: Lookup; signal: AbortSignal },
): Promise<readonly string[]> {
  const name = plainHost(host);
  if (isAddress(name)) {
    const refusal = rules.refusal(name, name, from);
    if (refusal !== undefined) throw refused(host, refusal, from);
    return [plainAddress(name)];
  }
  const { promise, resolve, reject } = Promise.withResolvers<readonly string[]>();
  const stop = (): void => reject(signal.reason);
  signal.addEventListener('abort', stop, { once: true });
  guardedLookup(rules, from, lookup)(name, { all: true }, (error, addresses) => {
    if (error) reject(error);
    else resolve((addresses as LookupAddress[]).map(({ address }) => address));
  });
  return promise.finally(() => signal.removeEventListener('abort', stop));
}

/** The address itself stays out: it would tell about the own network. */
export const refused = (host: string, refusal: string, from: UrlFrom): SextantError =>
  new SextantError('SEXTANT_OUTBOUND_ADDRESS', {
    what: `${host} is not called.`,
    why: `Its address is ${refusal}.`,
    fix:
      from === 'person' && !refusal.includes('metadata')
        ? 'Use a public address, or have an admin add the host or its network to outbound.allow.'
        : 'Use the address of a server.',
    details: { host },
  });
