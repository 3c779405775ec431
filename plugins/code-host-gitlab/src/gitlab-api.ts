import type { Connection, HostAnswer, HostClient, HostClients } from '@sextant/plugin-code-host/api';
import { type Secret, z } from '@sextant/sdk';
import type { GitlabConfig } from './gitlab-config.js';

/** What we read of the server's answers; every other field is left alone. */
export const gitlabProject = z.object({
  id: z.int(),
  path_with_namespace: z.string().regex(/^[^/\s]+(?:\/[^/\s]+)+$/),
  description: z.string().nullish(),
  /** Absent where the request had no credential. */
  visibility: z.enum(['private', 'internal', 'public']).default('private'),
  forked_from_project: z.object({}).nullish(),
  archived: z.boolean().default(false),
  star_count: z.int().default(0),
  topics: z.array(z.string()).nullish(),
  web_url: z.string(),
  ssh_url_to_repo: z.string(),
});
export type GitlabProject = z.output<typeof gitlabProject>;
export const gitlabProjects = z.array(gitlabProject);
export const gitlabMember = z.object({ id: z.int(), username: z.string(), access_level: z.int(), state: z.string() });
/** Of a project: where it is, and which groups were invited to it. */
export const gitlabParent = z.object({
  namespace: z.object({ id: z.int(), kind: z.string(), full_path: z.string() }),
  shared_with_groups: z.array(z.object({})),
});
/** To administrators alone the server tells `identities`. */
export const gitlabIdentified = z.object({
  id: z.int(),
  username: z.string(),
  identities: z.array(z.object({ provider: z.string(), extern_uid: z.string().nullish() })).optional(),
});

const scopes = z.object({ error: z.literal('insufficient_scope'), scope: z.string() });

/** The server's API with the connection's token, or as an account: with its own, or in its name, which only an administrator's token with the scope sudo may. */
export const gitlabClient = (
  clients: HostClients,
  { config, requestsPerHour }: Connection<GitlabConfig>,
  as?: { readonly account: Secret } | { readonly sudo: string },
): HostClient =>
  clients.client({
    url: `${config.url}api/v4/`,
    title: 'GitLab',
    credential: { secret: as && 'account' in as ? as.account : config.token },
    ...(as && 'sudo' in as ? { headers: { sudo: as.sudo } } : {}),
    limits: { requestsPerHour },
    explain,
  });

function explain({ status, body }: HostAnswer): { readonly why: string; readonly fix: string } | undefined {
  if (status === 401)
    return {
      why: 'The token is wrong, has expired or was revoked.',
      fix: 'Make a new token at the server, and put it into the connection.',
    };
  const needed = status === 403 ? scopes.safeParse(body).data?.scope.match(/[a-z_]+/g) : undefined;
  if (!needed) return undefined;
  // The narrowest of those that would do.
  const least = needed.find((scope) => scope.startsWith('read_')) ?? needed[0];
  return {
    why: `The token lacks the scope ${needed.join(' or ')}.`,
    fix: `Make a token that has ${least}, and put it into the connection.`,
  };
}
