import type { Clock, Jobs, Tx } from '@sextant/sdk';
import type { Mirrors } from '../api.js';
import type { MirrorTable } from '../storage/mirror-table.js';
import { fetchRepository, ofRepository, PRIORITY, recloneRepository } from './jobs.js';

const VIEW_EVERY = 60_000;

/** States of mirrors, and the wish for a fetch sooner than the schedule's. */
export class MirrorService implements Mirrors {
  /** When a view last asked, so that a much-read repository costs one look a minute. */
  private readonly viewed = new Map<number, number>();

  constructor(
    private readonly table: MirrorTable,
    private readonly jobs: Jobs,
    private readonly clock: Clock,
  ) {}

  states(ids: readonly number[]): ReturnType<MirrorTable['byIds']> {
    return this.table.byIds(ids);
  }

  stats(): ReturnType<MirrorTable['stats']> {
    return this.table.stats();
  }

  async refresh(id: number, reason: 'view' | 'webhook' | 'manual' | 'local-change'): Promise<void> {
    if (reason === 'view' && !(await this.worthFetching(id))) return;
    await this.jobs.enqueue(
      fetchRepository,
      { repositoryId: id, reason },
      { ...ofRepository(id, 'fetch'), priority: PRIORITY[reason], onConflict: 'replace' },
    );
    await this.table.queued([id]);
  }

  async reclone(id: number, tx: Tx): Promise<void> {
    await this.jobs.enqueue(recloneRepository, { repositoryId: id }, { ...ofRepository(id, 'reclone'), priority: PRIORITY.manual, tx });
  }

  private async worthFetching(id: number): Promise<boolean> {
    const now = this.clock.monotonic();
    if (now - (this.viewed.get(id) ?? Number.NEGATIVE_INFINITY) < VIEW_EVERY) return false;
    if (this.viewed.size > 10_000) this.viewed.clear();
    this.viewed.set(id, now);
    return (await this.table.isOlderThan(id, VIEW_EVERY)) === true;
  }
}
