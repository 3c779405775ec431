import type { Events, Jobs, Logger, Storage } from '@sextant/sdk';
import { type CodeHostKind, connectionsChanged, repositoriesChanged } from '../../api.js';
import type { Records } from '../../services.js';
import { syncConnection, syncOptions } from '../../sync/jobs.js';

const PAGE = 200;
/** Kinds come and go with their plugins, without a notice. */
const FOLLOW_EVERY = 30_000;

/** What a watch was started for: with another time of change, or another life of the kind's plugin, it is started anew. */
interface Watchable {
  readonly updatedAt: number;
  readonly kind: CodeHostKind;
}

interface Told {
  readonly id: number;
  readonly stamp: string | null;
}

/** Watches the connections whose host can tell of changes by itself, and follows as connections come, change and go. */
export class ConnectionWatchers implements AsyncDisposable {
  readonly #watched = new Map<number, Watchable & { readonly watcher: AsyncDisposable }>();
  /** By connection: stamps of repositories that are not listed yet. Each was told before its clone, which has what it tells of. */
  readonly #unlisted = new Map<number, Map<string, string>>();
  #subscriptions: readonly Disposable[] = [];
  #timer: NodeJS.Timeout | undefined;
  #last: Promise<void> = Promise.resolve();
  #stopped = false;

  constructor(
    private readonly parts: Records & {
      readonly db: Storage;
      readonly events: Events;
      readonly jobs: Pick<Jobs, 'enqueue'>;
      readonly log: Logger;
    },
  ) {}

  async start(): Promise<void> {
    const { events } = this.parts;
    this.#subscriptions = [
      events.subscribe(connectionsChanged, () => this.#refresh()),
      events.subscribe(repositoriesChanged, ({ reason }) => (reason === 'added' ? this.#listed() : undefined)),
    ];
    this.#timer = setInterval(() => void this.#refresh(), FOLLOW_EVERY).unref();
    await this.#refresh();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopped = true;
    clearInterval(this.#timer);
    for (const subscription of this.#subscriptions) subscription[Symbol.dispose]();
    await this.#last;
    await Promise.allSettled([...this.#watched.values()].map(({ watcher }) => watcher[Symbol.asyncDispose]()));
    this.#watched.clear();
  }

  /** One at a time: two would watch the same connection twice. */
  #refresh(): Promise<void> {
    this.#last = this.#last
      .then(() => this.#follow())
      .catch((error: unknown) => this.parts.log.error('Connections could not be watched', { error }));
    return this.#last;
  }

  async #follow(): Promise<void> {
    if (this.#stopped) return;
    const { connections, kinds, log } = this.parts;
    const present = new Map<number, Watchable>();
    for (let afterId = 0; ; ) {
      const page = await connections.list({ limit: PAGE, afterId });
      for (const record of page) {
        const kind = kinds.find(record.kind);
        if (kind?.watch) present.set(record.id, { updatedAt: record.updatedAt.getTime(), kind });
      }
      const last = page.at(-1);
      if (page.length < PAGE || !last) break;
      afterId = last.id;
    }
    for (const [id, { updatedAt, kind, watcher }] of this.#watched) {
      const now = present.get(id);
      if (now?.updatedAt === updatedAt && now.kind === kind) continue;
      this.#watched.delete(id);
      await watcher[Symbol.asyncDispose]();
    }
    for (const [id, watchable] of present) {
      if (this.#watched.has(id)) continue;
      try {
        const connection = await connections.usable(id);
        const watcher = connection && watchable.kind.watch?.(connection, (...told) => void this.#changed(id, ...told));
        if (watcher) this.#watched.set(id, { ...watchable, watcher });
      } catch (error) {
        log.warn('A connection cannot be watched; it is listed by schedule', { connectionId: id, error });
      }
    }
  }

  async #changed(connectionId: number, externalIds: readonly string[], stamps: ReadonlyMap<string, string> = new Map()): Promise<void> {
    const { db, jobs, log } = this.parts;
    try {
      if (externalIds.length === 0) {
        await jobs.enqueue(syncConnection, { connectionId }, { ...syncOptions(connectionId), onConflict: 'keep-run-at' });
        return;
      }
      const listed = await db.query<Told & { readonly externalId: string; readonly isNews: boolean }>(
        `SELECT r.id, t.stamp, r.external_id AS "externalId", t.stamp IS NULL OR rc.watch_stamp IS DISTINCT FROM t.stamp AS "isNews"
         FROM repositories r JOIN repository_connections rc ON rc.repository_id = r.id
         JOIN unnest($2::text[], $3::text[]) AS t (external_id, stamp) ON t.external_id = r.external_id
         WHERE rc.connection_id = $1 AND r.deleted_at IS NULL`,
        [connectionId, externalIds, externalIds.map((id) => stamps.get(id) ?? null)],
      );
      // Only now: were the stamp of one that is listed kept as told before it is compared, its change would be lost.
      const unlisted = new Map([...(this.#unlisted.get(connectionId) ?? []), ...stamps]);
      for (const { externalId } of listed) unlisted.delete(externalId);
      this.#unlisted.set(connectionId, unlisted);
      const rows = listed.filter(({ isNews }) => isNews);
      for (let at = 0; at < rows.length; at += PAGE) await this.#pushed(connectionId, rows.slice(at, at + PAGE));
    } catch (error) {
      log.warn('A change of repositories could not be passed on', { connectionId, error });
    }
  }

  /** Repositories were listed that may have been told of before. */
  async #listed(): Promise<void> {
    for (const [connectionId, unlisted] of this.#unlisted) {
      if (unlisted.size === 0) continue;
      const told = [...unlisted];
      const rows = await this.parts.db.query<{ externalId: string }>(
        `UPDATE repository_connections rc SET watch_stamp = t.stamp FROM repositories r, unnest($2::text[], $3::text[]) AS t (external_id, stamp)
         WHERE rc.connection_id = $1 AND rc.repository_id = r.id AND r.external_id = t.external_id AND r.deleted_at IS NULL
         RETURNING r.external_id AS "externalId"`,
        [connectionId, told.map(([externalId]) => externalId), told.map(([, stamp]) => stamp)],
      );
      for (const { externalId } of rows) unlisted.delete(externalId);
    }
  }

  /** As one: what is remembered as told will be fetched. */
  async #pushed(connectionId: number, rows: readonly Told[]): Promise<void> {
    await this.parts.db.transaction(async (tx) => {
      await this.parts.events.publish(repositoriesChanged, { ids: rows.map(({ id }) => id), reason: 'pushed' }, { tx });
      await tx.query(
        `UPDATE repository_connections rc SET watch_stamp = t.stamp FROM unnest($2::int[], $3::text[]) AS t (id, stamp)
         WHERE rc.connection_id = $1 AND rc.repository_id = t.id`,
        [connectionId, rows.map(({ id }) => id), rows.map(({ stamp }) => stamp)],
      );
    });
  }
}
