import { type Actor, defineEvent, serviceToken, type Tx, z } from '@sextant/sdk';

export { type AccessRequests, accessRequests } from './api/access-requests.js';
export { type AccessTokenPolicy, accessTokenKeys, accessTokenPolicy } from './api/access-token-policy.js';
export { type AccountPolicy, accountPolicy } from './api/account-policy.js';
export {
  type AccountChange,
  type AccountDirectory,
  accounts,
  type NewAccount,
  type NewcomerGate,
  newcomerGates,
  type UserEmail,
} from './api/accounts.js';
export {
  type CredentialRenewal,
  credentialRenewal,
  type ExternalAccount,
  type ExternalAccounts,
  type ExternalService,
  externalAccounts,
  externalAccountsChanged,
  signedIn,
} from './api/external-accounts.js';
export {
  type DirectoryGroup,
  type DirectoryGroups,
  directoryGroups,
  type GroupRule,
  type UserGroups,
  userGroups,
} from './api/groups.js';
export { type Invitations, invitations, type OpenInvitation } from './api/invitations.js';
export { type AccountMail, accountMail } from './api/mail.js';
export { type PasswordLink, type PasswordLinks, passwordLinks } from './api/password-links.js';
export { actors, type CameIn, type PermissionDeclaration, permissions, type UserActors } from './api/permissions.js';
export {
  type ExternalCredential,
  type ExternalIdentity,
  type ProviderEntry,
  type ProviderLogout,
  type ProviderSession,
  type RedirectSignIn,
  type SignInAnswer,
  type SignInProvider,
  type SignInRequest,
  signInProviders,
  signInRefused,
} from './api/providers.js';
export { type SignIns, signIns } from './api/sign-ins.js';
export type { SiteUsersArguments, SiteUsersTime } from './api/site-users.js';
export { type User, type Users, users } from './api/users.js';
export { type WrongCredential, type WrongCredentials, wrongCredentials } from './api/wrong-credentials.js';

/** A group of people with settings of its own. What GraphQL's `Org` is resolved from. */
export interface Organization {
  readonly id: number;
  readonly name: string;
  readonly displayName: string | undefined;
  readonly createdAt: Date;
}

export interface Organizations {
  byId(id: number): Promise<Organization | undefined>;
  /** Sorted by name. */
  ofUser(userId: number): Promise<readonly Organization[]>;
  /** Whether the user may change it: every member may, or only owners, as the configuration says. Site admins may besides. */
  administers(organizationId: number, userId: number): Promise<boolean>;
}

export const organizations = serviceToken<Organizations>('identity.organizations@1');

/**
 * Who did what an auditor asks about. What is left out is taken from the request that the code runs for (`core.actor`'s `request()`): a resolver says
 * `{ actor }`, and address, user agent and the rest come along.
 */
export interface AuditActor {
  /** Absent: whoever could not be told; for the operator at the command line, see `uid`. */
  readonly actor?: Actor;
  /** In place of the actor's. */
  readonly uid?: string;
  readonly ip?: string;
  readonly userAgent?: string;
  readonly forwardedFor?: string;
  readonly fromAccessTokenId?: number;
}

/** What else is to be known: names, numbers, counts. A text is cut to 1,000 characters. Never the text of a credential. */
export type AuditFields = Readonly<Record<string, string | number | boolean | undefined>>;

/** `entity` and `action` are the field's names, such as `site.config` and `changed`. */
export interface AuditTrail {
  /**
   * Writes down a change. Once it resolves the entry is durable; with `tx` (of the database `main`) if that commits, which is how a change and its
   * entry cannot come apart. The log line follows.
   * @throws SEXTANT_AUDIT_UNWRITTEN when it cannot be written: a change that must be audited then fails
   */
  record(entity: string, action: string, who: AuditActor, fields?: AuditFields, options?: { readonly tx?: Tx }): Promise<void>;
  /**
   * Notes what was looked at or tried, and changed nothing. Returns at once; written within a second, many at a time, so that a process that is killed
   * loses the last second of these (the log line is written at once). `graphql`, `gitserver` and `repository` only where `audit` asks for them.
   */
  observe(entity: string, action: string, who: AuditActor, fields?: AuditFields): void;
}

export const auditTrail = serviceToken<AuditTrail>('identity.audit-trail@1');

/** A user is gone, or lost or gained site-admin rights: whatever was remembered about the user is stale. */
export const userChanged = defineEvent('identity.user-changed@1', z.object({ userId: z.number() }));

/**
 * All by which the user came in up to now is void, and the account stays: see `revokeCredentials`. It may be missed; that `actorOf` refuses what is of another
 * generation is what holds. Whoever hands out credentials forgets theirs, and open connections end sooner by it.
 */
export const credentialsRevoked = defineEvent('identity.credentials-revoked@1', z.object({ userId: z.number() }));

/** An account was made, by whatever way. */
export const userCreated = defineEvent('identity.user-created@1', z.object({ userId: z.number(), username: z.string() }));
