import { accessTokenKeys, type SignInProvider } from '@sextant/plugin-identity/api';
import { type Contribution, parseDuration, z } from '@sextant/sdk';
import { contains, isNetwork, listOf } from '../network.js';
import { parseEntries } from './provider-entries.js';

const seconds = (fallback: number) => z.int().min(60).max(31_536_000).default(fallback);
const span = (fallback: string) =>
  z
    .string()
    .refine((text) => text === '0' || parseDuration(text) !== undefined, 'write a number and a unit, such as 90m or 2160h')
    .default(fallback);
const atLeastAMinute = (text: string): boolean => (parseDuration(text) ?? 0) >= 60_000;
const networks = z.array(z.string().refine(isNetwork, 'write an address, or a network such as 10.0.0.0/8')).max(1000).default([]);

const passwordPolicy = z.object({
  enabled: z.boolean().default(false),
  numberOfSpecialCharacters: z.int().min(0).max(64).default(0).describe('How many characters must be neither letters nor digits'),
  requireAtLeastOneNumber: z.boolean().default(false),
  requireUpperandLowerCase: z.boolean().default(false),
});

const lockout = z.object({
  failedAttemptThreshold: z.int().min(1).max(100).default(5).describe('Has no effect'),
  consecutivePeriod: seconds(3600).describe('Has no effect'),
  lockoutPeriod: seconds(1800).describe('Has no effect'),
});

const allowedIpAddress = z.object({
  enabled: z.boolean().default(false),
  userIpAddress: networks.describe('Addresses and networks (CIDR) that people may come from; empty: all'),
  clientIpAddress: networks.describe('Addresses and networks that may connect to Sextant, such as those of the proxy; empty: all'),
  trustedClientIpAddress: networks.describe('Clients that need no allowed user address'),
  errorMessageTemplate: z.string().max(1000).optional().describe('What who is refused reads; {{.Error}} and {{.UserIP}} are filled in'),
});

const organizations = z.array(z.string().min(1).max(255)).max(100).default([]);

/** The keys of the site configuration that say how people sign in. */
export const authKeys = {
  'auth.primaryLoginProvidersCount': z.int().min(1).max(100).default(3).describe('Ways that the sign-in page shows at once'),
  'auth.sessionExpiry': span('2160h').describe('How long a session lasts'),
  'auth.maxSessionIdleDuration': span('0').describe('How long a session lasts without being used; 0: until it expires'),
  'auth.stepUpPeriod': span('1h')
    .refine(atLeastAMinute, 'write 1m or more')
    .describe('How long after people proved who they are they may change how they sign in, and administer'),
  'auth.minPasswordLength': z.int().min(8).max(256).default(12).describe('Characters that a password must have'),
  'auth.passwordPolicy': passwordPolicy.prefault({}).describe('What a password must have besides'),
  'auth.refuseCommonPasswords': z
    .boolean()
    .default(true)
    .describe('New passwords that are in the list of breached and common passwords are refused; no network is used'),
  'auth.requireSecondFactor': z
    .enum(['none', 'site-admins', 'everyone'])
    .default('none')
    .describe('Who must have a second factor; people without one set it up before they use anything else'),
  'auth.secondFactorForProviders': z
    .boolean()
    .default(false)
    .describe('The second factor is asked for after a sign-in at a provider, too; otherwise the provider is trusted with it'),
  'auth.passwordResetLinkExpiry': seconds(14_400).describe('Seconds that a link to set a password is good for'),
  'auth.lockout': lockout
    .prefault({})
    .describe('Accepted and of no effect: accounts are not locked, attempts after wrong passwords are delayed'),
  'auth.anonymousAccess': z
    .enum(['none', 'public-repositories'])
    .default('none')
    .describe('Who has not signed in: is asked to, or reads public repositories'),
  'auth.allowedIpAddress': allowedIpAddress.prefault({}).describe('From which addresses people may come'),
  'auth.enforceExternalAccountConnection': z
    .boolean()
    .default(false)
    .describe('Who has no account at one of auth.providers must connect one before using anything else; site admins need none'),
  'auth.enableUsernameChanges': z.boolean().default(false).describe('People may change their own user name; site admins always may'),
  'auth.userOrgMap': z
    .strictObject({ '*': organizations.describe('Organisations that every new account joins') })
    .prefault({})
    .describe('Which organisations new accounts join'),
  'auth.accessTokens': z
    .strictObject(accessTokenKeys)
    .partial()
    .prefault({})
    .describe('Access tokens of people; what is left out is as plugins.identity.accessTokens says'),
  'auth.accessRequest': z
    .object({ enabled: z.boolean().default(true).describe('People without an account may ask for one; site admins decide') })
    .prefault({})
    .describe('Requests for access'),
} as const;

/** Who saves the configuration from another place than this machine. */
export interface Saver {
  readonly address: string;
  /** Who connects to Sextant; undefined for a proxy, of which nothing is known here. */
  readonly client: string | undefined;
}

const authConfiguration = z.object(authKeys);
export type AuthConfiguration = z.output<typeof authConfiguration>;

/**
 * What the contributed provider types make of it is checked when it is read, since they come and go with their plugins.
 * @param saver who asks at this moment, and must not lock themselves out; undefined where that cannot be
 */
export const authSchema = (providers: readonly Contribution<SignInProvider>[], saver: () => Saver | undefined): z.ZodObject =>
  z.object({
    ...authKeys,
    'auth.allowedIpAddress': authKeys['auth.allowedIpAddress'].superRefine((rule, ctx) => {
      const { address, client } = (rule.enabled ? saver() : undefined) ?? {};
      for (const [key, own] of [
        ['userIpAddress', address],
        ['clientIpAddress', client],
      ] as const) {
        const list = own === undefined ? undefined : listOf(rule[key]);
        if (list && own !== undefined && !contains(list, own))
          ctx.addIssue({ code: 'custom', path: [key], message: `you come from ${own}, which is not in it: you would lock yourself out` });
      }
    }),
    'auth.providers': z
      .array(z.record(z.string(), z.unknown()))
      .max(100)
      .superRefine((entries, ctx) => {
        for (const { index, path, message } of parseEntries(entries, providers).problems)
          ctx.addIssue({ code: 'custom', path: [index, ...path], message });
        if (saver() && entries.every(({ noSignIn }) => noSignIn === true))
          ctx.addIssue({
            code: 'custom',
            message: 'nobody could sign in any more, you neither: name a way to sign in, or leave the key out',
          });
      })
      .describe('The ways in which people sign in'),
  });

/** Each key for itself: one that is wrong is as if it were not there, and stands in the problems. */
export function readAuthConfiguration(values: Readonly<Record<string, unknown>>): {
  readonly configuration: AuthConfiguration;
  readonly problems: readonly string[];
} {
  const problems: string[] = [];
  const entries = Object.entries(authKeys).map(([key, schema]) => {
    const result = (schema as z.ZodType).safeParse(values[key]);
    if (result.success) return [key, result.data];
    problems.push(`${key}: ${result.error.issues[0]?.message}`);
    return [key, (schema as z.ZodType).parse(undefined)];
  });
  return { configuration: Object.fromEntries(entries) as AuthConfiguration, problems };
}
