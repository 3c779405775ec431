import type { Actors, AdministrativeActs, Clock, Events, Limits, Logger, Secrets, Storage } from '@sextant/sdk';
import { AccessTokens } from './access-tokens.js';
import { Accounts } from './accounts.js';
import { AuditChain } from './audit/audit-chain.js';
import { AuditInbox } from './audit/audit-inbox.js';
import { AuditLog } from './audit/audit-log.js';
import { AuditReader } from './audit/audit-reader.js';
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
  readonly chain: AuditChain;
  readonly auditReader: AuditReader;
  authenticator(limits: Limits): TokenAuthenticator;
}

/** What the kernel gives each part. */
export interface IdentityServices {
  readonly db: Storage;
  readonly events: Events;
  readonly clock: Clock;
  readonly secrets: Secrets;
  readonly actors: Actors;
  readonly acts: AdministrativeActs;
}

export function wireIdentity(
  services: IdentityServices,
  { config, log }: { readonly config: { get(): IdentityConfig }; readonly log: Logger },
): Identity {
  const { db, events, clock, secrets, actors, acts } = services;
  const users = new UserStore(db);
  const accounts = new Accounts(db, events, clock);
  const tokens = new AccessTokens(db, clock, () => config.get().accessTokens);
  const chain = new AuditChain({ db, secrets, acts, log });
  const audit = new AuditLog({ log, clock, actors, inbox: new AuditInbox(db), chain, config: () => config.get().audit });
  const localAdmin = new LocalAdmin(accounts, localAdminName(config.get().localAdmin), (tx, { id }) =>
    audit.record('user', 'created', { uid: 'internal:identity' }, { subjectUID: String(id), siteAdmin: true }, { tx }),
  );
  return {
    users,
    organizations: new OrganizationStore(db),
    accounts,
    tokens,
    localAdmin,
    audit,
    chain,
    auditReader: new AuditReader({ db, secrets, chain, audit, users }),
    authenticator: (limits) => new TokenAuthenticator(tokens, users, () => localAdmin.get(), limits, audit),
  };
}
