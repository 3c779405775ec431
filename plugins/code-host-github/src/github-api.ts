import type { Connection, HostAnswer, HostClient, HostClientOptions, HostClients } from '@sextant/plugin-code-host/api';
import { Secret, SextantError, z } from '@sextant/sdk';
import type { AppTokens } from './app-tokens.js';
import { apiOf, type GithubConfig } from './github-config.js';

/** What we read of GitHub's answers; every other field is left alone. */
export const githubRepository = z.object({
  node_id: z.string().min(1),
  full_name: z.string().regex(/^[^/\s]+\/[^/\s]+$/),
  description: z.string().nullish(),
  private: z.boolean(),
  /** `internal`: for everybody of the enterprise. */
  visibility: z.string().nullish(),
  fork: z.boolean().default(false),
  archived: z.boolean().default(false),
  stargazers_count: z.int().default(0),
  /** KiB. */
  size: z.int().default(0),
  topics: z.array(z.string()).nullish(),
  html_url: z.string(),
});
export type GithubRepository = z.output<typeof githubRepository>;
export const githubUser = z.object({ id: z.int(), login: z.string() });
const login = z.string().regex(/^[A-Za-z0-9_-]+$/);
/** What members may do in each repository is told to them alone. */
export const githubOrganization = z.object({ id: z.int(), login, default_repository_permission: z.string().nullish() });
export const githubMembership = z.object({ role: z.string(), organization: z.object({ id: z.int(), login }) });
export const githubTeam = z.object({
  id: z.int(),
  slug: login,
  organization: z.object({ login }),
  parent: z.object({ id: z.int(), slug: login }).nullish(),
});
export const githubSearch = z.object({ total_count: z.int(), incomplete_results: z.boolean(), items: z.array(githubRepository) });
export const githubInstallation = z.object({ total_count: z.int(), repositories: z.array(githubRepository) });

const problem = z.object({ message: z.string() });

/** What GitHub's documentation asks of those who create content. */
const CREATION = [
  { capacity: 80, per: 60_000 },
  { capacity: 500, per: 60 * 60_000 },
];

/** The API with the connection's credential, or with that of an account. */
export function githubClient(
  clients: HostClients,
  { config, requestsPerHour }: Connection<GithubConfig>,
  tokens: AppTokens,
  account?: Secret,
): HostClient {
  return clients.client({
    url: apiOf(config.url),
    title: 'GitHub',
    headers: { accept: 'application/vnd.github+json', 'x-github-api-version': '2022-11-28' },
    credential: account ? { secret: account } : credentialOf(config, tokens),
    limits: { requestsPerHour, creation: CREATION },
    limited: ({ status, body }) =>
      status === 403 && /secondary rate limit|abuse detection/i.test(problem.safeParse(body).data?.message ?? ''),
    explain,
  });
}

function credentialOf(
  { url, token, gitHubAppDetails: app }: GithubConfig,
  tokens: AppTokens,
): NonNullable<HostClientOptions['credential']> {
  if (!app) return { secret: requireToken(token) };
  const value = async (signal: AbortSignal): Promise<Secret> => new Secret(`Bearer ${(await tokens.of(url, app, signal)).reveal()}`);
  // The app's key stands for the installation: its tokens change every hour, its budget does not.
  return { secret: app.privateKey, header: { name: 'authorization', value } };
}

export function requireToken(token: Secret | undefined): Secret {
  if (token) return token;
  throw new SextantError('SEXTANT_CODE_HOST_GITHUB_CREDENTIAL', {
    what: 'The connection has no credential.',
    why: 'It has neither "token" nor "gitHubAppDetails".',
    fix: 'Give it one of them.',
  });
}

/** GitHub says in headers what would have let a request through. */
function explain({ status, headers }: HostAnswer): { readonly why: string; readonly fix: string } | undefined {
  if (status === 401)
    return { why: 'The token is wrong, has expired or was revoked.', fix: 'Make a new one, and put it into the connection.' };
  if (status !== 403 && status !== 404) return undefined;
  if (headers.get('x-github-sso')?.startsWith('required'))
    return {
      why: 'The organization wants the token to be authorized for its single sign-on.',
      fix: 'Authorize it in the settings of the token.',
    };
  const permissions = headers.get('x-accepted-github-permissions')?.match(/[a-z_]+=(?:read|write)/g);
  if (permissions && status === 403)
    return {
      why: `The token lacks the permission ${permissions.join(' or ')}.`,
      fix: `Give it ${permissions[0]}, for the repositories that are to be listed.`,
    };
  const has = scopesIn(headers.get('x-oauth-scopes'));
  const accepted = scopesIn(headers.get('x-accepted-oauth-scopes'));
  if (!has || !accepted || accepted.length === 0 || accepted.some((scope) => has.includes(scope))) return undefined;
  return {
    why: `The token lacks the scope ${accepted.join(' or ')}.`,
    fix: `Make a token that has ${accepted[0]}, and put it into the connection.`,
  };
}

const scopesIn = (text: string | null): readonly string[] | undefined =>
  text?.split(',').flatMap((scope) => /^\s*([a-z_:]+)\s*$/.exec(scope)?.[1] ?? []);
