import { type PermissionHosts, permissionsOutdated, repositoriesChanged } from '@sextant/plugin-code-host/api';
import { type ExternalAccounts, externalAccountsChanged, signedIn, userChanged, userCreated } from '@sextant/plugin-identity/api';
import type { Events, Logger, Storage } from '@sextant/sdk';
import { KeptGroups } from '../groups/kept-groups.js';
import type { SharedState } from '../shared-state.js';
import { bindModeOf } from '../site-settings.js';
import type { AccountSources } from './account-sources.js';
import type { DueSyncs } from './due-syncs.js';
import { PRIORITY, type SyncJobs, type SyncReason } from './sync-jobs.js';

interface Parts {
  readonly db: Storage;
  readonly events: Pick<Events, 'subscribe'>;
  readonly hosts: Pick<PermissionHosts, 'restrictions' | 'byIds'>;
  readonly external: Pick<ExternalAccounts, 'byAccountIds'>;
  readonly shared: SharedState;
  readonly sources: AccountSources;
  readonly due: DueSyncs;
  readonly jobs: SyncJobs;
  /** Milliseconds. */
  readonly webhookDelay: () => number;
  readonly log: Logger;
}

/** Has synced what something happened to. Every process hears of it; who and what waits already is not asked for twice. */
export class SyncTriggers implements Disposable {
  readonly #subscriptions: readonly Disposable[];

  constructor(private readonly parts: Parts) {
    const { events } = parts;
    this.#subscriptions = [
      events.subscribe(signedIn, ({ userId }) => this.#noted(this.#user(userId, 'USER_SIGNED_IN', { always: true }))),
      events.subscribe(userCreated, ({ userId }) => this.#noted(this.#user(userId, 'USER_CREATED', { always: true }))),
      events.subscribe(externalAccountsChanged, ({ userId }) => this.#noted(this.#user(userId, 'USER_ACCOUNTS_CHANGED', { always: true }))),
      events.subscribe(userChanged, ({ userId }) => this.#noted(this.#user(userId, 'USER_ACCOUNTS_CHANGED', { always: false }))),
      events.subscribe(repositoriesChanged, ({ ids, reason }) => this.#noted(this.#repositories(ids, reason))),
      events.subscribe(permissionsOutdated, (notice) => this.#noted(this.#outdated(notice))),
    ];
  }

  [Symbol.dispose](): void {
    for (const subscription of this.#subscriptions) subscription[Symbol.dispose]();
  }

  /** Whose an account is counts from now on, and does not wait for a sync. `always`: synced also when the accounts are those that they were. */
  async #user(userId: number, reason: SyncReason, { always }: { readonly always: boolean }): Promise<void> {
    const { accounts, changed } = await this.parts.sources.settle(userId, bindModeOf(await this.parts.shared.settings()));
    if (accounts.length === 0 || !(always || changed)) return;
    await this.parts.jobs.enqueue([{ subject: { userId }, reason, priority: PRIORITY.interactive }]);
  }

  async #repositories(ids: readonly number[], reason: string): Promise<void> {
    if (reason === 'pushed') return;
    if (reason === 'deleted' || reason === 'purged') {
      await this.parts.due.forget(ids);
      return;
    }
    if (!(await this.parts.hosts.restrictions()).enforced) return;
    const found = await this.parts.hosts.byIds(ids);
    const hidden = ids.filter((id) => found.get(id)?.private);
    // Of one that was updated, what matters is whether it was open before.
    const wished = reason === 'updated' ? await this.parts.due.untracked(hidden) : hidden;
    await this.parts.jobs.enqueue(
      wished.map((id) => ({
        subject: { repositoryId: id },
        reason: reason === 'added' ? 'REPOSITORY_ADDED' : 'REPOSITORY_CHANGED',
        priority: reason === 'added' ? PRIORITY.never : PRIORITY.changed,
      })),
    );
  }

  async #outdated({
    serviceType,
    serviceId,
    repositoryIds,
    accounts,
    groups,
  }: {
    serviceType: string;
    serviceId: string;
    repositoryIds: number[];
    accounts: string[];
    groups?: string[] | undefined;
  }): Promise<void> {
    if (groups) await KeptGroups.changed(this.parts.db, { serviceType, serviceId }, groups);
    const owners = await this.parts.external.byAccountIds({ type: serviceType, id: serviceId }, accounts);
    const found = await this.parts.hosts.byIds(repositoryIds);
    const wish = { reason: 'WEBHOOK', priority: PRIORITY.changed, after: this.parts.webhookDelay() } as const;
    await this.parts.jobs.enqueue([
      ...repositoryIds.filter((id) => found.get(id)?.private).map((repositoryId) => ({ subject: { repositoryId }, ...wish })),
      ...[...new Set([...owners.values()].map(({ userId }) => userId))].map((userId) => ({ subject: { userId }, ...wish })),
    ]);
  }

  async #noted(work: Promise<void>): Promise<void> {
    await work.catch((error: unknown) =>
      this.parts.log.error('A sync of permissions could not be asked for; the schedule will come to it', { error }),
    );
  }
}
