import { type Clock, type Events, type Jobs, SextantError, type Storage, type Tx } from '@sextant/sdk';
import type { Accounts } from '../accounts/accounts.js';
import { type AuditTrail, type GroupRule, type User, type UserGroups as UserGroupsService, userChanged } from '../api.js';
import { type Grant, GroupStore, SCIM } from '../storage/group-store.js';
import { OrganizationStore } from '../storage/organization-store.js';
import { RoleStore } from '../storage/role-store.js';
import { TeamStore } from '../storage/team-store.js';
import { UserStore } from '../storage/user-store.js';
import { type ConfiguredRule, grantedByGroups } from './granted-by-groups.js';
import { applyGroups } from './jobs.js';

/** Groups of one user and source; those of some people are very many, and no rule needs so long a name. */
const MAX_GROUPS = 5000;
const MAX_NAME = 500;
const PAGE = 500;
const BY_GROUPS = { uid: 'groups' } as const;

interface Changes {
  readonly granted: readonly string[];
  readonly revoked: readonly string[];
}

/** Keeps what other systems say of users' groups, and gives what the rules make of it. */
export class UserGroups implements UserGroupsService {
  readonly #store: GroupStore;

  constructor(
    private readonly db: Storage,
    private readonly events: Events,
    private readonly clock: Clock,
    private readonly jobs: Jobs,
    private readonly accounts: Accounts,
    private readonly audit: AuditTrail,
    private readonly configured: () => readonly ConfiguredRule[],
  ) {
    this.#store = new GroupStore(db);
  }

  within(tx: Tx): UserGroups {
    const { db, events, clock, jobs, accounts, audit, configured } = this;
    return new UserGroups(db.within(tx), events, clock, jobs, accounts.within(tx), audit, configured);
  }

  async ofUser(userId: number): Promise<readonly { readonly source: string; readonly group: string }[]> {
    return this.#store.told(userId);
  }

  async set(userId: number, source: string, groups: readonly string[]): Promise<void> {
    const sound = [...new Set(groups)]
      .filter((name) => name !== '' && name.length <= MAX_NAME && !name.includes('\0'))
      .slice(0, MAX_GROUPS);
    checkedSource(source);
    await this.apply(async (tx) => {
      // Two sign-ins of one person at once come one after the other.
      const held = await tx.query('select 1 from users where id = $1 for update', [userId]);
      if (held.length > 0) await new GroupStore(tx).setTold(userId, source, sound);
      return [userId];
    });
  }

  async setRules(source: string, rules: readonly GroupRule[]): Promise<void> {
    await this.db.transaction(async (tx) => {
      if (await new GroupStore(tx).setRules(checkedSource(source), rules)) await this.#soon(tx);
    });
  }

  async forget(source: string): Promise<void> {
    await this.db.transaction(async (tx) => {
      await new GroupStore(tx).forget(checkedSource(source));
      await this.#soon(tx);
    });
  }

  /** Something came by whose name a rule may go. */
  async appeared(): Promise<void> {
    const rules = [...this.configured(), ...[...(await this.#store.rules()).values()].flat()];
    if (rules.length > 0) await this.jobs.enqueue(applyGroups, {}, { key: 'all' });
  }

  /** In one transaction with a change of what is told of users, whose ids it gives: what follows from it holds when it does. */
  async apply(change: (tx: Tx) => Promise<readonly number[]>): Promise<void> {
    await this.db.transaction(async (tx) => {
      const userIds = [...new Set(await change(tx))].sort((a, b) => a - b);
      // One order everywhere, so that two changes of several users do not wait for each other.
      await tx.query('select 1 from users where id = any($1::int[]) order by id for update', [userIds]);
      const rules = await new GroupStore(tx).rules();
      for (const userId of userIds) {
        const { granted, revoked } = await this.#applyTo(tx, userId, rules);
        if (granted.length === 0 && revoked.length === 0) continue;
        const fields = { subjectUID: String(userId), granted: granted.join(' '), revoked: revoked.join(' ') };
        await this.audit.record('user.groups', 'applied', BY_GROUPS, fields, { tx });
      }
    });
  }

  async applyToAll(signal: AbortSignal): Promise<void> {
    for (let afterId = 0; ; ) {
      signal.throwIfAborted();
      const ids = await this.#store.concerned({ afterId, limit: PAGE });
      for (const id of ids) await this.apply(async () => [id]);
      const last = ids.at(-1);
      if (last === undefined || ids.length < PAGE) return;
      afterId = last;
    }
  }

  async #soon(tx: Tx): Promise<void> {
    await this.jobs.enqueue(applyGroups, {}, { key: 'all', tx });
  }

  async #applyTo(tx: Tx, userId: number, rules: ReadonlyMap<string, readonly GroupRule[]>): Promise<Changes> {
    const user = await new UserStore(tx).byId(userId);
    if (!user) return { granted: [], revoked: [] };
    const store = new GroupStore(tx);
    const { named, siteAdmin } = grantedByGroups(await store.told(userId), this.configured(), rules);
    const wanted = new Map((await resolve(tx, named)).map((grant) => [keyOf(grant), grant]));
    const present = new Map((await store.granted(userId)).map((grant) => [keyOf(grant), grant]));
    const granted = [...wanted].filter(([key]) => !present.has(key));
    const revoked = [...present].filter(([key]) => !wanted.has(key));
    for (const [, grant] of revoked) await store.revoke(userId, grant);
    for (const [, grant] of granted) await store.grant(userId, grant, this.clock.now());
    // Whoever has no person behind it administers nothing.
    const sources = user.serviceAccount ? [] : siteAdmin;
    const promoted = await this.#applySiteAdmin(tx, user, sources);
    const changes = {
      granted: [...granted.map(([key]) => key), ...(promoted === true ? ['siteAdmin'] : [])],
      revoked: [...revoked.map(([key]) => key), ...(promoted === false ? ['siteAdmin'] : [])],
    };
    if (changes.granted.length + changes.revoked.length > 0) await this.events.publish(userChanged, { userId }, { tx });
    return changes;
  }

  /** Whether that made or unmade a site admin; undefined: neither. */
  async #applySiteAdmin(tx: Tx, user: User, sources: readonly string[]): Promise<boolean | undefined> {
    try {
      return await this.accounts.setSiteAdminByGroups(tx, user, sources);
    } catch (error) {
      // Somebody must administer the site: the last one keeps the rights until there is another.
      if (error instanceof SextantError && error.code === 'SEXTANT_USER_PROTECTED') return undefined;
      throw error;
    }
  }
}

const keyOf = ({ kind, targetId, source }: Grant): string => `${kind}:${targetId}@${source}`;

/** By the ids behind the names; what is nobody's name, or a system role's, is left out. */
async function resolve(tx: Tx, named: ReturnType<typeof grantedByGroups>['named']): Promise<readonly Grant[]> {
  if (named.length === 0) return [];
  const namesOf = (kind: Grant['kind']): readonly string[] => named.filter((grant) => grant.kind === kind).map(({ name }) => name);
  const found = {
    role: (await new RoleStore(tx).byNames(namesOf('role'))).filter(({ system }) => !system),
    team: await new TeamStore(tx).byNames(namesOf('team')),
    organization: await new OrganizationStore(tx).byNames(namesOf('organization')),
  };
  return named.flatMap(({ kind, name, source }) => {
    const target = found[kind].find((one) => one.name.toLowerCase() === name.toLowerCase());
    return target ? [{ kind, targetId: target.id, source }] : [];
  });
}

function checkedSource(source: string): string {
  if (/^[a-z][a-z0-9-]*(?::[^\s\0]{1,200})?$/.test(source) && source !== SCIM) return source;
  throw new SextantError('SEXTANT_GROUP_INVALID', {
    what: `"${source.slice(0, 100)}" is not a source of groups.`,
    fix: 'Write provider:<entry id>. Groups of "scim" are changed by the directory groups.',
  });
}
