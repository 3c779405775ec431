import { accounts, auditTrail, directoryGroups, users, wrongCredentials } from '@sextant/plugin-identity/api';
import { siteConfiguration } from '@sextant/plugin-site/api';
import { core, type Resolved, type Tx } from '@sextant/sdk';
import { GroupMirror } from './groups/group-mirror.js';
import { ScimGroups } from './groups/scim-groups.js';
import { GroupRows } from './storage/group-rows.js';
import { UserRows } from './storage/user-rows.js';
import { AccountKeeper } from './users/account-keeper.js';
import { ScimUsers } from './users/scim-users.js';

export const PATH = '/.api/scim/v2';

export const workerDeps = { db: core.storage, directory: directoryGroups } as const;
export const deps = {
  ...workerDeps,
  clock: core.clock,
  jobs: core.jobs,
  process: core.process,
  gates: core.gates,
  users,
  accounts,
  audit: auditTrail,
  wrong: wrongCredentials,
  configuration: siteConfiguration,
} as const;
export type ApiDeps = Resolved<typeof deps>;

export interface Scim {
  readonly users: ScimUsers;
  readonly groups: ScimGroups;
  /** The port is known once the server listens, which is later. */
  readonly baseUrl: () => string;
}

export const mirrorOf = ({ db, directory }: Resolved<typeof workerDeps>): GroupMirror => new GroupMirror(new GroupRows(db), directory);

/** Nothing of it holds state of its own: made where it is needed. */
export function scimOf(d: ApiDeps): Scim {
  const baseUrl = (): string => `${d.process.externalUrl}${PATH}`;
  const keeperIn = (tx: Tx): AccountKeeper => {
    const rows = new UserRows(tx);
    return new AccountKeeper(d.accounts.within(tx), d.users, async (userId) => (await rows.byAccount(userId)) !== undefined);
  };
  const groups = new ScimGroups(d.db, d.clock, d.jobs, mirrorOf(d), baseUrl);
  return { users: new ScimUsers(d.db, d.clock, d.users, keeperIn, groups, new GroupRows(d.db), baseUrl), groups, baseUrl };
}
