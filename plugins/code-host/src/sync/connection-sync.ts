import { type Events, type Logger, SextantError, type Storage, type Tx } from '@sextant/sdk';
import { connectionSyncFailed, repositoriesChanged } from '../api.js';
import type { ConnectionStore, UsableConnection } from '../connections/connection-store.js';
import { isExcluded } from '../connections/exclusion.js';
import type { KindRegistry } from '../connections/kind-registry.js';
import { WallState } from '../wall/wall-state.js';
import { claim } from './claim.js';
import { failureOf, type SyncFailure } from './failure-text.js';
import { type ListedRepository, listedRepository } from './listed-repository.js';
import * as listings from './listing.js';
import { settleNames } from './settle-names.js';
import type { SyncCounts, SyncHistory } from './sync-history.js';
import type { Turns } from './turns.js';

const BATCH = 200;
const MAX_REASONS = 20;
/** Repositories that are asked for by themselves before they are deleted. */
const MOST_ASKED_FOR = 100;
const LONGEST_WAIT = 60 * 60_000;

export interface SyncConfig {
  readonly repoListUpdateInterval: number;
  readonly maxDeletions?: number | undefined;
}

export interface SyncOptions {
  readonly signal: AbortSignal;
  progress(text: string): void;
}

export interface SyncOutcome {
  readonly state: 'COMPLETED' | 'FAILED';
  readonly counts: SyncCounts;
  readonly failure: string | undefined;
}

/** Reasons for repositories that were not taken: all are counted, the first few are kept in words. */
class Skips {
  count = 0;
  readonly reasons: string[] = [];
  add(reason: string): void {
    this.count++;
    if (this.reasons.length < MAX_REASONS) this.reasons.push(reason);
  }
}

/**
 * Brings the repository records in line with what one connection lists. New repositories appear while the list still comes in; whatever takes something
 * away waits until the list is complete. A list that throws or stops early deletes nothing, whatever it said before.
 */
export class ConnectionSync {
  constructor(
    private readonly parts: {
      readonly db: Storage;
      readonly connections: ConnectionStore;
      readonly kinds: KindRegistry;
      readonly history: SyncHistory;
      readonly events: Pick<Events, 'publish'>;
      readonly config: () => SyncConfig;
      readonly log: Logger;
      /** For what the database lets only one sync do at a time. */
      readonly turns: Turns;
    },
  ) {}

  /** @returns undefined when the connection is gone. @throws what is not the host's fault: the database's, an abort. */
  async run(connectionId: number, options: SyncOptions): Promise<SyncOutcome | undefined> {
    if (!(await this.parts.connections.find(connectionId))) return undefined;
    const record = await this.parts.history.begin(connectionId);
    let connection: UsableConnection | undefined;
    let added = 0;
    const skips = new Skips();
    try {
      await using _claimed = await claim(this.parts.db, connectionId);
      connection = await this.parts.connections.usable(connectionId);
      if (!connection) return undefined;
      added = await this.#take(connection, record, skips, options);
    } catch (error) {
      if (options.signal.aborted) {
        await this.parts.history.end(this.parts.db, record, 'CANCELED', { failure: 'The sync was stopped.' });
        await this.parts.db.query('UPDATE connections SET next_sync_at = now() WHERE id = $1 AND deleted_at IS NULL', [connectionId]);
        throw error;
      }
      return this.#failed(connectionId, record, skips, failureOf(error, connection?.config));
    }
    return this.#reconcile(connection, record, added, skips);
  }

  /** Stages the whole list, and adds the repositories nobody knew as they come. @returns how many were added. */
  async #take(connection: UsableConnection, record: number, skips: Skips, options: SyncOptions): Promise<number> {
    const { db, kinds } = this.parts;
    const listing = this.#listing(connection);
    await listings.clear(db, connection.id);
    let added = 0;
    let seen = 0;
    let batch: ListedRepository[] = [];
    let completion: () => Promise<Date | undefined> = async () => undefined;
    let end: Date | undefined;
    const flush = async (): Promise<void> => {
      const staged = batch;
      batch = [];
      if (staged.length > 0) added += await this.#addNew(listing, staged);
      await tell();
    };
    const tell = async (): Promise<void> => {
      end = await completion();
      await this.parts.history.expect(record, end);
    };
    // With each repository, also one that is left out: the sync may go on for as long as it gets ahead.
    const show = (): void =>
      options.progress(`${seen} repositories listed, ${added} new${end ? `; the list is complete at about ${end.toISOString()}` : ''}`);
    const expected = (ask: typeof completion): void => void (completion = ask);
    for await (const found of kinds.get(connection.kind).list(connection, { ...options, expected })) {
      options.signal.throwIfAborted();
      show();
      if (isExcluded(connection.common.exclude, found)) continue;
      // With its first answer the host has said what it allows.
      if (++seen === 1) await tell();
      const listed = listedRepository(found);
      if ('skipped' in listed) skips.add(listed.skipped);
      else batch.push(listed);
      if (batch.length >= BATCH) await flush();
    }
    options.signal.throwIfAborted();
    await flush();
    show();
    await this.#askForMissing(connection, listing, options);
    return added;
  }

  /** Stages what a list passed over. Very many at once did not slip over the edge of a page: then the list is believed. */
  async #askForMissing(connection: UsableConnection, listing: listings.Listing, { signal, progress }: SyncOptions): Promise<void> {
    const { db, kinds } = this.parts;
    const kind = kinds.get(connection.kind);
    const missing = kind.find ? await listings.missing(db, listing, MOST_ASKED_FOR + 1) : [];
    if (missing.length === 0 || missing.length > MOST_ASKED_FOR) return;
    const staged: ListedRepository[] = [];
    for (const [index, repository] of missing.entries()) {
      progress(`asking for repositories that are no longer listed: ${index + 1} of ${missing.length}`);
      const found = await kind.find?.(connection, repository, { signal });
      const listed = found && !isExcluded(connection.common.exclude, found) ? listedRepository(found) : undefined;
      if (listed && !('skipped' in listed)) staged.push(listed);
    }
    if (staged.length > 0) await listings.stage(db, listing, staged);
  }

  #addNew(listing: listings.Listing, batch: readonly ListedRepository[]): Promise<number> {
    return this.#alone(async (tx) => {
      await listings.stage(tx, listing, batch);
      const ids = await listings.insertNew(
        tx,
        listing,
        batch.map((listed) => listed.external_id),
      );
      if (ids.length > 0) await WallState.moveEpoch(tx);
      await this.#publish(tx, ids, 'added');
      return ids.length;
    });
  }

  async #reconcile(connection: UsableConnection, record: number, addedBefore: number, skips: Skips): Promise<SyncOutcome> {
    const listing = this.#listing(connection);
    const limit = connection.common.maxDeletions ?? this.parts.config().maxDeletions;
    return this.#alone(async (tx) => {
      const total = await listings.countListed(tx, connection.id);
      const gone = await listings.countGone(tx, listing);
      const guarded = limit !== undefined && gone > limit;
      const deleted = guarded ? [] : await listings.removeGone(tx, listing);

      const { moves, held } = await listings.moves(tx, listing);
      const { accepted, refused } = settleNames(moves, held);
      await listings.applyMoves(tx, accepted);
      const renamed = accepted.filter((move) => move.current !== undefined);
      const revived = accepted.filter((move) => move.current === undefined);

      const attributes = await listings.updateAttributes(tx, listing);
      const relinked = await listings.link(tx, listing);
      const inserted = await listings.insertNew(tx, listing);

      const reasons = [...skips.reasons];
      for (const move of refused)
        if (move.current !== undefined)
          reasons.push(`${move.current}: it is now called ${move.wanted}, and another repository has that name.`);
      const unplaced = await listings.unplaced(tx, listing, MAX_REASONS);
      reasons.push(...unplaced.names.map((name) => `${name}: another repository has this name.`));
      await listings.clear(tx, connection.id);

      const isNew = new Set([...inserted, ...revived.map((move) => move.id)]);
      const changed = new Set([...attributes.ids, ...renamed.map((move) => move.id), ...relinked].filter((id) => !isNew.has(id)));
      const added = addedBefore + isNew.size;
      const counts: SyncCounts = {
        added,
        updated: changed.size,
        deleted: deleted.length,
        unchanged: Math.max(0, total - unplaced.count - added - changed.size),
        skipped: skips.count + unplaced.count,
      };
      if (deleted.length + accepted.length + inserted.length + relinked.length > 0 || attributes.privacyChanged)
        await WallState.moveEpoch(tx);
      await this.#publish(tx, [...isNew], 'added');
      await this.#publish(
        tx,
        renamed.map((move) => move.id),
        'renamed',
      );
      await this.#publish(
        tx,
        [...changed].filter((id) => !renamed.some((move) => move.id === id)),
        'updated',
      );
      await this.#publish(tx, deleted, 'deleted');

      const failure = guarded ? failureOf(tooManyDeletions(gone, limit), undefined) : undefined;
      const state = guarded ? 'FAILED' : 'COMPLETED';
      await this.parts.history.end(tx, record, state, {
        counts,
        skipReasons: reasons.slice(0, MAX_REASONS),
        ...(failure ? { failure: failure.text } : {}),
      });
      await this.#settle(tx, connection.id, failure);
      return { state, counts, failure: failure?.text } as const;
    });
  }

  /** A transaction in which no other sync gives or takes names. */
  #alone<R>(work: (tx: Tx) => Promise<R>): Promise<R> {
    const { db, turns } = this.parts;
    return turns.take(() =>
      db.transaction(async (tx) => {
        await listings.lockNames(tx);
        return await work(tx);
      }),
    );
  }

  async #failed(connectionId: number, record: number, skips: Skips, failure: SyncFailure): Promise<SyncOutcome> {
    this.parts.log.warn('A sync failed; nothing was deleted', { connectionId, failure: failure.text });
    await this.parts.db.transaction(async (tx) => {
      await listings.clear(tx, connectionId);
      await this.parts.history.end(tx, record, 'FAILED', { failure: failure.text, skipReasons: skips.reasons });
      await this.#settle(tx, connectionId, failure);
    });
    return { state: 'FAILED', counts: { added: 0, updated: 0, deleted: 0, unchanged: 0, skipped: skips.count }, failure: failure.text };
  }

  /** When the connection is listed again: after the interval, doubled for every failure in a row up to an hour. */
  async #settle(tx: Tx, connectionId: number, failure: SyncFailure | undefined): Promise<void> {
    const [row] = await tx.query<{ failed_syncs: number }>(
      `UPDATE connections SET last_sync_at = CASE WHEN $2::text IS NULL THEN now() ELSE last_sync_at END, last_sync_error = $2, last_sync_code = $3,
         failed_syncs = CASE WHEN $2::text IS NULL THEN 0 ELSE failed_syncs + 1 END
       WHERE id = $1 AND deleted_at IS NULL RETURNING failed_syncs`,
      [connectionId, failure?.text ?? null, failure?.code ?? null],
    );
    if (!row) return;
    if (failure && row.failed_syncs === 1)
      await this.parts.events.publish(connectionSyncFailed, { connectionId, code: failure.code }, { tx });
    const interval = this.parts.config().repoListUpdateInterval;
    const wait =
      row.failed_syncs === 0 ? interval : Math.max(interval, Math.min(interval * 2 ** Math.min(row.failed_syncs, 20), LONGEST_WAIT));
    await tx.query(`UPDATE connections SET next_sync_at = now() + $2::double precision * interval '1 millisecond' WHERE id = $1`, [
      connectionId,
      wait,
    ]);
  }

  async #publish(tx: Tx, ids: readonly number[], reason: 'added' | 'updated' | 'renamed' | 'deleted'): Promise<void> {
    for (let at = 0; at < ids.length; at += BATCH)
      await this.parts.events.publish(repositoriesChanged, { ids: ids.slice(at, at + BATCH), reason }, { tx });
  }

  #listing(connection: UsableConnection): listings.Listing {
    const kind = this.parts.kinds.get(connection.kind);
    return { connectionId: connection.id, serviceType: kind.serviceType(), serviceId: kind.serviceId(connection) };
  }
}

const tooManyDeletions = (gone: number, limit: number): SextantError =>
  new SextantError('SEXTANT_CODE_HOST_SYNC_GUARD', {
    what: `The host no longer lists ${gone} repositories; none of them was deleted.`,
    why: `maxDeletions is ${limit}.`,
    fix: 'See whether the host lists everything; raise maxDeletions if the deletions are right.',
  });
