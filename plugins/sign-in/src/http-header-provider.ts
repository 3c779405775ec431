import type { BlockList } from 'node:net';
import { type ExternalIdentity, type ProviderEntry, type SignInProvider } from '@sextant/plugin-identity/api';
import { type Credentials, SextantError, z } from '@sextant/sdk';
import { contains, isNetwork, listOf } from './network.js';
import { isSameSecret } from './same-secret.js';

const header = z
  .string()
  .regex(/^[A-Za-z0-9-]{1,100}$/, 'write the name of a header')
  .transform((name) => name.toLowerCase());

const LEAST_SECRET = 16;

const config = z
  .object({
    usernameHeader: header.describe('The header in which the proxy says who sends a request'),
    emailHeader: header.optional().describe('The header with the address, which the proxy has proved'),
    vouchesForRecentSignIn: z
      .boolean()
      .default(false)
      .describe('The proxy itself asks people to sign in again from time to time: its word counts as a recent sign-in'),
    stripUsernameHeaderPrefix: z.string().max(100).optional().describe('What the proxy writes before the name'),
    trustedProxies: z
      .array(z.string().refine(isNetwork, 'write an address, or a network such as 10.0.0.0/8'))
      .min(1, 'name the proxy, or leave the key out')
      .max(1000)
      .optional()
      .describe('Addresses and networks (CIDR) from which the proxy connects: its headers are believed from there only'),
    secretHeader: header.optional().describe('The header in which the proxy sends "secret"'),
    secret: z
      .string()
      .min(LEAST_SECRET, `give at least ${LEAST_SECRET} characters`)
      .max(4_000)
      .optional()
      .meta({ secret: true })
      .describe('What the proxy and Sextant alone know: its headers are believed with it only'),
  })
  .superRefine(({ trustedProxies, secretHeader, secret, usernameHeader, emailHeader }, ctx) => {
    if ((secretHeader === undefined) !== (secret === undefined))
      ctx.addIssue({ code: 'custom', path: ['secret'], message: '"secretHeader" and "secret" belong together: give both' });
    else if (trustedProxies === undefined && secret === undefined)
      ctx.addIssue({
        code: 'custom',
        message: unproved(),
      });
    if (secretHeader !== undefined && (secretHeader === usernameHeader || secretHeader === emailHeader))
      ctx.addIssue({ code: 'custom', path: ['secretHeader'], message: 'give the secret a header of its own' });
  });

/** The text of the error, with its code: checks of a configuration report texts. */
function unproved(): string {
  const { code, message } = new SextantError('SEXTANT_SIGN_IN_PROXY_UNPROVED', {
    what: 'Nothing proves that a request comes from the proxy.',
    why: 'Anybody who reaches Sextant could write its header.',
    fix: 'Name the addresses of the proxy in "trustedProxies", or give "secretHeader" and "secret".',
  });
  return `${code}: ${message}`;
}

type Config = z.output<typeof config>;

const LONGEST = 255;

/** People come through a proxy that has asked them who they are, and says so in each request. */
export const httpHeaderProvider = (trustsProxy: boolean): SignInProvider<typeof config> => ({
  type: 'http-header',
  title: 'Proxy',
  namesAreGiven: true,
  config,
  service: () => ({ type: 'http-header', id: '' }),
  identify: async (entry, credentials) => identify(entry, credentials, trustsProxy),
});

function identify({ config }: ProviderEntry<Config>, credentials: Credentials, trustsProxy: boolean): ExternalIdentity | undefined {
  const { usernameHeader, emailHeader, stripUsernameHeaderPrefix = '' } = config;
  const { headers } = credentials;
  const value = headers[usernameHeader]?.trim();
  if (!value) return undefined;
  // Whoever reaches Sextant without the proxy could write it.
  if (!trustsProxy) throw refused('untrusted-proxy', 'Sextant is not told to trust the proxy before it.');
  if (!isFromProxy(config, credentials))
    throw refused('not-the-proxy', 'The request does not come from the proxy that may say who sends it.');
  const named = value.startsWith(stripUsernameHeaderPrefix) ? value.slice(stripUsernameHeaderPrefix.length) : value;
  const email = emailHeader === undefined ? undefined : headers[emailHeader]?.trim();
  // Two headers of one name arrive as one with a comma: the second may be from whoever sent the request.
  if (named === '' || named.length > LONGEST || /[,\p{Cc}]/u.test(named) || /[,\p{Cc}]/u.test(email ?? ''))
    throw refused('not-one-name', 'The header that says who sends it is not one name.');
  return {
    accountId: named.toLowerCase(),
    username: named,
    emails: email ? [{ address: email, verified: true }] : [],
  };
}

const networks = new WeakMap<readonly string[], BlockList | undefined>();

/** Where both the addresses and a secret are given, both must hold. What connects counts, not whom it says that it passes on. */
function isFromProxy({ trustedProxies, secretHeader, secret }: Config, { headers, clientAddress = '' }: Credentials): boolean {
  if (trustedProxies !== undefined) {
    let list = networks.get(trustedProxies);
    if (!list) networks.set(trustedProxies, (list = listOf(trustedProxies)));
    if (!list || !contains(list, clientAddress)) return false;
  }
  if (secretHeader === undefined || secret === undefined) return trustedProxies !== undefined;
  return isSameSecret(headers[secretHeader] ?? '', secret);
}

/** @param reason for the audit log, in a word */
const refused = (reason: string, why: string): SextantError =>
  new SextantError('SEXTANT_SIGN_IN_PROXY', {
    what: 'The request is not let in.',
    why,
    fix: 'Set http.trustProxy, and trustedProxies or secretHeader and secret of the entry in auth.providers; let the proxy write the headers anew.',
    details: { reason },
  });
