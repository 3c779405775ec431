import { type LookupAddress, type LookupOptions, lookup as systemLookup } from 'node:dns';
import type { LookupFunction } from 'node:net';
import { SextantError } from '@sextant/sdk';
import type { AddressRules, UrlFrom } from './address-rules.js';

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
