import type { Events, Jobs, Logger, Storage } from '@sextant/sdk';
import { connectionsChanged, repositoriesChanged } from '../../api.js';
import type { Records } from '../../services.js';
import { syncConnection, syncOptions } from '../../sync/jobs.js';

const PAGE = 200;

/** Watches the connections whose host can tell of changes by itself, and follows as connections come, change and go. */
export class ConnectionWatchers implements AsyncDisposable {
  readonly #watched = new Map<number, { readonly updatedAt: number; readonly watcher: AsyncDisposable }>();
  #subscription: Disposable | undefined;
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
    await this.#refresh();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopped = true;
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
    const present = new Map<number, number>();
    for (let afterId = 0; ; ) {
      const page = await connections.list({ limit: PAGE, afterId });
      for (const record of page) if (kinds.find(record.kind)?.watch) present.set(record.id, record.updatedAt.getTime());
      const last = page.at(-1);
      if (page.length < PAGE || !last) break;
      afterId = last.id;
    }
    for (const [id, { updatedAt, watcher }] of this.#watched) {
      if (present.get(id) === updatedAt) continue;
      this.#watched.delete(id);
      await watcher[Symbol.asyncDispose]();
    }
    for (const [id, updatedAt] of present) {
      if (this.#watched.has(id)) continue;
      try {
        const connection = await connections.usable(id);
        const watcher = connection && kinds.get(connection.kind).watch?.(connection, (externalIds) => void this.#changed(id, externalIds));
        if (watcher) this.#watched.set(id, { updatedAt, watcher });
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
