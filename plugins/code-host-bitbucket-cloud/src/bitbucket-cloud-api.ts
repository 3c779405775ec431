import type { Connection, HostAnswer, HostClient, HostClientOptions, HostClients } from '@sextant/plugin-code-host/api';
import { Secret, SextantError, z } from '@sextant/sdk';
import { apiOf, type BitbucketCloudConfig } from './bitbucket-cloud-config.js';

/** `{c7f4b0c1-…}`: names a repository, an account or a workspace through every rename. */
const uuid = z.string().regex(/^\{[0-9a-fA-F-]+\}$/);
const link = z.object({ href: z.string(), name: z.string().optional() });

/** What we read of the host's answers; every other field is left alone. */
export const cloudRepository = z.object({
  uuid,
  full_name: z.string().regex(/^[^/\s]+\/[^/\s]+$/),
  description: z.string().nullish(),
  is_private: z.boolean(),
  /** What it is a fork of. */
  parent: z.object({}).nullish(),
  /** Bytes. */
  size: z.int().default(0),
  links: z.object({ html: link.optional(), clone: z.array(link).optional() }).optional(),
});
export type CloudRepository = z.output<typeof cloudRepository>;
export const cloudUser = z.object({ uuid, nickname: z.string().optional(), display_name: z.string().optional() });
export const cloudPermission = z.object({ permission: z.enum(['admin', 'write', 'read', 'none']), user: cloudUser });

export const cloudPage = <T>(values: z.ZodType<T>) => z.object({ values: z.array(values), next: z.url().optional() });

/** Of the address that the host gives for the next page only the query is taken: it leads nowhere else. */
export const nextQuery = ({ next }: { readonly next?: string | undefined }): Readonly<Record<string, string>> | undefined =>
  next === undefined ? undefined : Object.fromEntries(new URL(next).searchParams);

/** What the host allows of repositories to a credential that is not of a large workspace; it does not say how many of them are left. */
const REQUESTS_PER_HOUR = 1_000;

/** The API with the connection's credential, or with that of an account. */
export const cloudClient = (
  clients: HostClients,
  { config, requestsPerHour = REQUESTS_PER_HOUR }: Connection<BitbucketCloudConfig>,
  account?: Secret,
): HostClient =>
  clients.client({
    url: apiOf(config),
    title: 'Bitbucket Cloud',
    credential: account ? { secret: account } : credentialOf(config),
    limits: { requestsPerHour },
    explain,
  });

function credentialOf({ accessToken, username, appPassword }: BitbucketCloudConfig): NonNullable<HostClientOptions['credential']> {
  if (accessToken) return { secret: accessToken };
  if (!username || !appPassword) throw withoutCredential();
  const basic = Buffer.from(`${username}:${appPassword.reveal()}`).toString('base64');
  return { secret: appPassword, header: { name: 'authorization', value: new Secret(`Basic ${basic}`) } };
}

export const withoutCredential = (): SextantError =>
  new SextantError('SEXTANT_CODE_HOST_BITBUCKET_CLOUD_CREDENTIAL', {
    what: 'The connection has no credential.',
    why: 'It has neither "accessToken" nor "username" with "appPassword".',
    fix: 'Give it one of them.',
  });

const scopeProblem = z.object({ error: z.object({ detail: z.object({ required: z.array(z.string().regex(/^[a-z:-]+$/)).min(1) }) }) });

function explain({ status, body }: HostAnswer): { readonly why: string; readonly fix: string } | undefined {
  if (status === 401)
    return {
      why: 'The credential is wrong, has expired or was revoked; app passwords are taken no longer where the host has ended them.',
      fix: 'Make an access token of the workspace, or an API token, and put it into the connection.',
    };
  const required = status === 403 ? scopeProblem.safeParse(body).data?.error.detail.required : undefined;
  if (!required) return undefined;
  return {
    why: `The credential lacks the scope ${required.join(' and ')}.`,
    fix: `Make a token that has ${required.join(' and ')}, and put it into the connection.`,
  };
}
