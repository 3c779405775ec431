import type { Connection, HostAnswer, HostClient, HostClientOptions, HostClients } from '@sextant/plugin-code-host/api';
import { Secret, SextantError, z } from '@sextant/sdk';
import type { BitbucketServerConfig } from './bitbucket-server-config.js';

/** What we read of the server's answers; every other field is left alone. */
export const serverProject = z.object({
  key: z.string().regex(/^~?[^/\s~]+$/),
  public: z.boolean().default(false),
  type: z.enum(['NORMAL', 'PERSONAL']).default('NORMAL'),
});
const link = z.object({ href: z.string(), name: z.string().optional() });
export const serverRepository = z.object({
  id: z.int(),
  slug: z.string().regex(/^[^/\s]+$/),
  description: z.string().nullish(),
  archived: z.boolean().default(false),
  public: z.boolean().default(false),
  /** What it is a fork of. */
  origin: z.object({}).nullish(),
  project: serverProject,
  links: z.object({ self: z.array(link).optional(), clone: z.array(link).optional() }).optional(),
});
export type ServerRepository = z.output<typeof serverRepository>;
export const serverUser = z.object({ id: z.int(), name: z.string(), active: z.boolean().default(true) });
/** Groups have no ids. */

/** A page: where the next one begins is told by the server, and is not where this one ends. */
export const serverPage = <T>(values: z.ZodType<T>) =>
  z
    .object({ values: z.array(values), isLastPage: z.boolean(), nextPageStart: z.int().nullish() })
    .refine(
      ({ isLastPage, nextPageStart }) => isLastPage || typeof nextPageStart === 'number',
      'a page that is not the last says where the next begins',
    );

export const nextStart = ({
  isLastPage,
  nextPageStart,
}: {
  readonly isLastPage: boolean;
  readonly nextPageStart?: number | null | undefined;
}) => (isLastPage || typeof nextPageStart !== 'number' ? undefined : { start: nextPageStart });

/** What the server allows it does not say: the field's default, where the connection has none. */
const REQUESTS_PER_HOUR = 28_800;

/** The server's API with the connection's credential, or with that of an account. */
export const serverClient = (
  clients: HostClients,
  { config, requestsPerHour = REQUESTS_PER_HOUR }: Connection<BitbucketServerConfig>,
  account?: Secret,
): HostClient =>
  clients.client({
    url: `${config.url}rest/api/latest/`,
    title: 'Bitbucket Server',
    credential: account ? { secret: account } : credentialOf(config),
    limits: { requestsPerHour },
    explain,
  });

function credentialOf({ token, username, password }: BitbucketServerConfig): NonNullable<HostClientOptions['credential']> {
  if (token) return { secret: token };
  if (!username || !password) throw withoutCredential();
  const basic = Buffer.from(`${username}:${password.reveal()}`).toString('base64');
  return { secret: password, header: { name: 'authorization', value: new Secret(`Basic ${basic}`) } };
}

export const withoutCredential = (): SextantError =>
  new SextantError('SEXTANT_CODE_HOST_BITBUCKET_SERVER_CREDENTIAL', {
    what: 'The connection has no credential.',
    why: 'It has neither "token" nor "username" with "password".',
    fix: 'Give it one of them.',
  });

const problems = z.object({ errors: z.array(z.object({ message: z.string(), exceptionName: z.string().nullish() })) });

/** A credential that is good and may not, and one that is not good, have the same status. */
function explain({ status, body }: HostAnswer): { readonly why: string; readonly fix: string } | undefined {
  if (status !== 401 && status !== 403) return undefined;
  const [problem] = problems.safeParse(body).data?.errors ?? [];
  if (problem?.exceptionName?.endsWith('.AuthorisationException'))
    return {
      why: 'The credential lacks the permission: "Project read" and "Repository read" are needed for lists, "Repository admin" for who may read, "Admin" for groups.',
      fix: 'Give its account that permission, and make the token with it.',
    };
  if (problem?.exceptionName?.endsWith('.CaptchaRequiredAuthenticationException'))
    return {
      why: 'The account must solve a puzzle first, after too many failures.',
      fix: 'Sign in there with a browser, and put a new credential into the connection.',
    };
  return status === 401
    ? {
        why: 'The credential is wrong, has expired or was revoked.',
        fix: 'Make a new HTTP access token at the server, and put it into the connection.',
      }
    : undefined;
}
