import type { Clock, Events, Limits, Logger, Storage } from '@sextant/sdk';
import { AccessTokens } from './access-tokens.js';
import { Accounts } from './accounts.js';
import { AuditLog } from './audit-log.js';
import type { IdentityConfig } from './config.js';
import { LocalAdmin } from './local-admin.js';
import { localAdminName } from './local-admin-name.js';
import { OrganizationStore } from './storage/organization-store.js';
import { UserStore } from './storage/user-store.js';
import { TokenAuthenticator } from './token-authenticator.js';

/** The objects of the plugin, wired once for each part that runs. */
export interface Identity {
  readonly users: UserStore;
  readonly organizations: OrganizationStore;
  readonly accounts: Accounts;
  readonly tokens: AccessTokens;
  readonly localAdmin: LocalAdmin;
  readonly audit: AuditLog;
  authenticator(limits: Limits): TokenAuthenticator;
}

export function wireIdentity(
  { db, events, clock }: { readonly db: Storage; readonly events: Events; readonly clock: Clock },
  { config, log }: { readonly config: { get(): IdentityConfig }; readonly log: Logger },
): Identity {
  const users = new UserStore(db);
  const accounts = new Accounts(db, events, clock);
  const tokens = new AccessTokens(db, clock, () => config.get().accessTokens);
  const localAdmin = new LocalAdmin(accounts, localAdminName(config.get().localAdmin));
  const audit = new AuditLog(log);
  return {
    users,
    organizations: new OrganizationStore(db),
    accounts,
    tokens,
    localAdmin,
    audit,
    authenticator: (limits) => new TokenAuthenticator(tokens, users, () => localAdmin.get(), limits, audit),
  };
}
