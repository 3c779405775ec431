import { type ExternalIdentity, type ProviderEntry, type SignInProvider } from '@sextant/plugin-identity/api';
import { type Credentials, SextantError, z } from '@sextant/sdk';

const header = z
  .string()
  .regex(/^[A-Za-z0-9-]{1,100}$/, 'write the name of a header')
  .transform((name) => name.toLowerCase());

const config = z.object({
  usernameHeader: header.describe('The header in which the proxy says who sends a request'),
  emailHeader: header.optional().describe('The header with the address, which the proxy has proved'),
  vouchesForRecentSignIn: z
    .boolean()
    .default(false)
    .describe('The proxy itself asks people to sign in again from time to time: its word counts as a recent sign-in'),
  stripUsernameHeaderPrefix: z.string().max(100).optional().describe('What the proxy writes before the name'),
});

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

function identify(
  { config: { usernameHeader, emailHeader, stripUsernameHeaderPrefix = '' } }: ProviderEntry<z.output<typeof config>>,
  { headers }: Credentials,
  trustsProxy: boolean,
): ExternalIdentity | undefined {
  const value = headers[usernameHeader]?.trim();
  if (!value) return undefined;
  // Whoever reaches Sextant without the proxy could write it.
  if (!trustsProxy) throw refused('Sextant is not told to trust the proxy before it.');
  const named = value.startsWith(stripUsernameHeaderPrefix) ? value.slice(stripUsernameHeaderPrefix.length) : value;
  const email = emailHeader === undefined ? undefined : headers[emailHeader]?.trim();
  // Two headers of one name arrive as one with a comma: the second may be from whoever sent the request.
  if (named === '' || named.length > LONGEST || /[,\p{Cc}]/u.test(named) || /[,\p{Cc}]/u.test(email ?? ''))
    throw refused('The header that says who sends it is not one name.');
  return {
    accountId: named.toLowerCase(),
    username: named,
    emails: email ? [{ address: email, verified: true }] : [],
  };
}

const refused = (why: string): SextantError =>
  new SextantError('SEXTANT_SIGN_IN_PROXY', {
    what: 'The request is not let in.',
    why,
    fix: 'Set http.trustProxy, let nothing but the proxy reach Sextant, and let the proxy write the header anew.',
  });
