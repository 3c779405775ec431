import { permissionHosts } from '@sextant/plugin-code-host/api';
import { accounts, externalAccounts, users } from '@sextant/plugin-identity/api';
import { core, type Resolved } from '@sextant/sdk';
import { KeptGroups } from './groups/kept-groups.js';
import { SharedState } from './shared-state.js';
import { AccountSources } from './sync/account-sources.js';
import { DueSyncs } from './sync/due-syncs.js';
import { RepositorySync } from './sync/repository-sync.js';
import { SyncJobs } from './sync/sync-jobs.js';
import { UserSync } from './sync/user-sync.js';

/** What grants are read with. */
export const sourceDeps = { db: core.storage, clock: core.clock, hosts: permissionHosts, users } as const;

export const deps = { ...sourceDeps, jobs: core.jobs, events: core.events, accounts, external: externalAccounts } as const;

/** Holds no state of its own: made where it is needed. */
export function syncsOf({ db, hosts, jobs, users, accounts, external }: Resolved<typeof deps>) {
  const shared = new SharedState(db);
  const sources = new AccountSources({ db, hosts, users, accounts, external });
  const syncJobs = new SyncJobs(db, jobs);
  const groups = new KeptGroups(db, hosts);
  return {
    db,
    shared,
    sources,
    jobs: syncJobs,
    users: new UserSync({ db, hosts, sources, external, groups }),
    repositories: new RepositorySync({ db, hosts, external, groups }),
    due: new DueSyncs({ db, hosts, users, shared, jobs: syncJobs }),
  };
}
