import type { HostAccount, PermissionHosts, RequestTally } from '@sextant/plugin-code-host/api';
import { IdSet, type Logger, type Queryable } from '@sextant/sdk';
import { bitsOf, type Moment } from '../grants/grant-store.js';
import type { AskedAccount } from '../sync/account-sources.js';
import type { KeptGroups } from './kept-groups.js';
import { type Mention, throughGroups } from './through-groups.js';

/** Repositories that are looked up, and at a first sync shown, at a time: few at first, because somebody waits, and then many. */
const FIRST_BATCH = 100;
const LARGEST_BATCH = 2_000;

interface Parts {
  readonly db: Queryable;
  readonly hosts: Pick<PermissionHosts, 'idsOf'>;
  readonly groups: KeptGroups;
  readonly signal: AbortSignal;
  readonly log: Logger;
  readonly tally: RequestTally;
}

/** What hosts say an account may read, by our ids. What is not here is passed over. */
export class AskedRepositories {
  readonly #named = IdSet.empty();
  readonly #mentions: Mention[] = [];

  constructor(
    private readonly parts: Parts,
    private readonly account: AskedAccount,
    /** As the hosts are asked about it. */
    private readonly asked: HostAccount,
  ) {}

  /** What is named by itself, more with each page; what groups give besides comes with {@link all}. */
  async *pages(): AsyncIterable<IdSet> {
    for (const host of this.account.hosts) {
      const { signal } = this.parts;
      const told = host.groups?.ofAccounts?.besidesGroups(this.asked, this.parts) ?? host.repositoriesOf(this.asked, this.parts);
      for await (const externalIds of batches(told, ({ group }) => this.#mentions.push({ host, group }))) {
        signal.throwIfAborted();
        yield await this.#add(externalIds);
      }
    }
    this.parts.signal.throwIfAborted();
    yield this.#named;
  }

  /**
   * All of it, after the last page.
   * @param askedAt when it was begun to ask. `anew`: of groups too.
   */
  async all(
    askedAt: Moment,
    { anew }: { readonly anew: boolean },
  ): Promise<{ readonly granted: IdSet; readonly note: string | undefined }> {
    const { db, groups, signal, log } = this.parts;
    const { ids, note } = await throughGroups({
      mentions: this.#mentions,
      after: anew ? askedAt : undefined,
      signal,
      log,
      read: (mention, after) => groups.answer(mention.host, mention.group, 'repositories', after, () => this.#readGroup(mention)),
      contradicted: async (through, asked) => {
        const before = await bitsOf(db, this.account.sourceId);
        const granted = this.#named.or(through);
        const differ = through.without(this.#named).without(before).or(before.without(granted));
        return latestOf(db, differ, asked, askedAt);
      },
      whole: async () => {
        for (const host of new Set(this.#mentions.map((mention) => mention.host)))
          for await (const externalIds of batches(host.repositoriesOf(this.asked, this.parts))) await this.#add(externalIds);
      },
    });
    return { granted: this.#named.or(ids), note };
  }

  async #add(externalIds: readonly string[]): Promise<IdSet> {
    for (const id of (await this.parts.hosts.idsOf(this.account.service, externalIds)).values()) this.#named.add(id);
    return this.#named;
  }

  async #readGroup({ host, group }: Mention) {
    const ids = IdSet.empty();
    const elsewhere: string[] = [];
    for await (const externalIds of batches(host.groups?.ofAccounts?.ofGroup(group, this.parts) ?? nothing())) {
      this.parts.signal.throwIfAborted();
      const known = await this.parts.hosts.idsOf(this.account.service, externalIds);
      for (const externalId of externalIds) {
        const id = known.get(externalId);
        if (id === undefined) elsewhere.push(externalId);
        else ids.add(id);
      }
    }
    return { ids, elsewhere };
  }
}

/** When the repositories' own answers were asked for: the latest that is later than one of `asked`, and no later than `askedAt`. */
async function latestOf(db: Queryable, ids: IdSet, asked: readonly Moment[], askedAt: Moment): Promise<Moment | undefined> {
  if (ids.size === 0) return undefined;
  const [row] = await db.query<{ latest: Moment | null }>(
    `SELECT max(asked_at)::text AS latest FROM repositories
     WHERE id = ANY($1::int[]) AND asked_at > (SELECT min(at) FROM unnest($2::timestamptz[]) AS given (at)) AND asked_at <= $3::timestamptz`,
    [[...ids], asked, askedAt],
  );
  return row?.latest ?? undefined;
}

async function* nothing(): AsyncIterable<string> {}

async function* batches<T extends object>(
  told: AsyncIterable<string | T>,
  other: (one: T) => void = () => undefined,
): AsyncIterable<readonly string[]> {
  let batch: string[] = [];
  let size = FIRST_BATCH;
  for await (const one of told) {
    if (typeof one !== 'string') other(one);
    else batch.push(one);
    if (batch.length < size) continue;
    size = Math.min(size * 2, LARGEST_BATCH);
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}
