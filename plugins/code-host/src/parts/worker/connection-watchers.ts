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

/** Watches the connections whose host can tell of changes by itself, and follows as connections come, change and go. */
export class ConnectionWatchers implements AsyncDisposable {
  readonly #watched = new Map<number, Watchable & { readonly watcher: AsyncDisposable }>();
  #subscription: Disposable | undefined;
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
    this.#subscription = this.parts.events.subscribe(connectionsChanged, () => this.#refresh());
    this.#timer = setInterval(() => void this.#refresh(), FOLLOW_EVERY).unref();
    await this.#refresh();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopped = true;
    clearInterval(this.#timer);
    this.#subscription?.[Symbol.dispose]();
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
        const watcher = connection && watchable.kind.watch?.(connection, (externalIds) => void this.#changed(id, externalIds));
        if (watcher) this.#watched.set(id, { ...watchable, watcher });
      } catch (error) {
        log.warn('A connection cannot be watched; it is listed by schedule', { connectionId: id, error });
      }
    }
  }

  async #changed(connectionId: number, externalIds: readonly string[]): Promise<void> {
    const { db, events, jobs, log } = this.parts;
    try {
      if (externalIds.length === 0) {
        await jobs.enqueue(syncConnection, { connectionId }, { ...syncOptions(connectionId), onConflict: 'keep' });
        return;
      }
      const rows = await db.query<{ id: number }>(
        `SELECT r.id FROM repositories r JOIN repository_connections rc ON rc.repository_id = r.id
         WHERE rc.connection_id = $1 AND r.external_id = ANY($2::text[]) AND r.deleted_at IS NULL`,
        [connectionId, externalIds],
      );
      for (let at = 0; at < rows.length; at += PAGE)
        await events.publish(repositoriesChanged, { ids: rows.slice(at, at + PAGE).map((row) => row.id), reason: 'pushed' });
    } catch (error) {
      log.warn('A change of repositories could not be passed on', { connectionId, error });
    }
  }
}
