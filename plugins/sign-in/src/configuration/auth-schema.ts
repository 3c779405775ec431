import type { SignInProvider } from '@sextant/plugin-identity/api';
import { type Contribution, parseDuration, z } from '@sextant/sdk';
import { contains, isNetwork, listOf } from '../network.js';
import { parseEntries } from './provider-entries.js';

const seconds = (fallback: number) => z.int().min(60).max(31_536_000).default(fallback);
const span = (fallback: string) =>
  z
    .string()
    .refine((text) => text === '0' || parseDuration(text) !== undefined, 'write a number and a unit, such as 90m or 2160h')
    .default(fallback);
const networks = z.array(z.string().refine(isNetwork, 'write an address, or a network such as 10.0.0.0/8')).max(1000).default([]);

const passwordPolicy = z.object({
  enabled: z.boolean().default(false),
  numberOfSpecialCharacters: z.int().min(0).max(64).default(0).describe('How many characters must be neither letters nor digits'),
  requireAtLeastOneNumber: z.boolean().default(false),
  requireUpperandLowerCase: z.boolean().default(false),
});

const lockout = z.object({
  failedAttemptThreshold: z.int().min(1).max(100).default(5).describe('Wrong passwords after which an account is locked'),
  consecutivePeriod: seconds(3600).describe('Seconds within which they count'),
  lockoutPeriod: seconds(1800).describe('Seconds that it stays locked'),
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
  'auth.minPasswordLength': z.int().min(8).max(256).default(12).describe('Characters that a password must have'),
  'auth.passwordPolicy': passwordPolicy.prefault({}).describe('What a password must have besides'),
  'auth.passwordResetLinkExpiry': seconds(14_400).describe('Seconds that a link to set a password is good for'),
  'auth.lockout': lockout.prefault({}).describe('When an account is locked for a while'),
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
  'auth.accessRequest': z
    .object({ enabled: z.boolean().default(true).describe('People without an account may ask for one; site admins decide') })
    .prefault({})
    .describe('Requests for access'),
} as const;

const authConfiguration = z.object(authKeys);
export type AuthConfiguration = z.output<typeof authConfiguration>;

/**
 * What the contributed provider types make of it is checked when it is read, since they come and go with their plugins.
 * @param saver the address of who asks at this moment; undefined where it does not matter
 */
export const authSchema = (providers: readonly Contribution<SignInProvider>[], saver: () => string | undefined): z.ZodObject =>
  z.object({
    ...authKeys,
    'auth.allowedIpAddress': authKeys['auth.allowedIpAddress'].superRefine(({ enabled, userIpAddress }, ctx) => {
      const address = enabled ? saver() : undefined;
      const list = address === undefined ? undefined : listOf(userIpAddress);
      if (list && address !== undefined && !contains(list, address))
        ctx.addIssue({
          code: 'custom',
          path: ['userIpAddress'],
          message: `you come from ${address}, which is not in it: you would lock yourself out`,
        });
    }),
    'auth.providers': z
      .array(z.record(z.string(), z.unknown()))
      .max(100)
      .superRefine((entries, ctx) => {
        for (const { index, path, message } of parseEntries(entries, providers).problems)
          ctx.addIssue({ code: 'custom', path: [index, ...path], message });
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
