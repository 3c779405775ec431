import type {
  GroupMention,
  HostAccount,
  HostGroup,
  HostQuestion,
  HostRepository,
  PermissionHost,
  PermissionHosts,
  RequestTally,
} from '@sextant/plugin-code-host/api';
import type { ExternalAccounts } from '@sextant/plugin-identity/api';
import { IdSet, type Queryable, type Storage } from '@sextant/sdk';
import { type Change, GrantStore, type Moment, momentOf, type Service } from '../grants/grant-store.js';
import type { KeptGroups } from '../groups/kept-groups.js';
import { type Mention, throughGroups } from '../groups/through-groups.js';
import { keyOfId, keyOfName } from './account-sources.js';
import { meaningOf, wordsOf } from './host-failure.js';
import type { CodeHostState, SyncOutcome } from './sync-jobs.js';
import { costOf, newTally, type SyncRun, stateOf } from './user-sync.js';

const BATCH = 500;

interface Parts {
  readonly db: Storage;
  readonly hosts: Pick<PermissionHosts, 'list' | 'byIds'>;
  readonly external: Pick<ExternalAccounts, 'byAccountIds'>;
  readonly groups: KeptGroups;
}

/** An account that a host names. */
interface Named {
  readonly key: string;
  readonly username: string;
}

/** What hosts have said so far of who may read a repository. */
interface Told {
  readonly repository: HostRepository;
  readonly service: Service;
  readonly askedAt: Moment;
  readonly named: Map<string, Named>;
  readonly mentions: Mention[];
  readonly states: CodeHostState[];
  readonly tally: RequestTally;
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
    const told: Told = {
      repository,
      service: { serviceType: repository.serviceType, serviceId: repository.serviceId },
      askedAt: await momentOf(this.parts.db),
      named: new Map(),
      mentions: [],
      states: [],
      tally: newTally(),
    };
    for (const host of hosts)
      await this.#ask(host, told, run, ({ groups }, options) => groups?.ofRepositories?.besidesGroups(repository, options));
    // What one connection's host said is the whole of it only when no other failed to say its part.
    const isWhole = () => told.states.some(({ status }) => status === 'SUCCESS') && !told.states.some(({ status }) => status === 'ERROR');
    const sources = isWhole() ? await this.#sources(told, run) : IdSet.empty();
    const change = isWhole() ? await this.#apply(told, sources) : { added: 0, removed: 0 };
    await this.parts.db.query(
      `INSERT INTO repositories (id, tried_at) VALUES ($1, now()) ON CONFLICT (id) DO UPDATE SET tried_at = now()`,
      [repositoryId],
    );
    return { ...change, found: Math.max(sources.size, told.named.size), codeHostStates: withCost(told) };
  }

  /** @param besidesGroups undefined: all is asked for, in the place of what it said before. */
  async #ask(
    host: PermissionHost,
    { repository, named, mentions, states, tally }: Told,
    run: SyncRun,
    besidesGroups: (host: PermissionHost, options: HostQuestion) => AsyncIterable<HostAccount | GroupMention> | undefined,
  ): Promise<void> {
    let found = 0;
    try {
      const question = { signal: run.signal, tally };
      for await (const one of besidesGroups(host, question) ?? host.usersOf(repository, question)) {
        run.signal.throwIfAborted();
        if ('group' in one) {
          mentions.push({ host, group: one.group });
          continue;
        }
        const account = namedBy(host, one);
        named.set(account.key, account);
        if (++found % BATCH === 0) await run.progress(`${found} accounts found`, found);
      }
      run.signal.throwIfAborted();
      states.push(stateOf(host, 'SUCCESS', `${found} accounts found`));
    } catch (error) {
      run.signal.throwIfAborted();
      const skipped = meaningOf(error, false) === 'unanswered';
      if (!skipped)
        run.log.warn('A host did not say who may see a repository', {
          connectionId: host.connectionId,
          repositoryId: repository.id,
          error,
        });
      states.push(stateOf(host, skipped ? 'SKIPPED' : 'ERROR', wordsOf(error)));
    }
  }

  /** Of all who may read it: those who are named by themselves, and those whom groups hold. */
  async #sources(told: Told, run: SyncRun): Promise<IdSet> {
    const { db, groups } = this.parts;
    const { service, named, mentions, states, askedAt, repository } = told;
    let direct = await this.#sourcesOf(service, [...named.values()]);
    if (mentions.length === 0) return direct;
    const { ids, note } = await throughGroups({
      mentions,
      after: run.anew ? askedAt : undefined,
      signal: run.signal,
      log: run.log,
      read: ({ host, group }, after) =>
        groups.answer(host, group, 'members', after, () =>
          this.#readGroup(host, group, service, { signal: run.signal, tally: told.tally }),
        ),
      contradicted: (through, asked) =>
        GrantStore.contradicted(db, service, { repositoryId: repository.id, granting: direct.or(through), named: direct, asked, askedAt }),
      whole: async () => {
        const again = new Set(mentions.map(({ host }) => host));
        states.splice(0, states.length, ...states.filter(({ status }) => status !== 'SUCCESS'));
        for (const host of again) await this.#ask(host, told, run, () => undefined);
        direct = await this.#sourcesOf(service, [...named.values()]);
      },
    });
    const all = direct.or(ids);
    const last = states.findLastIndex(({ status }) => status === 'SUCCESS');
    const state = states[last];
    if (state) states[last] = { ...state, message: [`${all.size} accounts found`, note].filter(Boolean).join('. ') };
    return all;
  }

  async #readGroup(host: PermissionHost, group: HostGroup, service: Service, question: HostQuestion) {
    const named = new Map<string, Named>();
    for await (const account of host.groups?.ofRepositories?.ofGroup(group, question) ?? []) {
      question.signal.throwIfAborted();
      const one = namedBy(host, account);
      named.set(one.key, one);
    }
    return { ids: await this.#sourcesOf(service, [...named.values()]), elsewhere: [] };
  }

  #apply({ repository, service, askedAt }: Told, sources: IdSet): Promise<Change> {
    return this.parts.db.transaction(async (tx) => {
      const store = new GrantStore(tx);
      await store.lock(service);
      const change = await store.setRepository(service, repository.id, [...sources], askedAt);
      await tx.query(
        `INSERT INTO repositories (id, tried_at, asked_at, synced_at) VALUES ($1, now(), $2::timestamptz, now())
         ON CONFLICT (id) DO UPDATE SET tried_at = now(), asked_at = $2::timestamptz, synced_at = now()`,
        [repository.id, askedAt],
      );
      return change;
    });
  }

  async #sourcesOf(service: Service, named: readonly Named[]): Promise<IdSet> {
    const owners = await this.#ownersOf(service, named);
    return IdSet.of(await this.parts.db.transaction((tx) => sourcesOf(tx, service, named, owners)));
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

/** All that was asked, with the first of them: where several connections give it, they lead to one host. */
const withCost = ({ states, tally }: Told): readonly CodeHostState[] =>
  states.map((state, at) => (at === 0 ? { ...state, cost: costOf(tally, false) } : state));

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
