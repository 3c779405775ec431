import type {
  Actors,
  AdministrativeActs,
  Clock,
  Contribution,
  Events,
  Jobs,
  Limits,
  Logger,
  Process,
  Secrets,
  Storage,
} from '@sextant/sdk';
import { AccessTokens } from './access-tokens/access-tokens.js';
import { TokenAuthenticator } from './access-tokens/token-authenticator.js';
import { AccountDirectory } from './accounts/account-directory.js';
import { Accounts } from './accounts/accounts.js';
import { ExternalAccounts } from './accounts/external-accounts.js';
import { Activity } from './activity.js';
import { ServiceAccounts } from './administration/service-accounts.js';
import type { AccessTokenPolicy, AccountMail, AccountPolicy, CredentialRenewal, PermissionDeclaration, UserActors } from './api.js';
import { AuditChain } from './audit/audit-chain.js';
import { AuditInbox } from './audit/audit-inbox.js';
import { AuditLog } from './audit/audit-log.js';
import { AuditReader } from './audit/audit-reader.js';
import type { IdentityConfig } from './config.js';
import { DirectoryGroups } from './groups/directory-groups.js';
import { UserGroups } from './groups/user-groups.js';
import { LocalAdmin } from './local-admin/local-admin.js';
import { LocalAdminAuthenticator } from './local-admin/local-admin-authenticator.js';
import { localAdminName } from './local-admin/local-admin-name.js';
import { InvitationAnswers } from './organizations/invitation-answers.js';
import { Invitations } from './organizations/invitations.js';
import { NewcomerOrganizations } from './organizations/newcomer-organizations.js';
import { OrganizationDirectory } from './organizations/organizations.js';
import { PermissionRegistry } from './roles/permission-registry.js';
import { Roles } from './roles/roles.js';
import { AccountActors } from './roles/user-actors.js';
import { SiteUserStore } from './storage/site-user-store.js';
import { UserStore } from './storage/user-store.js';
import { UserTagStore } from './storage/user-tag-store.js';
import { Teams } from './teams/teams.js';
import { WrongCredentials } from './wrong-credentials.js';

/** The objects of the plugin, wired once for each part that runs. */
export interface Identity {
  readonly users: UserStore;
  readonly organizations: OrganizationDirectory;
  readonly invitations: Invitations;
  readonly invitationAnswers: InvitationAnswers;
  readonly teams: Teams;
  readonly groups: UserGroups;
  readonly directoryGroups: DirectoryGroups;
  readonly accounts: Accounts;
  readonly serviceAccounts: ServiceAccounts;
  readonly siteUsers: SiteUserStore;
  readonly tags: UserTagStore;
  readonly directory: AccountDirectory;
  readonly externalAccounts: ExternalAccounts;
  readonly tokens: AccessTokens;
  tokenPolicy(): Promise<AccessTokenPolicy>;
  readonly permissions: PermissionRegistry;
  /** Whether people may rename themselves. */
  allowsUsernameChanges(): Promise<boolean>;
  readonly roles: Roles;
  /** For plugins with credentials of their own. */
  readonly comingIn: UserActors;
  readonly localAdmin: LocalAdmin;
  readonly audit: AuditLog;
  readonly chain: AuditChain;
  readonly auditReader: AuditReader;
  readonly localAdminAuthenticator: LocalAdminAuthenticator;
  wrongCredentials(limits: Limits): WrongCredentials;
  tokenAuthenticator(limits: Limits): TokenAuthenticator;
}

export interface IdentityDeps {
  readonly db: Storage;
  readonly events: Events;
  readonly clock: Clock;
  readonly secrets: Secrets;
  readonly jobs: Jobs;
  readonly renewals: readonly Contribution<CredentialRenewal>[];
  readonly permissions: readonly Contribution<PermissionDeclaration>[];
  readonly mail: readonly Contribution<AccountMail>[];
  readonly policies: readonly Contribution<AccountPolicy>[];
  readonly process: Pick<Process, 'externalUrl'>;
  /** Tells the request that the code runs for. */
  readonly actor: Pick<Actors, 'request'>;
  readonly acts: AdministrativeActs;
}

export function wireIdentity(
  { db, events, clock, secrets, jobs, renewals, permissions: declared, mail, policies, process, actor, acts }: IdentityDeps,
  { config, log }: { readonly config: { get(): IdentityConfig }; readonly log: Logger },
): Identity {
  const users = new UserStore(db);
  const chain = new AuditChain({ db, secrets, acts, log });
  const audit = new AuditLog({ log, clock, actors: actor, inbox: new AuditInbox(db), chain, config: () => config.get().audit });
  const policy = (): AccountPolicy | undefined => policies[0]?.value;
  const tokenPolicy = async (): Promise<AccessTokenPolicy> => {
    const said = Object.entries((await policy()?.accessTokens()) ?? {}).filter(([, value]) => value !== undefined);
    return { ...config.get().accessTokens, ...Object.fromEntries(said) };
  };
  const tokens = new AccessTokens(db, clock, tokenPolicy);
  const accounts = new Accounts(db, events, clock, new NewcomerOrganizations(clock, audit, policy));
  const localAdmin = new LocalAdmin(accounts, localAdminName(config.get().localAdmin), (tx, { id }) =>
    audit.record('user', 'created', { uid: 'internal:identity' }, { subjectUID: String(id), siteAdmin: true }, { tx }),
  );
  const permissions = new PermissionRegistry(declared);
  const actors = new AccountActors(db, permissions);
  const activity = new Activity(db, clock);
  const groups = new UserGroups(db, events, clock, jobs, accounts, audit, () => config.get().groups);
  const organizations = new OrganizationDirectory(
    db,
    clock,
    () => ({ ...config.get().organizations, perUser: config.get().limits.organizationsPerUser }),
    () => groups.appeared(),
  );
  const invitations = new Invitations(db, clock, mail, () => process.externalUrl);
  return {
    users,
    organizations,
    teams: new Teams(
      db,
      clock,
      () => groups.appeared(),
      () => config.get().limits.teamsPerUser,
    ),
    groups,
    directoryGroups: new DirectoryGroups(db, clock, groups),
    invitations,
    invitationAnswers: new InvitationAnswers({ invitations, organizations, users, audit }),
    accounts,
    serviceAccounts: new ServiceAccounts(db, events, clock, accounts),
    siteUsers: new SiteUserStore(db),
    tags: new UserTagStore(db),
    directory: new AccountDirectory({
      db,
      accounts,
      events,
      clock,
      tokenPolicy,
      unprovedEmails: () => config.get().limits.unprovedEmailsPerUser,
    }),
    externalAccounts: new ExternalAccounts(db, secrets, events, clock, groups, () => renewals[0]?.value),
    tokens,
    tokenPolicy,
    permissions,
    allowsUsernameChanges: async () => (await policy()?.allowsUsernameChanges()) ?? false,
    roles: new Roles(db, events, clock, accounts, permissions, () => groups.appeared()),
    comingIn: actors.comingIn(activity),
    localAdmin,
    audit,
    chain,
    auditReader: new AuditReader({ db, secrets, chain, audit, users }),
    localAdminAuthenticator: new LocalAdminAuthenticator(localAdmin, actors),
    wrongCredentials: (limits) => new WrongCredentials(limits, audit),
    tokenAuthenticator: (limits) => new TokenAuthenticator(tokens, users, actors, new WrongCredentials(limits, audit), audit, activity),
  };
}
