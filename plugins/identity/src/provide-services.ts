import type { Make, Registrar } from '@sextant/sdk';
import {
  type AccessRequests,
  type AccessTokenPolicy,
  type AccountDirectory,
  type AuditTrail,
  accessRequests,
  accessTokenPolicy,
  accounts,
  actors,
  auditTrail,
  type DirectoryGroups,
  directoryGroups,
  type ExternalAccounts,
  externalAccounts,
  type Invitations,
  invitations,
  type Organizations,
  organizations,
  type UserActors,
  type UserGroups,
  type Users,
  userGroups,
  users,
  type WrongCredentials,
  wrongCredentials,
} from './api.js';
import type { config } from './config.js';
import { accessRequestsOf, type Deps, identityOf } from './wiring.js';

type MakeOf<V> = Make<V, Deps, typeof config>;

const makeUsers: MakeOf<Users> = (deps, ctx) => identityOf(deps, ctx).users;
const makeOrganizations: MakeOf<Organizations> = (deps, ctx) => identityOf(deps, ctx).organizations;
const makeAccounts: MakeOf<AccountDirectory> = (deps, ctx) => identityOf(deps, ctx).directory;
const makeExternalAccounts: MakeOf<ExternalAccounts> = (deps, ctx) => identityOf(deps, ctx).externalAccounts;
const makeInvitations: MakeOf<Invitations> = (deps, ctx) => identityOf(deps, ctx).invitationAnswers;
const makeActors: MakeOf<UserActors> = (deps, ctx) => identityOf(deps, ctx).comingIn;
const makeUserGroups: MakeOf<UserGroups> = (deps, ctx) => identityOf(deps, ctx).groups;
const makeDirectoryGroups: MakeOf<DirectoryGroups> = (deps, ctx) => identityOf(deps, ctx).directoryGroups;
const makeAccessRequests: MakeOf<AccessRequests> = (deps) => accessRequestsOf(deps);
const makeAuditTrail: MakeOf<AuditTrail> = (deps, ctx) => identityOf(deps, ctx).audit;
const makeWrongCredentials: MakeOf<WrongCredentials> = (deps, ctx) => identityOf(deps, ctx).wrongCredentials(deps.limits);
const makeTokenPolicy: MakeOf<{ current(): Promise<AccessTokenPolicy> }> = (deps, ctx) => ({ current: identityOf(deps, ctx).tokenPolicy });

/** What the plugin provides to others; every part that does so hands over the very same functions. */
export function provideServices(r: Pick<Registrar<Deps, typeof config>, 'provide'>): void {
  r.provide(users, makeUsers);
  r.provide(organizations, makeOrganizations);
  r.provide(accounts, makeAccounts);
  r.provide(externalAccounts, makeExternalAccounts);
  r.provide(invitations, makeInvitations);
  r.provide(actors, makeActors);
  r.provide(userGroups, makeUserGroups);
  r.provide(directoryGroups, makeDirectoryGroups);
  r.provide(accessRequests, makeAccessRequests);
  r.provide(auditTrail, makeAuditTrail);
  r.provide(wrongCredentials, makeWrongCredentials);
  r.provide(accessTokenPolicy, makeTokenPolicy);
}
