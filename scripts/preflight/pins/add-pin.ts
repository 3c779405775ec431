import type { Repositories } from '@sextant/plugin-code-host/api';
import { type Actor, type Events, type Jobs, SextantError, type Storage } from '@sextant/sdk';
import { pinAdded } from './api.js';
import './errors.js';
import { announcePin } from './jobs.js';

interface Services {
  readonly db: Storage;
  readonly jobs: Jobs;
  readonly events: Events;
  readonly repositories: Repositories;
}

/** Writes the pin, enqueues its announcement and tells the other processes: all three, or none. */
export async function addPin(
  { db, jobs, events, repositories }: Services,
  actor: Actor,
  repositoryId: number,
  text: string,
): Promise<number> {
  const repository = await repositories.byId(actor, repositoryId);
  if (!repository) {
    throw new SextantError('SEXTANT_PINS_REPOSITORY', {
      what: 'There is no such repository.',
      fix: 'Give the id of a repository that you can see.',
    });
  }
  return db.transaction(async (tx) => {
    const [pin] = await tx.query<{ id: number }>('INSERT INTO pins (repository_id, text) VALUES ($1, $2) RETURNING id', [
      repositoryId,
      text,
    ]);
    const id = pin?.id ?? 0;
    await jobs.enqueue(announcePin, { id }, { tx, key: String(id), onConflict: 'keep', queue: `pins:${repositoryId}` });
    await events.publish(pinAdded, { id }, { tx });
    return id;
  });
}
