import { repositories, visibility } from '@sextant/plugin-code-host/api';
import { core, type Resolved } from '@sextant/sdk';
import { gitService } from '../../api.js';
import { MirrorService } from '../../schedule/mirror-service.js';
import { MirrorTable } from '../../storage/mirror-table.js';

export const deps = { db: core.storage, jobs: core.jobs, clock: core.clock, git: gitService, repositories, visibility } as const;
export type ApiDeps = typeof deps;
export type Api = Resolved<ApiDeps>;

// The kernel resolves the dependencies once for each life of the part, so they are its key.
const lives = new WeakMap<object, MirrorService>();

export function mirrorsOf(d: Api): MirrorService {
  const known = lives.get(d) ?? new MirrorService(new MirrorTable(d.db), d.jobs, d.clock);
  lives.set(d, known);
  return known;
}
