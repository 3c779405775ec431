import type { HostAccount, HostRepository, PermissionHost, PermissionHosts } from '@sextant/plugin-code-host/api';
import type { ExternalAccounts } from '@sextant/plugin-identity/api';
import type { Queryable, Storage } from '@sextant/sdk';
import { GrantStore, type Moment, momentOf, type Service } from '../grants/grant-store.js';
import { keyOfId, keyOfName } from './account-sources.js';
import { meaningOf, wordsOf } from './host-failure.js';
import type { CodeHostState, SyncOutcome } from './sync-jobs.js';
import type { SyncRun } from './user-sync.js';

const BATCH = 500;

interface Parts {
  readonly db: Storage;
  readonly hosts: Pick<PermissionHosts, 'list' | 'byIds'>;
  readonly external: Pick<ExternalAccounts, 'byAccountIds'>;
}

/** An account that a host names. */
interface Named {
  readonly key: string;
  readonly username: string;
}

/**
 * Asks the host who may read a repository. Accounts that are nobody's here are noted too: whoever turns out to own one sees at once what it may see.
 */
export class RepositorySync {
  constructor(private readonly parts: Parts) {}

  async run(repositoryId: number, run: SyncRun): Promise<SyncOutcome> {
    const repository = (await this.parts.hosts.byIds([repositoryId])).get(repositoryId);
    const hosts = repository?.private ? await this.parts.hosts.list({ repositoryId }) : [];
    if (!repository || hosts.length === 0) {
      await this.parts.db.query('UPDATE repositories SET tried_at = now() WHERE id = $1', [repositoryId]);
      return { added: 0, removed: 0, found: 0, codeHostStates: [] };
    }
    const askedAt = await momentOf(this.parts.db);
    const states: CodeHostState[] = [];
    const named = new Map<string, Named>();
    for (const host of hosts) states.push(await this.#ask(host, repository, named, run));
    // What one connection's host said is the whole of it only when no other failed to say its part.
    const whole = states.some(({ status }) => status === 'SUCCESS') && !states.some(({ status }) => status === 'ERROR');
    const change = whole ? await this.#apply(repository, [...named.values()], askedAt) : { added: 0, removed: 0 };
    await this.parts.db.query(
      `INSERT INTO repositories (id, tried_at) VALUES ($1, now()) ON CONFLICT (id) DO UPDATE SET tried_at = now()`,
      [repositoryId],
    );
    return { ...change, found: named.size, codeHostStates: states };
  }

  async #ask(host: PermissionHost, repository: HostRepository, named: Map<string, Named>, run: SyncRun): Promise<CodeHostState> {
    const state = (status: CodeHostState['status'], message: string): CodeHostState => ({
      providerType: host.serviceType,
      providerID: host.serviceId,
      status,
      message,
    });
    let found = 0;
    try {
      for await (const account of host.usersOf(repository, { signal: run.signal })) {
        run.signal.throwIfAborted();
        const one = namedBy(host, account);
        named.set(one.key, one);
        if (++found % BATCH === 0) await run.progress(`${found} accounts found`, found);
      }
      run.signal.throwIfAborted();
      return state('SUCCESS', `${found} accounts found`);
    } catch (error) {
      run.signal.throwIfAborted();
      if (meaningOf(error, false) === 'unanswered') return state('SKIPPED', wordsOf(error));
      run.log.warn('A host did not say who may see a repository', { connectionId: host.connectionId, repositoryId: repository.id, error });
      return state('ERROR', wordsOf(error));
    }
  }

  async #apply(repository: HostRepository, named: readonly Named[], askedAt: Moment) {
    const service = { serviceType: repository.serviceType, serviceId: repository.serviceId };
    const owners = await this.#ownersOf(service, named);
    return this.parts.db.transaction(async (tx) => {
      const store = new GrantStore(tx);
      await store.lock(service);
      const change = await store.setRepository(service, repository.id, await sourcesOf(tx, service, named, owners), askedAt);
      await tx.query(
        `INSERT INTO repositories (id, tried_at, asked_at, synced_at) VALUES ($1, now(), $2::timestamptz, now())
         ON CONFLICT (id) DO UPDATE SET tried_at = now(), asked_at = $2::timestamptz, synced_at = now()`,
        [repository.id, askedAt],
      );
      return change;
    });
  }

  /** Whose the accounts are here that a user has signed in with. */
  async #ownersOf({ serviceType, serviceId }: Service, named: readonly Named[]): Promise<ReadonlyMap<string, number>> {
    const owners = new Map<string, number>();
    const ids = named.filter(({ key }) => key.startsWith('id:')).map(({ key }) => key.slice('id:'.length));
    for (let at = 0; at < ids.length; at += BATCH)
      for (const [id, { userId }] of await this.parts.external.byAccountIds(
        { type: serviceType, id: serviceId },
        ids.slice(at, at + BATCH),
      ))
        owners.set(keyOfId(id), userId);
    return owners;
  }
}

const namedBy = ({ accounts }: PermissionHost, { id, username }: HostAccount): Named => ({
  key: accounts.by === 'username' ? keyOfName(username) : keyOfId(id),
  username,
});

/** Makes those that are missing. @returns their ids. */
async function sourcesOf(
  tx: Queryable,
  { serviceType, serviceId }: Service,
  named: readonly Named[],
  owners: ReadonlyMap<string, number>,
): Promise<readonly number[]> {
  const sorted = [...named].sort((a, b) => (a.key < b.key ? -1 : 1));
  const keys = sorted.map(({ key }) => key);
  await tx.query(
    `INSERT INTO sources (user_id, service_type, service_id, key, username)
     SELECT user_id, $1, $2, key, username FROM unnest($3::text[], $4::text[], $5::int[]) AS given (key, username, user_id)
     ON CONFLICT (service_type, service_id, key) DO NOTHING`,
    [serviceType, serviceId, keys, sorted.map(({ username }) => username), keys.map((key) => owners.get(key) ?? null)],
  );
  const rows = await tx.query<{ id: number }>(
    'SELECT id FROM sources WHERE service_type = $1 AND service_id = $2 AND key = ANY($3::text[])',
    [serviceType, serviceId, keys],
  );
  return rows.map(({ id }) => id);
}
