import type { Connection, HostAnswer, HostClient, HostClientOptions, HostClients } from '@sextant/plugin-code-host/api';
import { Secret, SextantError, z } from '@sextant/sdk';
import type { AzureDevopsConfig } from './azure-devops-config.js';

const guid = z.string().regex(/^[0-9a-fA-F-]{36}$/);
/** It leads nowhere else, where it stands in an address. */
const name = z.string().regex(/^(?!\.{1,2}$)[^/\\]+$/);

/** What we read of the host's answers; every other field is left alone. */
export const azureProject = z.object({ id: guid, name, visibility: z.string().default('private') });
export const azureRepository = z.object({
  id: guid,
  name,
  project: azureProject,
  /** It can be neither cloned nor fetched. */
  isDisabled: z.boolean().default(false),
  isFork: z.boolean().default(false),
  /** Bytes. */
  size: z.number().default(0),
  sshUrl: z.string().optional(),
  webUrl: z.string().optional(),
});
/** With the organization, which an answer does not name. */
export type AzureRepository = z.output<typeof azureRepository> & { readonly org: string };

/** A list, or a page of one: `count` says how many entries it has. */
export const azureList = <T>(entries: z.ZodType<T>) =>
  z
    .object({ count: z.int(), value: z.array(entries) })
    .refine(({ count, value }) => count === value.length, 'a list that says of itself that it is not whole');

/** Where the host gives a list in parts, its header says how it goes on. */
export const nextToken = (_page: unknown, headers: Headers): Readonly<Record<string, string>> | undefined => {
  const continuationToken = headers.get('x-ms-continuationtoken');
  return continuationToken === null || continuationToken === '' ? undefined : { continuationToken };
};

/** Azure DevOps Server has it from 2022 on. */
export const API_VERSION = { 'api-version': '7.0' };

/** The host's API with the connection's credential, or with that of an account. */
export const azureClient = (
  clients: HostClients,
  { config, requestsPerHour }: Connection<AzureDevopsConfig>,
  account?: Secret,
): HostClient =>
  clients.client({
    url: config.url,
    title: 'Azure DevOps',
    credential: account ? { secret: account } : credentialOf(config),
    // Without it a host that refuses a credential leads to a page to sign in.
    headers: { 'x-tfs-fedauthredirect': 'Suppress' },
    limits: { requestsPerHour },
    explain,
  });

function credentialOf({ token, username, windowsPassword }: AzureDevopsConfig): NonNullable<HostClientOptions['credential']> {
  const secret = token ?? windowsPassword;
  if (!secret) throw withoutCredential();
  const basic = Buffer.from(`${username ?? ''}:${secret.reveal()}`).toString('base64');
  return { secret, header: { name: 'authorization', value: new Secret(`Basic ${basic}`) } };
}

export const withoutCredential = (): SextantError =>
  new SextantError('SEXTANT_CODE_HOST_AZURE_DEVOPS_CREDENTIAL', {
    what: 'The connection has no credential.',
    why: 'It has neither "token" nor "username" with "windowsPassword".',
    fix: 'Give it one of them.',
  });

const problem = z.object({ message: z.string() });

/** The host says by a number who was refused for what; which scope would have done, it does not say. */
function explain({ status, body }: HostAnswer): { readonly why: string; readonly fix: string } | undefined {
  if (status !== 401 && status !== 403) return undefined;
  const message = problem.safeParse(body).data?.message ?? '';
  if (/\bTF400813\b|\bVS800075\b/.test(message))
    return {
      why: 'The token lacks the scope Code (Read), which is vso.code, or its user may not see the organization or project.',
      fix: 'Make a token with Code (Read) for the organization, as a user who may read the repositories.',
    };
  if (/\bVS403463\b|conditional access/i.test(message))
    return {
      why: 'The policy of the organization keeps requests from this address out.',
      fix: 'Let the organization allow the address of this server.',
    };
  return status === 401
    ? { why: 'The token is wrong, has expired or was revoked.', fix: 'Make a new personal access token, and put it into the connection.' }
    : undefined;
}
