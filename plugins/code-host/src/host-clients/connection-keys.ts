import { secret, z } from '@sextant/sdk';
import { RE2JS } from 're2js';
import type { AccountsBy } from '../api/permissions.js';

/** Keys that connections to hosts share: a kind takes those that it has, under these names, and describes what is its own. */

/** `url`: of http or https, without a user and a password. Put out as `https://git.example.com/path/`, with the slash. */
export const hostUrl = () =>
  z
    .url({ protocol: /^https?$/ })
    .refine((text) => !URL.canParse(text) || new URL(text).username + new URL(text).password === '', 'must not hold a user or a password')
    .transform((text) => new URL(text.endsWith('/') ? text : `${text}/`).href);

/** `repositoryPathPattern`, of `{host}` and the host's own parts, such as `nameWithOwner`. The last must stand in it, or names would clash. */
export const pathPattern = (...parts: readonly [string, ...string[]]) => {
  const placeholders = parts.map((part) => `{${part}}`);
  return z
    .string()
    .refine((text) => placeholders.every((placeholder) => text.includes(placeholder)), `must have ${placeholders.join(' and ')}`)
    .default(`{host}/${placeholders.join('/')}`)
    .describe(`How a repository is named here: {host}, ${placeholders.join(', ')}`);
};

/** `gitURLType`. */
export const gitUrlType = () => z.enum(['http', 'ssh']).default('http').describe('What git clones by');

/** `gitSSHKey`. */
export const gitSshKey = () => secret().optional().describe('A private key in OpenSSH form, for gitURLType ssh');

/** `repositoryQuery` and its like: words with a meaning, and what is searched for. */
export const repositoryQuery = (description: string) => z.array(z.string().min(1)).optional().describe(description);

/** One of `repos`: two names of letters, digits, `.`, `_` and `-`, with a slash between them, as `example` shows. */
export const ownerAndName = (example: string) =>
  z
    .string()
    .regex(/^[A-Za-z0-9._-]+\/[A-Za-z0-9._-]+$/, `must look like ${example}`)
    .refine((text) => !text.split('/').some((part) => part === '.' || part === '..'), `must look like ${example}`);

/** An RE2 pattern, put out compiled. */
export const re2Pattern = () =>
  z.string().transform((text, ctx): RE2JS => {
    try {
      return RE2JS.compile(text);
    } catch (error) {
      ctx.addIssue({ code: 'custom', message: `it is not an RE2 pattern: ${error instanceof Error ? error.message : 'unknown'}` });
      return z.NEVER;
    }
  });

/**
 * The name of a repository by a `repositoryPathPattern`.
 * @param url the host's: `{host}` is its name, with the port after a dash
 */
export function nameByPattern(pattern: string, url: string, parts: Readonly<Record<string, string>>): string {
  const values: Readonly<Record<string, string>> = { host: new URL(url).host.replaceAll(':', '-'), ...parts };
  return pattern.replace(/\{(\w+)\}/g, (placeholder, part: string) => (Object.hasOwn(values, part) ? (values[part] ?? '') : placeholder));
}

const identityProvider = z.strictObject({ type: z.enum(['oauth', 'username']) });
const WHO =
  '"oauth": a user here is the account with which they signed in there; "username": the account of the same name, for sites where users cannot choose their names';

/** The key `authorization`: there, the host decides who sees its private repositories. `more`: what the kind takes besides. */
export const authorization = <S extends z.ZodRawShape>(more: S) =>
  authorizationBy(identityProvider.default({ type: 'oauth' }).describe(WHO), more);

/** The same, for a kind that knows users by the identity of another provider too. */
export const authorizationOrExternal = <E extends z.ZodObject<{ type: z.ZodLiteral<'external'> }>, S extends z.ZodRawShape>(
  external: E,
  more: S,
) =>
  authorizationBy(
    z
      .discriminatedUnion('type', [identityProvider, external])
      .default({ type: 'oauth' } as never)
      .describe(`${WHO}; "external": the account that has the identity with which they signed in here by another provider`),
    more,
  );

const authorizationBy = <P extends z.ZodType, S extends z.ZodRawShape>(provider: P, more: S) =>
  z
    .strictObject({ identityProvider: provider, ...more })
    .optional()
    .describe('Where it stands, the host decides who sees its private repositories; without it every user here does');

/** What that key says of users. */
export const accountsBy = (given: { readonly identityProvider: { readonly type: string } } | undefined): AccountsBy | undefined =>
  given && (given.identityProvider.type === 'username' ? { by: 'username' } : { by: 'sign-in' });

const HOUR = 60 * 60_000;

/** The key `groupsCacheTTL` of `authorization`, for kinds that tell groups. `byDefault`: hours; without it nothing is kept where the key is absent. */
export const groupsCacheTTL = (byDefault?: number) => {
  const hours = z.number().max(8_760);
  return (byDefault === undefined ? hours.optional() : hours.default(byDefault)).describe(
    `Hours for which it is believed what a group gives and whom it holds, so that it is asked for once and not for each user and repository; 0 or less: nothing is kept.${byDefault === undefined ? ' Default: nothing' : ''}`,
  );
};

/** What that key says, in milliseconds; undefined: nothing is kept. */
export const groupsKeptFor = (given: { readonly groupsCacheTTL?: number | undefined } | undefined): number | undefined =>
  given?.groupsCacheTTL !== undefined && given.groupsCacheTTL > 0 ? given.groupsCacheTTL * HOUR : undefined;
