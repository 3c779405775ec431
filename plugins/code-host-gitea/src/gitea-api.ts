import type { Connection, HostAnswer, HostClient, HostClients } from '@sextant/plugin-code-host/api';
import { Secret, z } from '@sextant/sdk';
import type { GiteaConfig } from './gitea-config.js';

/** What we read of the server's answers; every other field is left alone. */
export const giteaRepository = z.object({
  id: z.int(),
  full_name: z.string().regex(/^[^/\s]+\/[^/\s]+$/),
  description: z.string().default(''),
  private: z.boolean(),
  /** Of an organization that only users of the server may see. */
  internal: z.boolean().default(false),
  fork: z.boolean().default(false),
  archived: z.boolean().default(false),
  stars_count: z.int().default(0),
  /** KiB. */
  size: z.int().default(0),
  topics: z.array(z.string()).nullish(),
  html_url: z.string(),
  ssh_url: z.string(),
});
export type GiteaRepository = z.output<typeof giteaRepository>;
export const giteaUser = z.object({ id: z.int(), login: z.string() });
export const giteaTeam = z.object({ id: z.int(), name: z.string() });
export const giteaSearch = z.object({ ok: z.literal(true), data: z.array(giteaRepository) });

const problem = z.object({ message: z.string() });

/** The server's API with the connection's token, or as an account: with its own, or in its name, which only an administrator's token may. */
export function giteaClient(
  clients: HostClients,
  { config, requestsPerHour }: Connection<GiteaConfig>,
  as?: { readonly account: Secret } | { readonly sudo: string },
): HostClient {
  const { url } = config;
  const token = as && 'account' in as ? as.account : config.token;
  return clients.client({
    url: `${url}api/v1/`,
    title: 'Gitea',
    credential: { secret: token, header: { name: 'authorization', value: new Secret(`token ${token.reveal()}`) } },
    ...(as && 'sudo' in as ? { headers: { sudo: as.sudo } } : {}),
    limits: { requestsPerHour },
    explain,
  });
}

function explain({ status, body }: HostAnswer): { readonly why: string; readonly fix: string } | undefined {
  if (status === 401)
    return {
      why: 'The token is wrong, has expired or was revoked.',
      fix: 'Make a new token at the server, and put it into the connection.',
    };
  const message = problem.safeParse(body).data?.message ?? '';
  // "token does not have at least one of required scope(s), required=[read:organization], token scope=…", and before that "…scope(s): [read:organization]"
  const required = /required(?: scope\(s\):| scope\(s\), required=)\s*\[([^\]]*)\]/.exec(message)?.[1] ?? '';
  const scopes = required.match(/\b(?:read|write):[a-z]+\b/g);
  if (status !== 403 || !scopes) return undefined;
  return {
    why: `The token lacks the scope ${scopes.join(' or ')}.`,
    fix: `Make a token that has ${scopes[0]}, and put it into the connection.`,
  };
}
