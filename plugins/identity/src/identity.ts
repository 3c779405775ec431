import type { Clock, Contribution, Events, Limits, Logger, Secrets, Storage } from '@sextant/sdk';
import { AccessTokens } from './access-tokens.js';
import { AccountDirectory } from './account-directory.js';
import { Accounts } from './accounts.js';
import type { CredentialRenewal } from './api.js';
import { AuditLog } from './audit-log.js';
import type { IdentityConfig } from './config.js';
import { Emails } from './emails.js';
import { ExternalAccounts } from './external-accounts.js';
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
  readonly directory: AccountDirectory;
  readonly externalAccounts: ExternalAccounts;
  readonly tokens: AccessTokens;
  readonly localAdmin: LocalAdmin;
  readonly audit: AuditLog;
  authenticator(limits: Limits): TokenAuthenticator;
}

export interface IdentityDeps {
  readonly db: Storage;
  readonly events: Events;
  readonly clock: Clock;
  readonly secrets: Secrets;
  readonly renewals: readonly Contribution<CredentialRenewal>[];
}

export function wireIdentity(
  { db, events, clock, secrets, renewals }: IdentityDeps,
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
    directory: new AccountDirectory(accounts, new Emails(db, events, clock)),
    externalAccounts: new ExternalAccounts(db, secrets, events, clock, () => renewals[0]?.value),
    tokens,
    localAdmin,
    audit,
    authenticator: (limits) => new TokenAuthenticator(tokens, users, () => localAdmin.get(), limits, audit),
  };
}
