import type { Resolved } from '@sextant/sdk';
import { core } from '@sextant/sdk';
import { MirrorTable } from '../storage/mirror-table.js';
import { MirrorService } from './mirror-service.js';

const deps = { db: core.storage, jobs: core.jobs, clock: core.clock } as const;

// The kernel resolves the dependencies once for each life of a part, so they are its key.
const lives = new WeakMap<object, MirrorService>();

/** The one service of a part. Every part that provides `git.mirrors@1` passes this very function: it is then there in whichever role runs. */
export function mirrorsOf(d: Resolved<typeof deps>): MirrorService {
  const known = lives.get(d) ?? new MirrorService(new MirrorTable(d.db), d.jobs, d.clock);
  lives.set(d, known);
  return known;
}
