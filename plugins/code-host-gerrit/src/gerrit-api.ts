import type { Connection, HostAnswer, HostClient, HostClients } from '@sextant/plugin-code-host/api';
import { Secret, z } from '@sextant/sdk';
import type { GerritConfig } from './gerrit-config.js';

/** What we read of the server's answers; every other field is left alone. */
export const gerritProject = z.object({
  name: z.string().min(1),
  description: z.string().optional(),
  state: z.enum(['ACTIVE', 'READ_ONLY', 'HIDDEN']).default('ACTIVE'),
});
export type GerritProject = z.output<typeof gerritProject>;
/** A page of the list, by names. The last project of a page says whether more follow. */
export const gerritProjects = z.record(
  z.string().min(1),
  gerritProject.omit({ name: true }).extend({ _more_projects: z.boolean().optional() }),
);
export const gerritAccount = z.object({
  _account_id: z.int(),
  username: z.string().optional(),
  _more_accounts: z.boolean().optional(),
});
export type GerritAccount = z.output<typeof gerritAccount>;

const permission = z.object({ rules: z.record(z.string(), z.object({ action: z.string() })) });
/** Who may do what, by patterns of refs, permissions and groups. */
export const gerritAccess = z.object({
  local: z.record(z.string(), z.object({ permissions: z.record(z.string(), permission) })).default({}),
  /** Whether the account may see the rights; else none are told. */
  config_visible: z.boolean().default(true),
  inherits_from: gerritProject.pick({ name: true }).optional(),
});
export const gerritAccessCheck = z.object({ status: z.int() });

/** The server's API as the connection's account; or in another's name (`runAs`), or with its own password (`as`). */
export function gerritClient(
  clients: HostClients,
  { config, requestsPerHour }: Connection<GerritConfig>,
  account: { readonly runAs?: string; readonly as?: { readonly username: string; readonly password: Secret } } = {},
): HostClient {
  const { username, password } = account.as ?? config;
  const basic = Buffer.from(`${username}:${password.reveal()}`).toString('base64');
  return clients.client({
    // Below "a/" the server asks for a credential; elsewhere it would answer without one, as to anybody.
    url: `${config.url}a/`,
    title: 'Gerrit',
    jsonPrefix: ")]}'\n",
    credential: { secret: password, header: { name: 'authorization', value: new Secret(`Basic ${basic}`) } },
    ...(account.runAs === undefined ? {} : { headers: { 'x-gerrit-runas': account.runAs } }),
    limits: { requestsPerHour },
    explain: (answer) => explain(answer, account.runAs !== undefined),
  });
}

function explain({ status }: HostAnswer, isRunAs: boolean): { readonly why: string; readonly fix: string } | undefined {
  if (status === 401)
    return {
      why: 'The user name or the HTTP password is wrong.',
      fix: 'Make a new HTTP password in the settings of the account at the server, and put it into the connection.',
    };
  if (status !== 403) return undefined;
  return isRunAs
    ? {
        why: 'The account lacks the capability Run As, or the other account is not there.',
        fix: 'Give the account of the connection the global capability Run As.',
      }
    : {
        why: 'The account may not ask for this.',
        fix: 'Give the account of the connection the right Read on its projects; to tell who may read what, the global capability View Access.',
      };
}
