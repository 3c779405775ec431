import type { HostAccount, HostGroup, HostRepository, PermissionHost, PermissionHosts } from '@sextant/plugin-code-host/api';
import type { ExternalAccount, User } from '@sextant/plugin-identity/api';
import { type Actor, IdSet, type Storage } from '@sextant/sdk';
import { ExplicitPermissions } from '../explicit/explicit-permissions.js';
import { SyncedPermissions } from '../grants/permission-source.js';
import { KeptGroups } from '../groups/kept-groups.js';
import { SharedState } from '../shared-state.js';
import { bindModeOf } from '../site-settings.js';
import { AccountSources } from '../sync/account-sources.js';
import { DueSyncs } from '../sync/due-syncs.js';
import { RepositorySync } from '../sync/repository-sync.js';
import { SyncJobs } from '../sync/sync-jobs.js';
import { type SyncRun, UserSync } from '../sync/user-sync.js';
import { AForge } from './a-forge.js';

interface Asking {
  readonly signal: AbortSignal;
}

const FORGE = { serviceType: 'forge', serviceId: 'https://forge.example.com/' };
const silent = { debug() {}, info() {}, warn() {}, error() {}, child: () => silent };

/** The plugin's classes over its real tables; the forge, users and repositories are in memory, and time passes with each look. No queue: a test runs what it will. */
export function aPermissionWorld(db: Storage) {
  const forge = new AForge();
  const users = new Map<number, User>();
  const linked = new Map<number, string>();
  const ids = new Map<string, number>();
  let epoch = 0;
  let time = 0;

  const living = (): readonly { readonly id: number; readonly externalId: string; readonly private: boolean; readonly name: string }[] =>
    [...forge.repositories].map(([externalId, { name, private: hidden }]) => ({ id: idOf(externalId), externalId, name, private: hidden }));
  const idOf = (externalId: string): number => {
    const id = ids.get(externalId) ?? ids.size + 1;
    ids.set(externalId, id);
    return id;
  };
  const setOf = (which: (repository: { readonly private: boolean }) => boolean): IdSet =>
    IdSet.of(
      living()
        .filter(which)
        .map(({ id }) => id),
    );
  const connection = { id: 1, kind: 'FORGE', displayName: 'Forge', config: { url: FORGE.serviceId, enforce: 'sign-in' as const } };
  const { ofAccounts, ofRepositories } = forge.permissions.groups ?? {};
  const keptGroups = {
    ...(ofAccounts && {
      ofAccounts: {
        besidesGroups: (account: HostAccount, options: Asking) => ofAccounts.besidesGroups(connection, account, options),
        ofGroup: (group: HostGroup, options: Asking) => ofAccounts.ofGroup(connection, group, options),
      },
    }),
    ...(ofRepositories && {
      ofRepositories: {
        besidesGroups: (repository: HostRepository, options: Asking) =>
          ofRepositories.besidesGroups(connection, { ...repository, cloneUrl: '' }, options),
        ofGroup: (group: HostGroup, options: Asking) => ofRepositories.ofGroup(connection, group, options),
      },
    }),
  };
  const host: PermissionHost = {
    connectionId: 1,
    displayName: 'Forge',
    ...FORGE,
    accounts: { by: 'sign-in' },
    accountOf: async () => undefined,
    usersOf: (repository, options) => forge.permissions.usersOf(connection, { ...repository, cloneUrl: '' }, options),
    repositoriesOf: (account, options) => forge.permissions.repositoriesOf(connection, account, options),
  };
  const hosts: PermissionHosts = {
    list: async () => [forge.groupsKeptFor === undefined ? host : { ...host, groups: { keptFor: forge.groupsKeptFor, ...keptGroups } }],
    restrictions: async () => ({
      epoch: String(++epoch),
      enforced: true,
      all: setOf(() => true),
      public: setOf((repository) => !repository.private),
      restricted: setOf((repository) => repository.private),
    }),
    idsOf: async (_service, externalIds) =>
      new Map(externalIds.flatMap((externalId) => (forge.repositories.has(externalId) ? [[externalId, idOf(externalId)]] : []))),
    byIds: async (wanted) => new Map(living().flatMap((one) => (wanted.includes(one.id) ? [[one.id, { ...one, ...FORGE }]] : []))),
    ofConnection: async () => [],
  };
  const accountOf = (userId: number, accountId: string): ExternalAccount => ({
    id: userId,
    userId,
    service: { type: FORGE.serviceType, id: FORGE.serviceId },
    accountId,
    username: accountId,
    displayName: undefined,
    createdAt: new Date(0),
    updatedAt: new Date(0),
    expiredAt: undefined,
    hasCredential: false,
  });
  const external = {
    ofUser: async (userId: number) => (linked.has(userId) ? [accountOf(userId, linked.get(userId) ?? '')] : []),
    byAccountIds: async (_service: unknown, accountIds: readonly string[]) =>
      new Map(
        [...linked].flatMap(([userId, accountId]) =>
          accountIds.includes(accountId) ? [[accountId, accountOf(userId, accountId)] as const] : [],
        ),
      ),
    credential: async () => undefined,
    expire: async () => undefined,
  };
  const directory = {
    byId: async (id: number) => users.get(id),
    byUsername: async (name: string) => [...users.values()].find(({ username }) => username === name),
    page: async ({ afterId, limit }: { readonly limit: number; readonly afterId: number }) =>
      [...users.values()].filter(({ id }) => id > afterId).slice(0, limit),
  };
  const accounts = { emails: async () => [], byVerifiedEmails: async () => new Map<string, User>() };
  const shared = new SharedState(db);
  const sources = new AccountSources({ db, hosts, users: directory, accounts, external });
  const groups = new KeptGroups(db, hosts);
  const syncs = new UserSync({ db, hosts, sources, external, groups });
  const jobs = new SyncJobs(db, { enqueue: async () => '', enqueueMany: async () => undefined, cancel: async () => false });
  const source = new SyncedPermissions(db, hosts, directory, { monotonic: () => (time += 10_000) });
  const run = (anew: boolean): SyncRun => ({ signal: new AbortController().signal, log: silent, anew, progress: async () => undefined });
  return {
    forge,
    users,
    linked,
    shared,
    explicit: new ExplicitPermissions({ db, hosts, users: directory, accounts, shared }),
    due: new DueSyncs({ db, hosts, users: directory, shared, jobs }),
    idOf,
    user(id: number): User {
      const user: User = {
        id,
        username: `user-${id}`,
        displayName: undefined,
        siteAdmin: false,
        serviceAccount: false,
        credentialGeneration: 0,
        avatarUrl: undefined,
        createdAt: new Date(0),
        updatedAt: new Date(0),
        lastActiveAt: undefined,
      };
      users.set(id, user);
      return user;
    },
    /** `anew`: as by hand, of groups too. */
    syncUser: async (id: number, { anew }: { readonly anew: boolean } = { anew: false }) =>
      syncs.run(id, bindModeOf(await shared.settings()), run(anew)),
    syncRepository: (externalId: string, { anew }: { readonly anew: boolean } = { anew: false }) =>
      new RepositorySync({ db, hosts, external, groups }).run(idOf(externalId), run(anew)),
    groupsChanged: (...ids: readonly string[]) => KeptGroups.changed(db, FORGE, ids),
    settle: async (id: number) => sources.settle(id, bindModeOf(await shared.settings())),
    async sees(id: number): Promise<readonly string[]> {
      const actor: Actor = { kind: 'user', id: `user:${id}`, userId: id, siteAdmin: false, via: 'session' };
      const { all, repositories } = await source.grants(actor);
      return living()
        .filter((repository) => all || repositories.has(repository.id))
        .map(({ externalId }) => externalId)
        .sort();
    },
    async guestSees(): Promise<readonly string[]> {
      const { repositories } = await source.grants({ kind: 'anonymous', id: 'anonymous', siteAdmin: false, guest: true, via: 'none' });
      return living()
        .filter(({ id }) => repositories.has(id))
        .map(({ externalId }) => externalId)
        .sort();
    },
    async clear(): Promise<void> {
      await db.query('TRUNCATE sources, people, repositories, sync_jobs, hosts, host_groups CASCADE');
      await db.query(`UPDATE shared SET unrestricted = '', settings = '{}', version = nextval('versions')`);
      forge.repositories.clear();
      forge.accounts.clear();
      forge.grants.clear();
      forge.groups.clear();
      forge.roles.clear();
      forge.groupsKeptFor = undefined;
      forge.groupFailure = undefined;
      forge.pageSize = 100;
      forge.failure = undefined;
      forge.betweenPages = undefined;
      users.clear();
      linked.clear();
    },
  };
}
export type PermissionWorld = ReturnType<typeof aPermissionWorld>;
