import type { PermissionHosts, RequestTally } from '@sextant/plugin-code-host/api';
import type { ExternalAccounts } from '@sextant/plugin-identity/api';
import { IdSet, type Logger, type Secret, type Storage } from '@sextant/sdk';
import { type Change, GrantStore, type Moment, momentOf, moveVersions, type Service } from '../grants/grant-store.js';
import { AskedRepositories } from '../groups/asked-repositories.js';
import type { KeptGroups } from '../groups/kept-groups.js';
import type { BindMode } from '../site-settings.js';
import type { AccountSources, AskedAccount } from './account-sources.js';
import { meaningOf, wordsOf } from './host-failure.js';
import type { CodeHostState, SyncCost, SyncOutcome } from './sync-jobs.js';

export interface SyncRun {
  readonly signal: AbortSignal;
  readonly log: Logger;
  /** What is kept of groups is asked for anew. */
  readonly anew: boolean;
  /** Shown to people. A sync that was cancelled is ended by a throw. */
  progress(text: string, found: number): Promise<void>;
}

interface Parts {
  readonly db: Storage;
  readonly hosts: Pick<PermissionHosts, 'idsOf'>;
  readonly sources: Pick<AccountSources, 'settle'>;
  readonly external: Pick<ExternalAccounts, 'credential' | 'expire'>;
  readonly groups: KeptGroups;
}

/**
 * Asks each host what a user's account there may read. Only a whole answer takes anything away. The first answer of an account is shown page by page as it
 * comes, so that nobody waits for the last of many repositories to see the first.
 */
export class UserSync {
  constructor(private readonly parts: Parts) {}

  async run(userId: number, mode: BindMode | undefined, run: SyncRun): Promise<SyncOutcome> {
    const { accounts, unknown } = await this.parts.sources.settle(userId, mode);
    const states: CodeHostState[] = unknown.map(({ service, error }) => stateOf(service, 'ERROR', wordsOf(error)));
    for (const { service, error } of unknown) run.log.warn('A host did not say which account is a user’s', { ...service, error });
    const total = { added: 0, removed: 0, found: 0 };
    for (const account of accounts) {
      const { change, found, state } = await this.#syncAccount(account, total.found, run);
      total.added += change.added;
      total.removed += change.removed;
      total.found += found;
      states.push(state);
    }
    const failed = states.some(({ status }) => status === 'ERROR');
    await this.parts.db.query(
      'UPDATE people SET tried_at = now(), synced_at = CASE WHEN $2::boolean THEN synced_at ELSE now() END WHERE user_id = $1',
      [userId, failed],
    );
    return { ...total, codeHostStates: states };
  }

  async #syncAccount(
    account: AskedAccount,
    before: number,
    run: SyncRun,
  ): Promise<{ readonly change: Change; readonly found: number; readonly state: CodeHostState }> {
    const { serviceType, serviceId } = account.service;
    const tally = newTally();
    const state = (status: CodeHostState['status'], message: string): CodeHostState => ({
      ...stateOf(account.service, status, message),
      cost: costOf(tally, asked.used),
    });
    const { db, hosts, groups, external } = this.parts;
    const askedAt = await momentOf(db);
    let granted = IdSet.empty();
    let note: string | undefined;
    let early: Change = { added: 0, removed: 0 };
    const asked = new WatchedCredential(account, external, run.signal);
    try {
      const answer = new AskedRepositories({ db, hosts, groups, signal: run.signal, log: run.log, tally }, account, await asked.account());
      for await (const named of answer.pages()) {
        granted = named;
        if (account.first) early = sum(early, await this.#apply(account, granted, askedAt, { whole: false }));
        await run.progress(`${before + granted.size} repositories found`, before + granted.size);
      }
      ({ granted, note } = await answer.all(askedAt, run));
    } catch (error) {
      run.signal.throwIfAborted();
      const meaning = meaningOf(error, asked.used);
      const refused = meaning === 'refused' || (meaning === 'unanswered' && account.external?.expiredAt !== undefined);
      if (meaning === 'refused' && account.external && asked.secret) await this.parts.external.expire(account.external.id, asked.secret);
      if (meaning === 'unanswered' && !refused) return { change: early, found: 0, state: state('SKIPPED', wordsOf(error)) };
      await this.#note(account, wordsOf(error), refused);
      run.log.warn('A host did not say what an account may see', { serviceType, serviceId, error });
      return { change: early, found: granted.size, state: state('ERROR', wordsOf(error)) };
    }
    const change = sum(early, await this.#apply(account, granted, askedAt, { whole: true }));
    return {
      change,
      found: granted.size,
      state: state('SUCCESS', [`${granted.size} repositories found`, note].filter(Boolean).join('. ')),
    };
  }

  #apply(account: AskedAccount, granted: IdSet, askedAt: Moment, { whole }: { readonly whole: boolean }): Promise<Change> {
    return this.parts.db.transaction(async (tx) => {
      const store = new GrantStore(tx);
      await store.lock(account.service);
      const change = await store.replace(account.sourceId, granted, { askedAt, whole });
      if (whole) {
        // What was hidden because the credential was refused, or what was known too old, is seen again, the same as before.
        const [{ user_id } = { user_id: null }] = await tx.query<{ user_id: number | null }>(
          `SELECT user_id FROM sources WHERE id = $1 AND (refused_since IS NOT NULL OR synced_at IS NULL OR (SELECT settings ? 'permissions.maxAge' FROM shared))`,
          [account.sourceId],
        );
        if (user_id !== null) await moveVersions(tx, [user_id]);
        await tx.query(
          'UPDATE sources SET asked_at = $2::timestamptz, synced_at = now(), failure = NULL, failing_since = NULL, refused_since = NULL WHERE id = $1',
          [account.sourceId, askedAt],
        );
      }
      return change;
    });
  }

  #note({ sourceId }: AskedAccount, failure: string, refused: boolean): Promise<void> {
    return this.parts.db.transaction(async (tx) => {
      const [row] = await tx.query<{ user_id: number | null }>(
        `UPDATE sources SET failure = $2, failing_since = coalesce(failing_since, now()),
           refused_since = CASE WHEN $3::boolean THEN coalesce(refused_since, now()) ELSE refused_since END WHERE id = $1 RETURNING user_id`,
        [sourceId, failure, refused],
      );
      // Whoever has read it must learn when it ends.
      if (refused && row?.user_id) await moveVersions(tx, [row.user_id]);
    });
  }
}

/** An account whose credential is fetched beforehand, and that tells whether the host's kind took it: only then is a refusal about the account. */
class WatchedCredential {
  used = false;
  /** What the host was shown, if anything: its refusal is of this one. */
  secret: Secret | undefined;

  constructor(
    private readonly asked: AskedAccount,
    private readonly external: Pick<ExternalAccounts, 'credential'>,
    private readonly signal: AbortSignal,
  ) {}

  async account() {
    const { accountId, username, external } = this.asked;
    this.secret = external && (await this.external.credential(external.id, this.signal));
    const { secret } = this;
    const note = (): void => void (this.used = true);
    return {
      id: accountId,
      username,
      get credential(): Secret {
        note();
        // Absent where there is none: the kind asks for it all the same.
        return secret as Secret;
      },
    };
  }
}

const sum = (one: Change, other: Change): Change => ({ added: one.added + other.added, removed: one.removed + other.removed });

export const stateOf = ({ serviceType, serviceId }: Service, status: CodeHostState['status'], message: string): CodeHostState => ({
  providerType: serviceType,
  providerID: serviceId,
  status,
  message,
});

export const newTally = (): RequestTally => ({ requests: 0, perHour: Number.POSITIVE_INFINITY });

export const costOf = ({ requests, perHour }: RequestTally, own: boolean): SyncCost => ({
  requests,
  perHour: Number.isFinite(perHour) ? perHour : null,
  own,
});
